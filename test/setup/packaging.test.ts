import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineOf } from '../../scripts/packaging/machine.mjs';
import { requireMachine } from '../../scripts/packaging/modules.mjs';
import { onPath } from '../../scripts/setup/debian.mjs';
import { run } from '../../scripts/setup/run.mjs';
import { systemdUnit } from '../../src/headless/web/systemdUnit.ts';

const packaging = resolve(import.meta.dirname, '../../packaging');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-packaging-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the unit for systemd is the one that `longtake serve --print-unit` prints', async () => {
  const unit = await readFile(join(packaging, 'systemd', 'longtake.service'), 'utf8');
  expect(unit).toBe(systemdUnit('/usr/bin/longtake serve'));
});

it('the unit is taken by systemd', async (context) => {
  if (!(await onPath('systemd-analyze'))) context.skip('there is no systemd here');
  const unit = join(folder, 'longtake.service');
  await writeFile(unit, systemdUnit(`${process.execPath} serve`));
  const { output } = await run('systemd-analyze', ['verify', unit]);
  expect(output.split('\n').filter((line) => line.includes('longtake.service'))).toEqual([]);
});

it('a package takes no native file that is for another computer', async () => {
  const modules = join(folder, 'modules');
  await mkdir(modules);
  await copyFile(process.execPath, join(modules, 'own.node'));
  const own = { platform: process.platform, arch: process.arch };
  await requireMachine(modules, own);
  const other = process.arch === 'arm64' ? 'x64' : 'arm64';
  await expect(requireMachine(modules, { ...own, arch: other })).rejects.toThrow(
    `own.node is for ${own.platform} ${own.arch}, and the package for ${own.platform} ${other}`,
  );
  await expect(requireMachine(modules, { platform: 'win32', arch: process.arch })).rejects.toThrow('for win32');
  await writeFile(join(modules, 'own.node'), 'no program at all');
  await expect(requireMachine(modules, own)).rejects.toThrow('is for no known computer');
});

it.each([
  ['linux', 'x64', 'linux-x64'],
  ['linux', 'arm64', 'linux-arm64'],
  ['darwin', 'x64', 'darwin-x64'],
  ['darwin', 'arm64', 'darwin-arm64'],
  ['win32', 'x64', 'win32-x64'],
])('a file for %s %s is known by its header', async (platform, arch, name) => {
  const prebuilt = resolve('node_modules/better-sqlite3/prebuilds', `${name}.node`);
  expect(await machineOf(prebuilt)).toEqual({ platform, archs: [arch] });
});

it('desktops of Linux get no definitions of audio types from us', async () => {
  // electron-builder makes them of associations that name one; every other program would then see ours.
  expect(await readFile(resolve('electron-builder.yml'), 'utf8')).not.toContain('mimeType:');
});

describe('asound.conf', () => {
  it('is taken by ALSA, which then lists the shared card', async (context) => {
    if (!(await onPath('arecord'))) context.skip('there is no arecord here');
    const config = join(folder, 'asound.conf');
    await writeFile(
      config,
      `</usr/share/alsa/alsa.conf>\n${await readFile(join(packaging, 'alsa/asound.conf'), 'utf8')}`,
    );
    const env = { ...process.env, ALSA_CONFIG_PATH: config };
    const { stdout, output } = await run('arecord', ['-L'], { env });
    expect(stdout.split('\n')).toContain('longtake_shared');
    expect(output).not.toContain('Invalid');
    // Without a card it can be read as far as that, and no further.
    const opened = await run('arecord', ['-D', 'longtake_shared', '-d', '1', join(folder, 'x.wav')], { env });
    expect(opened.output).toMatch(/card/i);
    expect(opened.output).not.toMatch(/Unknown field|Unknown PCM|syntax/i);
  });
});
