import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { nodeError } from '../../../test/support/memoryFileSystem.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { SettingsStore } from '../../shared/ports/settingsStore.ts';
import { WavWriter } from '../containers/wav.ts';
import { type Library, openLibrary } from '../library/library.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import { Emitter } from './emitter.ts';
import { Keeping } from './keeping.ts';
import { Sources } from './sources.ts';

let folder: string;
let library: Library;
let isFull: boolean;
let changed: Recording[];
let keeping: Keeping;

/** A disk that never writes in place: while it is full it takes nothing at all. */
const disk: FileSystem = {
  ...nodeFileSystem,
  openForRepair: async (path) => {
    if (isFull) throw nodeError('ENOSPC');
    return nodeFileSystem.openForRepair(path);
  },
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-mending-'));
  ({ library } = openLibrary(join(folder, 'library.db'), silentLog));
  isFull = true;
  changed = [];
  const settingsStore: SettingsStore = {
    read: () => ({ settings: { ...DEFAULT_SETTINGS, recordingsFolder: folder }, sources: [], armed: [] }),
    write: () => undefined,
  };
  const events = new Emitter();
  events.on((name, payload) => {
    if (name === 'recordings.changed') changed.push(payload as Recording);
  });
  const secrets = {
    protection: 'memory',
    get: () => Promise.resolve(undefined),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  } as const;
  keeping = new Keeping({
    clock: systemClock,
    fileSystem: disk,
    log: silentLog,
    settingsStore,
    dataFolder: folder,
    events,
    sources: new Sources({ clock: systemClock, secrets, settingsStore, emit: events.emit }),
    library: () => library,
    onPurged: () => Promise.resolve(),
  });
});
afterEach(async () => {
  await keeping.stop();
  library.close();
  await rm(folder, { recursive: true });
});

/** A file of 1000 sample frames whose header states `stated`. */
function wavOf(stated: number): Buffer {
  const writer = new WavWriter(
    { sampleRate: 48_000, channels: 2, bitDepth: 16 },
    { sourceName: 'Studio A', startedAt: 0, offsetMinutes: 0 },
  );
  const header = Buffer.from(writer.header());
  for (const { offset, bytes } of writer.patch(stated * 4)) header.set(bytes, offset);
  return Buffer.concat([header, Buffer.alloc(4000, 1)]);
}

async function unmended(file: Buffer): Promise<Recording> {
  const recording = makeRecording({ root: folder, path: 'a.wav', samples: 1000, bytes: file.length, unmended: true });
  await writeFile(join(folder, recording.path), file);
  library.saveRecording(recording);
  return recording;
}

const onDisk = (): Promise<Buffer> => readFile(join(folder, 'a.wav'));

test('a header that a full disk refused is mended at the next start', async () => {
  const recording = await unmended(wavOf(600));
  library.keeping.setLocked(recording.id, true);
  keeping.start();
  await keeping.mendAgain();
  expect(await onDisk()).toEqual(wavOf(600));
  expect(library.unmended().map(({ id }) => id)).toEqual([recording.id]);

  isFull = false;
  keeping.start();
  await keeping.stop();
  expect(await onDisk()).toEqual(wavOf(1000));
  const { unmended: _, ...whole } = { ...recording, locked: true };
  expect(changed).toEqual([whole]);
  expect(library.recording(recording.id)).toEqual(whole);
  expect(library.unmended()).toEqual([]);

  // So that a library which is made of the ledger has nothing to mend.
  library.close();
  ({ library } = openLibrary(join(folder, 'new.db'), silentLog));
  const inspector = { inspect: () => Promise.reject(new Error('the ledger knows it')) };
  const signal = new AbortController().signal;
  const scan = { root: folder, fileSystem: disk, inspector, clock: systemClock, signal, isOpen: () => false };
  await library.rescan(scan);
  const { locked: __, ...told } = whole;
  expect(library.recording(recording.id)).toEqual(told);
});

test('a file that cannot be mended is left as it is, and not tried for ever', async () => {
  const file = Buffer.alloc(500, 7);
  const recording = await unmended(file);
  isFull = false;
  await keeping.mendAgain();
  expect(await onDisk()).toEqual(file);
  expect(library.unmended()).toEqual([]);
  expect(library.recording(recording.id)?.samples).toBe(1000);
});
