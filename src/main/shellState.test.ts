import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../test/support/silentLog.ts';
import { ShellState } from './shellState.ts';

const PLACE = { x: -20, y: 40, width: 1000, height: 700, isMaximized: true, isFullScreen: false };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-shell-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('it remembers where the window was and what was told, over a restart', async () => {
  const state = new ShellState(folder, silentLog);
  expect(state.window).toBeUndefined();
  state.keepWindow(PLACE);
  expect([state.isNews('recording'), state.isNews('recording'), state.isNews('minimised')]).toEqual([
    true,
    false,
    true,
  ]);
  const later = new ShellState(folder, silentLog);
  expect(later.window).toEqual(PLACE);
  expect([later.isNews('recording'), later.isNews('staying')]).toEqual([false, true]);
  expect(await readdir(folder)).toEqual(['shell.json']);
});

test('what cannot be read is as if it were not there', async () => {
  for (const content of ['', '[]', '{"window":{"x":0}}', '{"window":{"x":1e9,"y":0,"width":0,"height":1}}']) {
    await writeFile(join(folder, 'shell.json'), content);
    expect(new ShellState(folder, silentLog).window, content).toBeUndefined();
  }
});
