import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchGrowing } from '../../scripts/setup/growing-folder.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('tells how much is there, at every depth, and again while it grows', async () => {
  await mkdir(join(folder, 'deep', 'deeper'), { recursive: true });
  await writeFile(join(folder, 'deep', 'deeper', 'a'), Buffer.alloc(1000));
  const told = vi.fn<(bytes: number) => void>();
  const stop = watchGrowing(folder, told, 1);
  await expect.poll(() => told.mock.calls).toContainEqual([1000]);
  await writeFile(join(folder, 'b'), Buffer.alloc(500));
  await expect.poll(() => told.mock.calls).toContainEqual([1500]);
  stop();
});

test('a folder that others take apart meanwhile is no error', async () => {
  const told = vi.fn<(bytes: number) => void>();
  const stop = watchGrowing(join(folder, 'work'), told, 1);
  await expect.poll(() => told.mock.calls).toContainEqual([0]);
  for (let round = 0; round < 20; round += 1) {
    for (let name = 0; name < 20; name += 1) {
      await mkdir(join(folder, 'work', `${name}`), { recursive: true });
      await writeFile(join(folder, 'work', `${name}`, 'file'), 'four');
    }
    await rm(join(folder, 'work'), { recursive: true });
  }
  const before = told.mock.calls.length;
  await expect.poll(() => told.mock.calls.length).toBeGreaterThan(before);
  stop();
});

test('nothing is told once it has ended, also of what was just being counted', async () => {
  const told = vi.fn<(bytes: number) => void>();
  // The first look is under way.
  watchGrowing(folder, told, 1)();
  const other = vi.fn<(bytes: number) => void>();
  const stop = watchGrowing(folder, other, 1);
  await expect.poll(() => other.mock.calls.length).toBeGreaterThan(3);
  stop();
  expect(told).not.toHaveBeenCalled();
});
