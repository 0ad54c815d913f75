import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Library, openLibrary } from '../../src/engine/library/library.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import { makeRecording } from '../support/makeRecording.ts';
import { silentLog } from '../support/silentLog.ts';
import { tellResult } from './support/result.ts';

const FILES = 100_000;
const PER_FOLDER = 500;
const HOUR = 3_600_000;

let folder: string;
let root: string;
let library: Library;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bench-rescan-'));
  root = join(folder, 'recordings');
  await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
  for (let start = 0; start < FILES; start += PER_FOLDER) await makeFolder(start / PER_FOLDER);
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
}, 300_000);

afterAll(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
}, 120_000);

/** One folder of empty files and the lines that the recorder would have written about them. */
async function makeFolder(number: number): Promise<void> {
  const name = `Studio A/${String(number).padStart(4, '0')}`;
  await mkdir(join(root, name), { recursive: true });
  const lines: string[] = [];
  for (let index = 0; index < PER_FOLDER; index += 1) {
    const startedAt = Date.UTC(2026, 0, 1) + (number * PER_FOLDER + index) * HOUR;
    const path = `${name}/${startedAt}.wav`;
    await writeFile(join(root, path), '');
    const { root: _, ...recording } = makeRecording({ path, startedAt, bytes: 0 });
    for (const state of ['recording', 'complete']) {
      lines.push(`${JSON.stringify({ type: 'recording', at: startedAt, recording: { ...recording, state } })}\n`);
    }
  }
  await writeFile(join(root, LEDGER_FOLDER, `${String(number).padStart(4, '0')}.jsonl`), lines.join(''));
}

test(`a scan of ${FILES} files lets everything else run`, async () => {
  const runs = { fromNothing: await scan(), again: await scan() };
  await tellResult({ bench: 'rescan', files: FILES, unit: 'ms', ...runs });
  expect(runs.fromNothing.added).toBe(FILES);
  expect(runs.again).toMatchObject({ added: 0, updated: 0, removed: 0 });
  expect(runs.fromNothing.delay.p99).toBeLessThan(50);
});

async function scan() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begin = performance.now();
  const { added, updated, removed } = await library.rescan({
    root,
    fileSystem: nodeFileSystem,
    inspector: { inspect: async () => undefined },
    clock: systemClock,
    signal: new AbortController().signal,
    isOpen: () => false,
  });
  const took = Math.round(performance.now() - begin);
  delay.disable();
  const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100;
  return {
    took,
    added,
    updated,
    removed,
    /** Between two turns of the event loop; 1 ms of it is the timer's own. */
    delay: { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) },
    rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}
