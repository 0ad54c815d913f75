import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { type Library, openLibrary } from './library.ts';

const START = Date.UTC(2026, 10, 21, 9);
const connection = randomUUID();
let folder: string;
let library: Library;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-chain-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The n-th recording of 10 s of one connection. */
function save(index: number, change: Partial<Recording> = {}): Recording {
  const recording = makeRecording({
    startedAt: START + index * 10_000,
    connection,
    firstSample: index * 480_000,
    seam: index === 0 ? 'first' : 'gapless',
    ...change,
  });
  library.saveRecording(recording);
  return recording;
}

const starts = (recordings: readonly Recording[]) => recordings.map(({ startedAt }) => (startedAt - START) / 10_000);

describe('recordings that follow each other', () => {
  test('are found up to the instant that is wanted, and no further', () => {
    const all = [0, 1, 2, 3].map((index) => save(index));
    const [first, second] = all;
    if (!first || !second) throw new Error('There are four.');
    expect(starts(library.chain.following(first, START + 25_000))).toEqual([1, 2]);
    expect(starts(library.chain.following(first, START + 30_000))).toEqual([1, 2]);
    expect(starts(library.chain.following(second, START + 999_000))).toEqual([2, 3]);
    expect(library.chain.following(first, START + 10_000)).toEqual([]);
  });

  test('end where a sample is missing, or another connection begins', () => {
    const first = save(0);
    save(1);
    save(2, { firstSample: 960_001 });
    save(3, { connection: randomUUID(), firstSample: 0 });
    expect(starts(library.chain.following(first, START + 999_000))).toEqual([1]);
  });

  test('know the one before', () => {
    const first = save(0);
    const second = save(1);
    expect(library.chain.before(second)?.id).toBe(first.id);
    expect(library.chain.before(first)).toBeUndefined();
    expect(library.chain.before(save(4))).toBeUndefined();
  });
});
