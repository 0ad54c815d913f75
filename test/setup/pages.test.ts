import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHelp } from '../../scripts/pages/help.mjs';
import { collectLicences } from '../../scripts/pages/licences.mjs';

const PROJECT = resolve(import.meta.dirname, '../..');

describe('the licences', () => {
  it('are there for each package that the program names, with their text', async () => {
    const { dependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const licences = await collectLicences(PROJECT);
    const named = licences.map(({ name }) => name);
    // An empty stand-in of our own.
    const wanted = Object.keys(dependencies).filter((name) => name !== 'segfault-handler');
    expect(wanted.filter((name) => !named.includes(name))).toEqual([]);
    expect(licences.filter(({ text }) => text.trim().length < 300)).toEqual([]);
  });

  it('name whom the package names, where it brings no text', async () => {
    const licences = await collectLicences(PROJECT);
    const holders = ['abstract-logging', 'strftime'].map(
      (wanted) => /^Copyright.+$/m.exec(licences.find(({ name }) => name === wanted)?.text ?? '')?.[0],
    );
    // By package.json, and by the README, which says more.
    expect(holders).toEqual([
      'Copyright (c) James Sumners <james.sumners@gmail.com>',
      expect.stringMatching(/^Copyright 2010 - \d{4} Sami Samhuri/),
    ]);
  });
});

describe('the help', () => {
  it('has every chapter and every word of the README', async () => {
    const readme = await readFile(join(PROJECT, 'README.md'), 'utf8');
    const help = JSON.stringify(readHelp(readme));
    for (const [, title] of readme.matchAll(/^## (.+)$/gm)) expect(help).toContain(title);
    expect(help).toContain('Nothing is ever overwritten');
  });

  it('makes nothing of markup and of addresses that do something', () => {
    const blocks = readHelp(
      '# A <b>x</b>\n\n<script>alert(1)</script>\n\n[go](javascript:alert(1)) `<i>` ![p](x.png) & <\n',
    );
    const text = JSON.stringify(blocks);
    expect(text).not.toMatch(/script>|javascript:|<b>/);
    expect(blocks.at(-1)).toEqual({
      type: 'paragraph',
      spans: expect.arrayContaining([{ type: 'code', text: '<i>' }]) as unknown,
    });
  });
});
