import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import { day } from '../../shared/units.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { type Library, openLibrary } from './library.ts';

let root: string;
let library: Library;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'longtake-catch-up-'));
  library = openLibrary(join(root, 'library.db'), silentLog).library;
});

afterEach(async () => {
  library.close();
  await rm(root, { recursive: true, force: true });
});

const line = (event: Recording | Gap): string => {
  const what = 'cause' in event ? { type: 'gap', gap: event } : { type: 'recording', recording: event };
  return `${JSON.stringify({ ...what, at: 0 })}\n`;
};

function writeLedger(month: string, events: readonly (Recording | Gap)[], junkBytes = 0): void {
  mkdirSync(join(root, LEDGER_FOLDER), { recursive: true });
  const text = `${'x'.repeat(junkBytes)}\n${events.map(line).join('')}{"torn`;
  writeFileSync(join(root, LEDGER_FOLDER, `${month}.jsonl`), text);
}

const catchUp = () => library.catchUp({ root, fileSystem: nodeFileSystem });

const written = (change: Parameters<typeof makeRecording>[0] & { readonly path: string }): Recording => {
  writeFileSync(join(root, change.path), 'RIFF');
  return makeRecording({ root, ...change });
};

test('what the recorder wrote after main had ended is taken in, in its last state', async () => {
  const opened = written({ path: '1.wav', state: 'recording', bytes: 44 });
  const closed = { ...opened, state: 'complete' as const, bytes: 2000 };
  const unknown = written({ path: '2.wav', state: 'recording' });
  const gap = makeGap({ to: undefined });
  const ended = { ...gap, to: gap.from + 1 };
  library.saveRecording(opened);
  library.saveGap(gap);
  writeLedger('2026-10', [opened, gap, closed], 3_000_000);
  writeLedger('2026-11', [unknown, ended]);
  expect(await catchUp()).toBe(3);
  expect(library.recording(opened.id)).toEqual(closed);
  expect(library.unfinished()).toEqual([unknown]);
  expect(library.gaps(gap.day)).toEqual([ended]);
  expect(await catchUp()).toBe(0);
});

test('a gap whose end is known here and not in the ledger is told, once it is there no more', async () => {
  const at = Date.parse('2026-11-21T12:00:00Z');
  const of = (from: number, to: number | undefined): Gap => makeGap({ from, to, day: day('2026-11-21') });
  const unended = of(at - 50_000, undefined);
  const ended = { ...unended, to: at - 10_000 };
  const untold = of(at - 5000, at - 2000);
  const old = of(at - 900_000, at - 800_000);
  const lasting = of(at - 1000, undefined);
  for (const gap of [ended, untold, old, lasting]) library.saveGap(gap);
  const tell = async (entries: readonly Gap[]): Promise<readonly Gap[]> => {
    const lines = entries.map((gap) => `${JSON.stringify({ type: 'gap', at, gap })}\n`);
    mkdirSync(join(root, LEDGER_FOLDER), { recursive: true });
    writeFileSync(join(root, LEDGER_FOLDER, '2026-11.jsonl'), lines.join(''));
    const told: Gap[] = [];
    await library.catchUp({ root, fileSystem: nodeFileSystem, onBehind: (gap) => told.push(gap) });
    return told;
  };
  expect(await tell([])).toEqual([]);
  expect(await tell([unended, lasting])).toEqual([ended, untold]);
  expect(await tell([unended, lasting, ended, untold])).toEqual([]);
});

test('what the catalogue knows better stays, and what is gone from disk does not come back', async () => {
  const repaired = written({ path: '1.wav', state: 'repaired' });
  const ended = makeGap();
  const deleted = makeRecording({ root, path: 'deleted.wav' });
  const outside = makeRecording({ root, path: '../library.db' });
  library.saveRecording(repaired);
  library.saveGap(ended);
  writeLedger('2026-11', [
    { ...repaired, state: 'recording' },
    { ...repaired, state: 'complete', title: 'older' },
    { ...ended, to: undefined },
    deleted,
    outside,
  ]);
  expect(await catchUp()).toBe(0);
  expect(library.recording(repaired.id)).toEqual(repaired);
  expect(library.openGaps()).toEqual([]);
});

test('a folder without a ledger is nothing new', async () => {
  expect(await catchUp()).toBe(0);
  expect(await library.catchUp({ root: join(root, 'missing'), fileSystem: nodeFileSystem })).toBe(0);
});

test.each([
  { samples: 1.5 },
  { samples: 1e300 },
  { samples: -5 },
  { bytes: 1e19 },
  { startedAt: 1e20 },
  { format: { codec: 'pcm', sampleRate: 0.1, channels: 2 } },
])(
  'a recording with numbers that no Longtake writes is left out and keeps nothing else from being read: %o',
  async (change) => {
    const good = written({ path: 'good.wav' });
    const bad = { ...written({ path: 'bad.wav' }), ...change } as Recording;
    writeLedger('2026-11', [bad, { ...makeGap(), to: 1e300 }, good]);
    expect(await catchUp()).toBe(1);
    expect(library.recording(good.id)).toEqual(good);
    expect(library.openGaps()).toEqual([]);
  },
);
