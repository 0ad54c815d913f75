import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import { WavWriter } from '../containers/wav.ts';
import { openLibrary } from '../library/library.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import { inspectFile } from '../recorder/inspect.ts';
import { repairFile } from '../recorder/repair.ts';

const run = promisify(execFile);
const START = Date.UTC(2026, 10, 21, 12);

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-rescan-files-'));
  root = join(folder, 'recordings');
  await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function encode(name: string, ...options: readonly string[]): Promise<void> {
  const path = join(root, name);
  const sine = 'sine=440:sample_rate=48000:duration=10,aformat=channel_layouts=stereo';
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', sine, ...options, path]);
  await utimes(path, START / 1000, START / 1000);
}

/** A recording of `frames` whose header states `stated`, as a kill leaves it. */
function wavOf(frames: number, stated: number): Buffer {
  const writer = new WavWriter(
    { sampleRate: 48_000, channels: 2, bitDepth: 16 },
    { sourceName: 'Studio A', startedAt: START, offsetMinutes: 330 },
  );
  const header = Buffer.from(writer.header());
  for (const { offset, bytes } of writer.patch(stated * 4)) header.set(bytes, offset);
  return Buffer.concat([header, Buffer.alloc(frames * 4)]);
}

test('real files of every container are found, and one that was cut off is mended', async () => {
  await encode('song.mp3', '-b:a', '128k');
  await encode('talk_20261120T060000-0500.aac', '-c:a', 'aac');
  await encode('field.wav', '-c:a', 'pcm_s24le');
  await writeFile(join(root, 'orphan.wav'), wavOf(96_000, 96_000));
  await writeFile(join(root, 'cut.wav'), wavOf(72_000, 48_000));
  const before = new Date(Date.now() - 60_000);
  await utimes(join(root, 'cut.wav'), before, before);
  await writeFile(join(root, 'junk.mp3'), 'This is no audio. '.repeat(500));
  const cut = makeRecording({ path: 'cut.wav', state: 'recording', samples: 0, bytes: 44, startedAt: START });
  const line = JSON.stringify({ type: 'recording', at: START, recording: cut });
  await writeFile(join(root, LEDGER_FOLDER, '2026-11.jsonl'), `${line}\n`);

  const { library } = openLibrary(join(folder, 'library.db'), silentLog);
  const result = await library.rescan({
    root,
    fileSystem: nodeFileSystem,
    inspector: {
      inspect: (path, signal) => inspectFile(nodeFileSystem, path, signal),
      repair: (path) => repairFile(nodeFileSystem, path),
    },
    clock: systemClock,
    signal: new AbortController().signal,
    isOpen: () => false,
  });
  expect(result).toMatchObject({ files: 6, added: 5, unreadable: 1, skippedLines: 0 });

  const found = (path: string) => {
    const recording = library.byPath(root, path);
    if (!recording) throw new Error(`${path} was not found`);
    return { ...recording, seconds: recording.samples / recording.format.sampleRate };
  };
  expect(found('song.mp3')).toMatchObject({ container: 'mp3', sourceKind: 'stream', sourceName: 'song' });
  expect(Math.abs(found('song.mp3').seconds - 10)).toBeLessThan(0.1);
  expect(Math.abs(found('song.mp3').startedAt - (START - 10_000))).toBeLessThan(100);
  expect(found('talk_20261120T060000-0500.aac')).toMatchObject({
    container: 'adts',
    startedAt: Date.UTC(2026, 10, 20, 11),
    offsetMinutes: -300,
    zone: 'Etc/GMT+5',
    day: '2026-11-20',
  });
  expect(found('field.wav')).toMatchObject({ seconds: 10, format: { bitDepth: 24, channels: 2 } });
  expect(found('orphan.wav')).toMatchObject({ seconds: 2, startedAt: START, offsetMinutes: 330 });
  expect(found('cut.wav')).toMatchObject({
    id: cut.id,
    state: 'repaired',
    seconds: 1.5,
    bytes: (await stat(join(root, 'cut.wav'))).size,
  });
  expect(await readFile(join(root, 'cut.wav'))).toEqual(wavOf(72_000, 72_000));
  library.close();
});
