import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryFileSystem, nodeError } from '../../../test/support/memoryFileSystem.ts';
import { makeOggStreams, parseOgg } from '../../../test/support/oggStreams.ts';
import { cutBlock, whole } from '../../../test/support/streamParts.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import type { StreamConfig } from '../../shared/domain/source.ts';
import { millis, sourceId } from '../../shared/units.ts';
import type { CaptureInfo } from '../capture/audioSource.ts';
import { formatOf } from '../containers/streamHeaders.ts';
import { inspectFile } from './inspect.ts';
import { Ledger } from './ledger.ts';
import { LiveRecording } from './liveRecording.ts';

const source: StreamConfig = {
  id: sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11'),
  name: 'Radio',
  kind: 'stream',
  url: 'http://radio.example/',
  username: '',
  format: 'auto',
};

const startedAt = millis(Date.parse('2026-11-21T10:10:00.000Z'));
const PCM = { codec: 'pcm', sampleRate: 8000, channels: 1, bitDepth: 16 } as const;

function record(info: CaptureInfo) {
  const disk = new MemoryFileSystem();
  const failures: string[] = [];
  const live = new LiveRecording(
    {
      clock: new TurnedClock('2026-11-21T10:10:00.000Z'),
      fileSystem: disk,
      log: silentLog,
      ledger: new Ledger(disk, silentLog),
      plan: () => ({ recordingsFolder: '/r', splitSeconds: 3600, filenamePattern: DEFAULT_FILENAME_PATTERN }),
      emit: () => undefined,
    },
    {
      source,
      info,
      startedAt,
      isFirst: true,
      seam: { seam: 'first' },
      connection: '0f0e0d0c-0b0a-4908-8706-050403020100',
      firstSample: 0,
      title: undefined,
      backlog: { bytes: 0 },
      onOpened: () => undefined,
      onFailure: ({ kind }) => failures.push(kind),
    },
    millis(Number.POSITIVE_INFINITY),
  );
  return { live, disk, failures };
}

/** As a disk that never writes in place: once it is full it takes nothing at all. */
function fill(disk: MemoryFileSystem, takes: (bytes: Uint8Array) => boolean): void {
  disk.beforeWrite = (path, bytes) => {
    if (!path.includes('ledger') && !takes(bytes)) throw nodeError('ENOSPC');
  };
}

describe('a recording whose disk becomes full', () => {
  let streams: ReadonlyMap<string, Uint8Array> = new Map();
  function begin(name: string) {
    const [segment] = parseOgg([streams.get(name) ?? new Uint8Array(0)]).segments;
    if (!segment) throw new Error('There is no segment.');
    const headers = { container: 'ogg', headers: segment.headers } as const;
    const [before, after] = cutBlock(whole(segment), [500]);
    return {
      ...record({ format: formatOf(headers, 96_000), container: 'ogg', label: 'radio', headers }),
      before,
      after,
    };
  }
  beforeAll(async () => {
    streams = await makeOggStreams();
  });
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  test.each(['Opus stereo', 'Vorbis 44.1 kHz stereo', 'FLAC 44.1 kHz stereo'])(
    'of %s ends with what was written, and says that it ends',
    async (name) => {
      const { live, disk, failures, before, after } = begin(name);
      if (before) live.append(before);
      await vi.advanceTimersByTimeAsync(1000);
      disk.beforeWrite = (path) => {
        if (path.includes('ledger')) return;
        disk.beforeWrite = () => undefined;
        throw nodeError('ENOSPC');
      };
      if (after) live.append(after);
      await vi.advanceTimersByTimeAsync(1000);
      const recording = await live.close();
      expect(failures).toEqual(['disk']);
      const found = await inspectFile(disk, `/r/${recording?.path}`);
      expect(found).toMatchObject({ needsRepair: false, trailingBytes: 0 });
      expect(recording).toMatchObject({ state: 'complete', samples: found.samples, bytes: found.bytes });
      expect(found.samples).toBeGreaterThan(0);
      expect(found.samples).toBeLessThan(live.samples);
    },
  );

  test('counts what is in an Ogg file whose end cannot be written over', async () => {
    const { live, disk, before, after } = begin('Opus stereo');
    if (before) live.append(before);
    await vi.advanceTimersByTimeAsync(1000);
    fill(disk, () => false);
    if (after) live.append(after);
    await vi.advanceTimersByTimeAsync(1000);
    const recording = await live.close();
    const found = await inspectFile(disk, `/r/${recording?.path}`);
    expect(found.samples).toBeGreaterThan(0);
    expect(recording).toMatchObject({ state: 'complete', samples: found.samples, bytes: found.bytes });
  });

  test('counts what is in a WAV whose header cannot be written over', async () => {
    const { live, disk, failures } = record({ format: PCM, container: 'wav', label: 'card' });
    const second = { bytes: new Uint8Array(16_000), samples: 8000 };
    live.append(second);
    await vi.advanceTimersByTimeAsync(1000);
    // Room for the samples, and none for the header.
    fill(disk, (bytes) => bytes.length > 1000);
    live.append(second);
    await vi.advanceTimersByTimeAsync(1000);
    const recording = await live.close();
    expect(failures).toEqual(['disk']);
    expect(recording).toMatchObject({ state: 'complete', samples: 16_000, unmended: true });
    expect((await inspectFile(disk, `/r/${recording?.path}`)).samples).toBe(16_000);
  });
});
