import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { autostartEntry, autostartPath, setAutostart } from './autostart.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-autostart-'));
  path = autostartPath(undefined, { XDG_CONFIG_HOME: folder });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ENTRY = autostartEntry({ program: '/opt/Longtake/longtake', args: ['--hidden'] });
const written = () => readFile(path, 'utf8');

test('the file is where desktops look, one for each profile', () => {
  expect(path).toBe(join(folder, 'autostart', 'longtake.desktop'));
  const own = autostartPath('/data/one', { XDG_CONFIG_HOME: 'not/absolute' });
  expect(own).toMatch(/\.config\/autostart\/longtake-[0-9a-f]{8}\.desktop$/);
  expect(autostartPath('/data/two', {})).not.toBe(own);
});

test('the command survives spaces, quotes and signs that mean something', () => {
  expect(ENTRY).toContain('\nExec=/opt/Longtake/longtake --hidden\n');
  const odd = autostartEntry({ program: '/My "apps"/100% $HOME/Longtake.AppImage', args: [], profile: '/a b' });
  expect(odd).toContain(
    String.raw`Exec=env "LONGTAKE_USER_DATA=/a b" "/My \\"apps\\"/100%% \\$HOME/Longtake.AppImage"`,
  );
});

test('it is written and removed, and what another wrote is left alone', async () => {
  await setAutostart(path, ENTRY, true);
  expect(await written()).toBe(ENTRY);
  await setAutostart(path, undefined, true);
  await expect(written()).rejects.toThrow('ENOENT');
  await setAutostart(path, undefined, true);

  await setAutostart(path, ENTRY, true);
  await writeFile(path, '[Desktop Entry]\nExec=other\n');
  await expect(setAutostart(path, ENTRY, true)).rejects.toThrow('left alone');
  await setAutostart(path, undefined, true);
  expect(await written()).toContain('Exec=other');
});

test('a program that has moved is found again, unless the person has switched it off in their desktop', async () => {
  await setAutostart(path, autostartEntry({ program: '/old/longtake', args: [] }), true);
  await setAutostart(path, ENTRY, false);
  expect(await written()).toBe(ENTRY);
  const off = autostartEntry({ program: '/old/longtake', args: [] }).replace('enabled=true', 'enabled=false');
  await writeFile(path, off);
  await setAutostart(path, ENTRY, false);
  expect(await written()).toBe(off);
  await setAutostart(path, ENTRY, true);
  expect(await written()).toBe(ENTRY);
});
