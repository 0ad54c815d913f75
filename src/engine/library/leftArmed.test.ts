import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeGap, makeRecording, SOURCE_ID } from '../../../test/support/makeRecording.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { leftArmed } from './leftArmed.ts';

const START = Date.UTC(2026, 10, 21, 9);
const AFTER = START + 60_000;

describe('leftArmed', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'longtake-left-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const write = async (...entries: LedgerEntry[]): Promise<void> => {
    await mkdir(join(root, '.longtake/ledger'), { recursive: true });
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeFile(join(root, '.longtake/ledger/2026-11.jsonl'), text);
  };
  const armed = (at: number): LedgerEntry => ({ type: 'armed', at, sourceId: SOURCE_ID, sourceName: 'Studio A' });
  const disarmed = (at: number): LedgerEntry => ({ ...armed(at), type: 'disarmed', reason: 'quit' }) as LedgerEntry;
  const recorded = (change: Parameters<typeof makeRecording>[0] = {}, at = AFTER): LedgerEntry => ({
    type: 'recording',
    at,
    recording: makeRecording({ startedAt: START, ...change }),
  });
  const left = async (): Promise<[string, number][]> => [...(await leftArmed(root, nodeFileSystem))];

  it('finds the end of the last recording of a source that nobody disarmed', async () => {
    await write(armed(START), recorded());
    expect(await left()).toEqual([[SOURCE_ID, START + 10_000]]);
  });

  it('finds nothing when the program ended in order', async () => {
    await write(armed(START), recorded(), disarmed(AFTER));
    expect(await left()).toEqual([]);
  });

  it('counts a gap that was told to its end', async () => {
    await write(armed(START), recorded(), {
      type: 'gap',
      at: AFTER,
      gap: makeGap({ from: START + 10_000, to: START + 30_000 }),
    });
    expect(await left()).toEqual([[SOURCE_ID, START + 30_000]]);
  });

  it('does not believe audio from the future, as the burst of a stream seems to be', async () => {
    await write(armed(START), recorded({}, START + 4000));
    expect(await left()).toEqual([[SOURCE_ID, START + 4000]]);
  });

  it('goes by the clock of the end when that was set back', async () => {
    const back = 3_600_000;
    await write(
      armed(START),
      recorded(),
      recorded({}, AFTER - back),
      recorded({ startedAt: AFTER - back, samples: 0 }, AFTER - back + 100),
      recorded({ startedAt: AFTER - back }, AFTER - back + 12_000),
    );
    expect(await left()).toEqual([[SOURCE_ID, AFTER - back + 10_000]]);
  });

  it('knows nothing where there is no ledger', async () => {
    expect(await left()).toEqual([]);
  });
});
