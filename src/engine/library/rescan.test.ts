import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeGap, makeRecording, SOURCE_ID } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import type { Gap, Recording } from '../../shared/domain/recording.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { day, type RecordingId, samples } from '../../shared/units.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import type { FoundAudio, Inspector } from './inspector.ts';
import { type Library, openLibrary } from './library.ts';
import type { RescanOptions } from './rescan.ts';

const HEADER = 44;
const NOON = Date.UTC(2026, 10, 21, 12);

let folder: string;
let root: string;
let library: Library;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-rescan-'));
  root = join(folder, 'recordings');
  mkdirSync(root);
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});

afterEach(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
});

/** Knows one kind of audio: 48 kHz stereo, 16 bit, behind 44 bytes that begin with RIFF. */
const inspector = {
  inspected: [] as string[],
  async inspect(path: string): Promise<FoundAudio | undefined> {
    inspector.inspected.push(path);
    const bytes = readFileSync(path);
    if (bytes.toString('latin1', 0, 4) !== 'RIFF') return undefined;
    const format = { codec: 'pcm', sampleRate: 48000, channels: 2, bitDepth: 16 } as const;
    return { container: 'wav', format, samples: (bytes.length - HEADER) >> 2, bytes: bytes.length };
  },
};

const rescan = (change: Partial<RescanOptions> = {}) => {
  inspector.inspected = [];
  return library.rescan({
    root,
    fileSystem: nodeFileSystem,
    inspector,
    clock: systemClock,
    signal: new AbortController().signal,
    isOpen: () => false,
    ...change,
  });
};

const unchanged = { added: 0, updated: 0, removed: 0, unreadable: 0, skippedLines: 0 };

function writeAudio(path: string, frames = 480): number {
  const absolute = join(root, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, Buffer.concat([Buffer.from('RIFF'), Buffer.alloc(HEADER - 4 + frames * 4)]));
  return HEADER + frames * 4;
}

function writeLedger(entries: readonly (LedgerEntry | string)[], month = '2026-11'): void {
  mkdirSync(join(root, LEDGER_FOLDER), { recursive: true });
  const lines = entries.map((entry) => (typeof entry === 'string' ? entry : `${JSON.stringify(entry)}\n`));
  writeFileSync(join(root, LEDGER_FOLDER, `${month}.jsonl`), lines.join(''));
}

const recordingLine = (recording: Recording): LedgerEntry => ({
  type: 'recording',
  at: recording.startedAt,
  recording,
});
const gapLine = (gap: Gap): LedgerEntry => ({ type: 'gap', at: gap.from, gap });

/** A file with its recording, as the recorder leaves them. */
function recorded(path: string, change: Parameters<typeof makeRecording>[0] = {}, frames = 480): Recording {
  return makeRecording({ root, path, bytes: writeAudio(path, frames), samples: samples(frames), ...change });
}

/** Everything that the catalogue holds. */
function everything() {
  return library.days({ limit: 1000 }).map((summary) => ({
    ...summary,
    all: library.recordings({ day: summary.day, offset: 0, limit: 1000 }).recordings,
    allGaps: library.gaps(summary.day),
  }));
}

function deleteDatabase(): void {
  library.close();
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `library.db${suffix}`), { force: true });
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
}

test('a deleted database comes back from the disk with equal rows', async () => {
  const made = [
    recorded('Studio A/1.wav', { startedAt: NOON, title: 'Morning "Show"', seam: 'gapless' }),
    recorded('Studio A/2.wav', { startedAt: NOON + 1000.5, state: 'repaired' }),
    recorded('Radio/é "1"\n.wav', { sourceId: randomUUID(), sourceName: 'Radio', sourceKind: 'stream' }),
  ];
  const gaps = [makeGap(), makeGap({ from: NOON, to: undefined })];
  for (const recording of made) library.saveRecording(recording);
  for (const gap of gaps) library.saveGap(gap);
  writeLedger([
    { type: 'armed', at: NOON, sourceId: SOURCE_ID, sourceName: 'Studio A' },
    ...made.flatMap((recording) => [recordingLine({ ...recording, state: 'recording' }), recordingLine(recording)]),
    ...gaps.flatMap((gap) => [gapLine({ ...gap, to: undefined }), gapLine(gap)]),
  ]);
  writeAudio('Found/Found_20261121T120000Z.wav');
  expect(await rescan()).toMatchObject({ ...unchanged, files: 4, added: 1 });
  const [rows, sources] = [everything(), library.sources()];
  expect(rows.flatMap(({ all }) => all)).toHaveLength(4);
  deleteDatabase();
  expect(await rescan()).toMatchObject({ ...unchanged, files: 4, added: 4 });
  expect(everything()).toEqual(rows);
  expect(library.sources()).toEqual(sources);
  expect(await rescan()).toMatchObject({ ...unchanged, files: 4 });
  expect(inspector.inspected).toEqual([]);
});

describe('files that no ledger knows', () => {
  test('get their source and start from their name, else from their date', async () => {
    const named = 'Studio B/2026-11-21/Studio B_20261121T140000+0200.wav';
    writeAudio(named, 48_000);
    writeAudio('take1.WAV', 480_000);
    utimesSync(join(root, 'take1.WAV'), NOON / 1000, NOON / 1000);
    expect(await rescan()).toMatchObject({ ...unchanged, added: 2 });
    expect(library.byPath(root, named)).toMatchObject({
      sourceName: 'Studio B',
      sourceKind: 'soundcard',
      startedAt: NOON,
      offsetMinutes: 120,
      day: '2026-11-21',
      zone: 'Etc/GMT-2',
      samples: 48_000,
      state: 'complete',
    });
    expect(library.byPath(root, 'take1.WAV')).toMatchObject({ sourceName: 'take1', startedAt: NOON - 10_000 });
  });

  test('believe what the file says of its start before its name', async () => {
    writeAudio('A_20200101T000000Z.wav');
    const knowing: Inspector = {
      inspect: async (path) => {
        const found = await inspector.inspect(path);
        return found && { ...found, startedAt: NOON };
      },
    };
    await rescan({ inspector: knowing });
    expect(library.byPath(root, 'A_20200101T000000Z.wav')?.startedAt).toBe(NOON);
  });

  test('belong to the source of that name which the ledger knows, unless two had it', async () => {
    const other = randomUUID();
    writeLedger([
      { type: 'armed', at: NOON, sourceId: SOURCE_ID, sourceName: 'Studio A' },
      { type: 'armed', at: NOON, sourceId: other, sourceName: 'Twin' },
      { type: 'armed', at: NOON, sourceId: randomUUID(), sourceName: 'Twin' },
    ]);
    for (const name of ['Studio A', 'Twin', 'Else']) writeAudio(`${name}/${name}_20261121T140000Z.wav`);
    await rescan();
    const ids = ['Studio A', 'Twin', 'Else'].map(
      (name) => library.byPath(root, `${name}/${name}_20261121T140000Z.wav`)?.sourceId,
    );
    expect(ids[0]).toBe(SOURCE_ID);
    expect(ids[1]).not.toBe(other);
    expect(new Set(ids).size).toBe(3);
  });

  test('are counted as unreadable when they are no audio, and everything else goes on', async () => {
    mkdirSync(join(root, 'folder.wav'));
    writeFileSync(join(root, 'folder.wav', 'notes.txt'), 'not looked at');
    writeFileSync(join(root, 'junk.wav'), 'junk');
    writeFileSync(join(root, '._good.wav'), 'attributes');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/latin`), Buffer.from([0xe9]), Buffer.from('.wav')]), 'RIFF');
    symlinkSync(join(root, 'nowhere'), join(root, 'dangling.wav'));
    symlinkSync(join(root, 'circle.wav'), join(root, 'circle.wav'));
    symlinkSync(join(root, 'folder.wav'), join(root, 'linked.wav'));
    writeAudio('good.wav');
    const { files, ...counts } = await rescan();
    expect(counts).toMatchObject({ added: 1, updated: 0, removed: 0, unreadable: 4 });
    expect(files).toBe(3);
  });
});

describe('files that the ledger knows', () => {
  test('are inspected again when their size is another', async () => {
    const [shorter, junk] = [recorded('shorter.wav'), recorded('junk.wav')];
    writeLedger([shorter, junk].map(recordingLine));
    await rescan();
    writeAudio('shorter.wav', 240);
    writeFileSync(join(root, 'junk.wav'), 'junk');
    expect(await rescan()).toMatchObject({ ...unchanged, updated: 2 });
    expect(library.recording(shorter.id)).toEqual({ ...shorter, samples: 240, bytes: HEADER + 960 });
    expect(library.recording(junk.id)).toEqual({ ...junk, bytes: 4, state: 'damaged' });
    expect(await rescan()).toMatchObject(unchanged);
    expect(inspector.inspected).toEqual([]);
  });

  test('that nobody closed are repaired, and those that are open or just written are left alone', async () => {
    const [lost, open, fresh] = ['lost.wav', 'open.wav', 'fresh.wav'].map((path) =>
      recorded(path, { state: 'recording', bytes: HEADER }),
    );
    if (!lost || !open || !fresh) throw new Error('unreachable');
    writeLedger([lost, open, fresh].map(recordingLine));
    const before = new Date(Date.now() - 60_000);
    utimesSync(join(root, 'lost.wav'), before, before);
    library.saveRecording(open);
    const repaired: string[] = [];
    const repairing: Inspector = {
      inspect: () => Promise.reject(new Error('not asked')),
      repair: (path) => {
        repaired.push(path);
        return inspector.inspect(path);
      },
    };
    const result = await rescan({ inspector: repairing, isOpen: (id) => id === open.id });
    expect(result).toMatchObject({ ...unchanged, added: 2 });
    expect(repaired).toEqual([join(root, 'lost.wav')]);
    expect(library.recording(fresh.id)).toEqual(fresh);
    expect(library.recording(lost.id)).toEqual({ ...lost, state: 'repaired', bytes: HEADER + 1920 });
    expect(library.recording(open.id)).toEqual(open);
  });

  test('are found behind a link to another disk, and a link in a circle does not catch the walk', async () => {
    mkdirSync(join(folder, 'other disk'));
    symlinkSync(join(folder, 'other disk'), join(root, 'Studio A'));
    symlinkSync(root, join(folder, 'other disk', 'circle'));
    symlinkSync(root, join(root, 'circle'));
    const linked = recorded('Studio A/2026-11-21/1.wav');
    writeLedger([recordingLine(linked)]);
    expect(await rescan()).toMatchObject({ ...unchanged, files: 1, added: 1 });
    expect(await rescan()).toMatchObject({ ...unchanged, files: 1 });
  });

  test('have the row that the last line tells', async () => {
    const old = recorded('1.wav');
    const late = { ...old, title: 'Late', seam: 'gapless' as const };
    writeLedger([recordingLine(old)], '2026-11');
    writeLedger([recordingLine(late)], '2026-12');
    await rescan();
    expect(library.recording(old.id)).toEqual(late);
  });

  test('keep a row that is newer than the ledger', async () => {
    const complete = recorded('1.wav');
    library.saveRecording(complete);
    writeLedger([recordingLine({ ...complete, state: 'recording', bytes: HEADER, samples: samples(0) })]);
    expect(await rescan()).toMatchObject(unchanged);
    expect(library.recording(complete.id)).toEqual(complete);
  });
});

describe('rows whose file is gone', () => {
  test('are removed; those of another folder stay', async () => {
    const [gone, kept] = [recorded('gone/1.wav'), recorded('kept/2.wav')];
    const elsewhere = makeRecording({ root: '/elsewhere', path: 'gone/1.wav' });
    for (const recording of [gone, kept, elsewhere]) library.saveRecording(recording);
    writeLedger([gone, kept].map(recordingLine));
    rmSync(join(root, 'gone'), { recursive: true });
    expect(await rescan()).toMatchObject({ ...unchanged, removed: 1 });
    expect(library.recording(gone.id)).toBeUndefined();
    expect(library.recording(kept.id)).toEqual(kept);
    expect(library.recording(elsewhere.id)).toEqual(elsewhere);
  });

  test('stay when the disk gives an error instead of an answer', async () => {
    const recording = recorded('locked/1.wav');
    library.saveRecording(recording);
    writeLedger([recordingLine(recording)]);
    const failing: FileSystem = {
      ...nodeFileSystem,
      list: (path) => (path.endsWith('locked') ? Promise.reject(diskError()) : nodeFileSystem.list(path)),
      stat: (path) => (path.includes('locked') ? Promise.reject(diskError()) : nodeFileSystem.stat(path)),
    };
    const result = await rescan({ fileSystem: failing });
    expect(result).toMatchObject({ removed: 0, updated: 0 });
    expect(result.unreadable).toBeGreaterThan(0);
    expect(library.recording(recording.id)).toEqual(recording);
  });

  test('stay when the whole folder is missing or empty: its disk is not connected', async () => {
    const recording = recorded('1.wav');
    library.saveRecording(recording);
    writeLedger([recordingLine(recording)]);
    renameSync(root, `${root} away`);
    await expect(rescan()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    mkdirSync(root);
    await expect(rescan()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(library.recording(recording.id)).toEqual(recording);
  });
});

const diskError = (): Error => Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });

test('lines that are torn, foreign or lead out of the folder are skipped and counted', async () => {
  const recording = recorded('1.wav');
  const outside = join(folder, 'outside.wav');
  writeFileSync(outside, 'RIFF');
  const lines = ['../outside.wav', '/etc/passwd', 'a//b.wav', './1.wav', 'a\0.wav'].map((path) =>
    recordingLine(makeRecording({ path })),
  );
  const long = `${'x'.repeat(700_000)}\n`;
  const torn = JSON.stringify(recordingLine(makeRecording())).slice(0, 200);
  writeLedger(['\n', ...lines, '{"type":"poem"}\n', long, recordingLine(recording), '\r\n', torn]);
  expect(await rescan()).toMatchObject({ ...unchanged, files: 1, added: 1, skippedLines: 8 });
  expect(library.recording(recording.id)).toEqual(recording);
});

test('a gap that the catalogue saw end stays ended', async () => {
  const gap = makeGap();
  library.saveGap(gap);
  writeAudio('1.wav');
  writeLedger([gapLine({ ...gap, to: undefined })]);
  await rescan();
  expect(library.gaps(gap.day)).toEqual([gap]);
});

describe('while recordings go on', () => {
  test('a recording that opens during the scan is neither replaced nor removed', async () => {
    writeAudio('a.wav');
    writeAudio('b/first.wav');
    const opened: Recording[] = [];
    const meanwhile: Inspector = {
      inspect: async (path) => {
        library.saveRecording(recorded('closed again.wav'));
        // The recorder opens a file where the walk has been, and tells of the one that is being looked at.
        for (const place of ['late.wav', path.slice(root.length + 1)]) {
          const recording = recorded(place, { state: 'recording', samples: 0 });
          opened.push(recording);
          library.saveRecording(recording);
        }
        return inspector.inspect(path);
      },
    };
    await rescan({ inspector: meanwhile, isOpen: (id: RecordingId) => opened.some((one) => one.id === id) });
    const unfinished = library.unfinished().map(({ path }) => path);
    expect(unfinished.sort()).toEqual(['a.wav', 'b/first.wav', 'late.wav']);
    expect(library.recordings({ day: day('2026-11-21'), offset: 0, limit: 10 }).total).toBe(4);
  });

  test('two scans at once are refused, and a cancelled one ends and can be done again', async () => {
    for (let index = 0; index < 300; index += 1) writeAudio(`${index}.wav`);
    const cancel = new AbortController();
    const first = rescan({ signal: cancel.signal, onProgress: () => cancel.abort() });
    await expect(rescan()).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(library.wasScanned(root)).toBe(false);
    const found: number[] = [];
    expect(await rescan({ onProgress: (files) => found.push(files) })).toMatchObject({ files: 300 });
    expect(found.at(-1)).toBe(300);
    expect(library.wasScanned(root)).toBe(true);
    expect(library.days({ limit: 9 }).reduce((sum, summary) => sum + summary.recordings, 0)).toBe(300);
  });
});

test('closing the library ends a scan, and the next start finds the library in order', async () => {
  for (let index = 0; index < 300; index += 1) writeAudio(`${index}.wav`);
  const scan = rescan({ onProgress: () => library.close() });
  await expect(scan).rejects.toMatchObject({ code: 'CANCELLED' });
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  expect(await rescan()).toMatchObject({ files: 300 });
});

test('the size of the file on disk is what the row says', async () => {
  writeAudio('1.wav', 77);
  await rescan();
  expect(library.byPath(root, '1.wav')?.bytes).toBe(statSync(join(root, '1.wav')).size);
});
