import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryFileSystem, nodeError } from '../../../test/support/memoryFileSystem.ts';
import { makeOggStreams, parseOgg } from '../../../test/support/oggStreams.ts';
import { cutBlock, whole } from '../../../test/support/streamParts.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import type { StreamConfig } from '../../shared/domain/source.ts';
import { millis, sourceId } from '../../shared/units.ts';
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

describe('a recording whose disk becomes full', () => {
  let streams: ReadonlyMap<string, Uint8Array> = new Map();
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
      const [segment] = parseOgg([streams.get(name) ?? new Uint8Array(0)]).segments;
      if (!segment) throw new Error('There is no segment.');
      const headers = { container: 'ogg', headers: segment.headers } as const;
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
          info: { format: formatOf(headers, 96_000), container: 'ogg', label: 'radio', headers },
          startedAt: millis(Date.parse('2026-11-21T10:10:00.000Z')),
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
      const [before, after] = cutBlock(whole(segment), [500]);
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
});
