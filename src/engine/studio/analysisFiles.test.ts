import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingId } from '../../shared/units.ts';
import { indexFile } from '../clips/frameIndexes.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { framesFolder, keptFiles, levelsFile, peaksFile, removeAnalysis } from './analysisFiles.ts';

const one = recordingId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
const other = recordingId('6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d99');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-kept-'));
  for (const id of [one, other]) {
    for (const path of [peaksFile(folder, id), levelsFile(folder, id), indexFile(framesFolder(folder), id)]) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'x');
    }
  }
});
afterEach(() => rm(folder, { recursive: true }));

test('all that is kept of a recording is known, and goes with it', async () => {
  expect((await keptFiles(nodeFileSystem, folder)).map(({ id }) => id).toSorted()).toEqual(
    [one, one, one, other, other, other].toSorted(),
  );
  expect((await keptFiles(nodeFileSystem, folder)).filter(({ isLevels }) => isLevels)).toHaveLength(2);
  await removeAnalysis(nodeFileSystem, folder, one);
  // A second time there is nothing left.
  await removeAnalysis(nodeFileSystem, folder, one);
  expect((await keptFiles(nodeFileSystem, folder)).map(({ id }) => id)).toEqual([other, other, other]);
  expect(await readdir(framesFolder(folder))).toEqual([`${other}.frames`]);
});
