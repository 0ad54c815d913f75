import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { type Library, openLibrary } from './library.ts';
import { judgeSeam } from './seamCheck.ts';

const START = Date.UTC(2026, 10, 21, 9);
const ONE = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

/** A recording of 10 s; `index` says which of its connection. */
const part = (index: number, change: Parameters<typeof makeRecording>[0] = {}): Recording =>
  makeRecording({
    startedAt: START + index * 10_000,
    connection: ONE,
    firstSample: index * 480_000,
    seam: index === 0 ? 'first' : 'gapless',
    ...change,
  });

describe('a boundary', () => {
  it('is gapless when the counters meet', () => {
    expect(judgeSeam(part(0), part(1))).toEqual({ kind: 'gapless' });
    expect(judgeSeam(part(0), part(1, { seam: 'unverified' }))).toEqual({ kind: 'gapless' });
  });

  it('is not, when they do not, whatever it is marked as', () => {
    expect(judgeSeam(part(0), part(2))).toMatchObject({ kind: 'wrong' });
    expect(judgeSeam(part(0), part(1, { firstSample: 479_999 }))).toMatchObject({ kind: 'wrong' });
    expect(judgeSeam(part(0), part(1, { seam: 'first' }))).toMatchObject({ kind: 'wrong' });
  });

  it('counts what a decoder leaves out at the beginning', () => {
    const cold = part(0, { coldStart: { frames: 1, samples: 1000, unplayed: 1000 }, samples: 479_000 });
    expect(judgeSeam(cold, part(1))).toEqual({ kind: 'gapless' });
  });

  it('may state what is missing', () => {
    expect(judgeSeam(part(0), part(2, { seam: 'missing', missingSamples: 480_000 }))).toEqual({ kind: 'accounted' });
    expect(judgeSeam(part(0), part(2, { seam: 'missing', missingSamples: 10 }))).toMatchObject({ kind: 'wrong' });
  });

  it('of another connection is a new beginning', () => {
    const next = part(0, { connection: OTHER, startedAt: START + 60_000 });
    expect(judgeSeam(part(0), next)).toEqual({ kind: 'accounted' });
    expect(judgeSeam(part(0), part(1, { connection: OTHER }))).toMatchObject({ kind: 'wrong' });
  });

  it('without counters is judged by the clock, and proven by nothing', () => {
    const old = { connection: undefined, firstSample: undefined };
    expect(judgeSeam(part(0, old), part(1, old))).toEqual({ kind: 'unproven' });
    expect(judgeSeam(part(0, old), part(3, old))).toMatchObject({ kind: 'wrong' });
  });
});

describe('a day', () => {
  let folder: string;
  let library: Library;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-seams-'));
    library = openLibrary(join(folder, 'library.db'), silentLog).library;
  });
  afterEach(async () => {
    library.close();
    await rm(folder, { recursive: true, force: true });
  });
  const check = () => library.seams.run({ from: START + 5000, to: START + 3_600_000 });

  it('is proven over its beginning, over pages, and over what was deleted since', async () => {
    const parts = Array.from({ length: 250 }, (_, index) => part(index));
    for (const one of parts) library.saveRecording(one);
    const [deleted] = parts.slice(100);
    if (deleted) {
      library.keeping.saveRemoved([
        { recording: deleted, removedAt: START, reason: 'age', trash: undefined, belongings: [] },
      ]);
    }
    expect(await check()).toEqual({
      seams: 249,
      gapless: 249,
      accounted: 0,
      unproven: 0,
      findings: [],
      findingCount: 0,
    });
  });

  it('names the recording before which something is missing', async () => {
    for (const index of [0, 1, 3]) library.saveRecording(part(index));
    const { findings, gapless } = await check();
    expect(gapless).toBe(1);
    expect(findings).toMatchObject([{ at: START + 30_000, sourceName: 'Studio A' }]);
  });
});
