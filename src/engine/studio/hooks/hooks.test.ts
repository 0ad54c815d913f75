import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Section } from '../../../shared/domain/section.ts';
import { recordingId } from '../../../shared/units.ts';
import { HookFile } from './hookFile.ts';
import { FirstTime, ToldSections } from './toldOnce.ts';

const ID = recordingId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');

describe('hooks.json', () => {
  let folder: string;
  let path: string;
  let problems: string[];
  let file: HookFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longtake-hooks-'));
    path = join(folder, 'hooks.json');
    problems = [];
    file = new HookFile(path, (sentence) => problems.push(sentence));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (content: unknown): void => writeFileSync(path, JSON.stringify(content), { mode: 0o600 });

  it('names the script, also when it comes or changes later', () => {
    expect(file.script()).toBeUndefined();
    write({ script: { program: '/bin/one' } });
    expect(file.script()).toEqual({ program: '/bin/one' });
    write({ script: { program: '/bin/second', args: ['--json'], events: ['closed'], timeoutSeconds: 5 } });
    expect(file.script()).toMatchObject({ program: '/bin/second', events: ['closed'] });
    rmSync(path);
    expect(file.script()).toBeUndefined();
    expect(problems).toEqual([]);
  });

  it.each([
    ['a path that depends on where it is started', { script: { program: 'rm' } }, 'whole path'],
    ['a word that is spelt wrong', { script: { program: '/bin/one', timeout: 5 } }, 'timeout'],
    ['an event that there is none of', { script: { program: '/bin/one', events: ['close'] } }, 'events'],
  ])('is told, and not run, with %s', (_name, content, word) => {
    write(content);
    expect(file.script()).toBeUndefined();
    file.script();
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(word);
  });

  it('is not believed when others can write to it', () => {
    write({ script: { program: '/bin/one' } });
    chmodSync(path, 0o622);
    expect(file.script()).toBeUndefined();
    expect(problems[0]).toContain('chmod 600');
  });
});

describe('what is told once', () => {
  const section = (from: number, to: number, live?: boolean) =>
    ({ from, to, ...(live === undefined ? {} : { live }) }) as Section;

  it('is each section that grows no more, also when it is found anew', () => {
    const told = new ToldSections();
    expect(told.pick(ID, [section(10, 20, true), section(50, 60, true)], 30)).toEqual([section(10, 20, true)]);
    expect(told.pick(ID, [section(11, 21, true), section(50, 70, true)], 30)).toEqual([]);
    expect(told.pick(ID, [section(10, 20), section(50, 75)], 30)).toEqual([section(50, 75)]);
    expect(told.pick(ID, [section(10, 20), section(50, 75)], 90)).toEqual([]);
  });

  it('is each id', () => {
    const first = new FirstTime<string>();
    expect([first.note('a'), first.note('b'), first.note('a')]).toEqual([true, true, false]);
  });
});
