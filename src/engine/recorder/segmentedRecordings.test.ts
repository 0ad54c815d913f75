import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { makeOggStreams, oggFile, parseOgg } from '../../../test/support/oggStreams.ts';
import { unitsOf, whole } from '../../../test/support/streamParts.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { nextSample } from '../../shared/domain/recordingFile.ts';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import type { StreamConfig } from '../../shared/domain/source.ts';
import { sourceId } from '../../shared/units.ts';
import { StreamReader } from '../capture/stream/streamReader.ts';
import { splitBlock } from '../containers/block.ts';
import { Connection } from './connection.ts';
import { Ledger } from './ledger.ts';

const source: StreamConfig = {
  id: sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11'),
  name: 'Radio',
  kind: 'stream',
  url: 'http://radio.example/',
  username: '',
  format: 'auto',
};

let streams: ReadonlyMap<string, Uint8Array> = new Map();
beforeAll(async () => {
  streams = await makeOggStreams();
});

function stream(name: string): Uint8Array {
  const bytes = streams.get(name);
  if (!bytes) throw new Error(`There is no stream ${name}.`);
  return bytes;
}

/** Records bytes that a server sends in real time. */
async function record(bytes: Uint8Array, splitSeconds = 3600) {
  const clock = new TurnedClock('2026-11-21T10:10:00.000Z');
  const disk = new MemoryFileSystem();
  const closed: Recording[] = [];
  const holes: { readonly ms: number; readonly detail: string }[] = [];
  const failures: string[] = [];
  const nothing = (): void => undefined;
  const connection = new Connection(
    {
      clock,
      fileSystem: disk,
      log: silentLog,
      ledger: new Ledger(disk, silentLog),
      plan: () => ({ recordingsFolder: '/r', splitSeconds, filenamePattern: DEFAULT_FILENAME_PATTERN }),
      emit: (event) => {
        if (event.type === 'recording' && event.recording.state !== 'recording') closed.push(event.recording);
      },
    },
    {
      source,
      paused: false,
      longest: () => Number.POSITIVE_INFINITY,
      onOpen: nothing,
      onFirstRecording: nothing,
      onRecordingOpened: nothing,
      onTitle: nothing,
      onBlock: nothing,
      onPaused: nothing,
      onLost: nothing,
      onMissing: nothing,
      onClockMoved: nothing,
      onHole: (from, to, { message }) => holes.push({ ms: to - from, detail: message }),
      onReached: nothing,
      onFailure: (error) => failures.push(error.message),
    },
  );
  let rate = 1;
  const reader = new StreamReader(
    { format: 'auto', contentType: 'audio/ogg', icyInterval: undefined, host: 'radio.example' },
    {
      onFormat: (container, format, headers) => {
        rate = format.sampleRate;
        connection.onOpen({ format, container, label: 'radio', ...(headers ? { headers } : {}) });
      },
      onSegment: (format, headers) => {
        rate = format.sampleRate;
        connection.onSegment({ format, container: 'ogg', label: 'radio', headers });
      },
      onHole: (samples) => {
        clock.advance((samples * 1000) / rate);
        connection.onHole(samples);
      },
      onBlock: (block) => {
        clock.advance((block.samples * 1000) / rate);
        connection.onBlock(block, clock.monotonic());
      },
      onTitle: (title) => connection.onTitle(title),
      onSkipped: nothing,
    },
  );
  for (let at = 0; at < bytes.length; at += 500) reader.push(bytes.subarray(at, at + 500));
  reader.end();
  await connection.end();
  const recordings = closed
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .toSorted((a, b) => a.startedAt - b.startedAt);
  const files = recordings.map(({ path }) => parseOgg([disk.files.get(`/r/${path}`) ?? new Uint8Array(0)]));
  for (const [index, file] of files.entries()) {
    expect(file).toMatchObject({ holes: [], skipped: 0, trailing: 0, samples: recordings[index]?.samples });
    expect(file.segments).toHaveLength(1);
  }
  return { recordings, holes, failures, packets: files.flatMap(unitsOf) };
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

describe('a stream with new headers in its middle', () => {
  test('goes on in another recording at once, and none of its packets is missing', async () => {
    const chain = join(stream('Opus stereo'), stream('Vorbis 48 kHz, 6 channels'), stream('Opus stereo'));
    const { recordings, packets, holes } = await record(chain, 5);
    expect(packets).toEqual(unitsOf(parseOgg([chain])));
    expect(recordings.map(({ format }) => format.codec)).toEqual(['opus', 'vorbis', 'vorbis', 'opus', 'opus']);
    expect(recordings.map(({ seam }) => seam)).toEqual(['first', ...Array.from({ length: 4 }, () => 'gapless')]);
    for (const [at, recording] of recordings.slice(1).entries()) {
      const before = recordings[at] ?? recording;
      expect(recording.firstSample).toBe(nextSample(before));
      expect(recording.connection).toBe(before.connection);
    }
    expect(recordings.map(({ path }) => path.split('.').at(-1))).toEqual(['opus', 'ogg', 'ogg', 'opus', 'opus']);
    expect(recordings.every(({ title }) => title === 'Nobody - On air')).toBe(true);
    expect(holes).toEqual([]);
  });

  test('of another sample rate counts its samples anew', async () => {
    const chain = join(stream('Opus stereo'), stream('Vorbis 44.1 kHz stereo'));
    const { recordings, packets } = await record(chain);
    expect(packets).toEqual(unitsOf(parseOgg([chain])));
    expect(recordings.map(({ seam, firstSample }) => ({ seam, firstSample }))).toEqual([
      { seam: 'first', firstSample: 0 },
      { seam: 'first', firstSample: 0 },
    ]);
    expect(recordings[0]?.connection).not.toBe(recordings[1]?.connection);
  });

  test('many times a second makes no more files than the shortest recording allows, and keeps every packet', async () => {
    const [segment] = parseOgg([stream('Opus stereo')]).segments;
    if (!segment) throw new Error('no segment');
    const links: Uint8Array[] = [];
    // The pre-skip of the whole stream lies in what is left out.
    for (let rest = splitBlock(whole(segment), 2880)[1]; rest.samples > 0;) {
      const [mine, others] = splitBlock(rest, 2880);
      links.push(oggFile({ ...segment.headers, preSkip: 0 }, mine, true).bytes);
      rest = others;
    }
    const chain = join(...links);
    expect(links.length).toBeGreaterThan(60);
    const { recordings, packets, failures } = await record(chain);
    expect(failures).toEqual([]);
    expect(packets).toEqual(unitsOf(parseOgg([chain])));
    expect(recordings.length).toBeLessThanOrEqual((4300 / 250) | 0);
  });
});

test('a page that is lost begins a recording that says how much is missing before it', async () => {
  const bytes = stream('Vorbis 48 kHz, 6 channels');
  const starts = [...Buffer.from(bytes).toString('latin1').matchAll(/OggS/g)].map(({ index }) => index);
  const [from = 0, to = 0] = [starts[starts.length >> 1], starts[(starts.length >> 1) + 1]];
  const torn = join(bytes.subarray(0, from), bytes.subarray(to));
  const [lost = 0] = parseOgg([torn]).holes;
  expect(lost).toBeGreaterThan(0);
  const { recordings, holes } = await record(torn);
  expect(recordings.map(({ seam, missingSamples }) => ({ seam, missingSamples }))).toEqual([
    { seam: 'first', missingSamples: undefined },
    { seam: 'missing', missingSamples: lost },
  ]);
  expect(holes).toHaveLength(1);
  expect(holes[0]?.ms).toBeCloseTo((lost * 1000) / 48_000, 3);
  expect(holes[0]?.detail).toMatch(/^The stream lacks \d+ ms/);
});
