import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { millis } from '../../shared/units.ts';
import type { Grown, Growth } from '../clips/scanSlice.ts';
import type { EnvelopeEvent } from '../recorder/protocol.ts';
import { GrowingRecordings } from './growingRecordings.ts';

const RATE = 8000;
const format = { codec: 'mp3', sampleRate: RATE, channels: 1 } as const;

let asked: Growth[];
let heard: EnvelopeEvent[];
let answer: (growth: Growth) => Promise<Grown>;
let isHeld: boolean;
let inWork: number;
let mostInWork: number;
let growing: GrowingRecordings;

/** Half a minute more each time. */
const more = ({ from, isLast }: Growth): Promise<Grown> =>
  Promise.resolve({ levels: new Uint16Array(1), pairs: new Int16Array(2), to: from + 30 * RATE, isEnd: isLast });

beforeEach(() => {
  vi.useFakeTimers();
  [asked, heard, isHeld, inWork, mostInWork] = [[], [], false, 0, 0];
  answer = more;
  growing = new GrowingRecordings({
    clock: { monotonic: () => millis(performance.now()) },
    log: silentLog,
    scan: async (growth) => {
      asked.push(growth);
      inWork += 1;
      mostInWork = Math.max(mostInWork, inWork);
      try {
        return await answer(growth);
      } finally {
        inWork -= 1;
      }
    },
    isHeld: () => isHeld,
    heard: (event) => heard.push(event),
  });
  growing.start();
});
afterEach(async () => {
  const stopped = growing.stop();
  await vi.runOnlyPendingTimersAsync();
  await stopped;
  vi.useRealTimers();
});

const stream = (change: Partial<Record<keyof Recording, unknown>> = {}): Recording =>
  makeRecording({ sourceKind: 'stream', container: 'mp3', state: 'recording', format, samples: 0, ...change });
const seconds = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 1000);

test('what a stream grew by is decoded about once a minute, each part once', async () => {
  const recording = stream();
  growing.follow(recording);
  growing.follow(stream({ sourceKind: 'soundcard' }));
  await seconds(13);
  expect(asked.map(({ from }) => from)).toEqual([0]);
  await seconds(110);
  expect(asked.map(({ from }) => from / RATE)).toEqual([0, 30, 60]);
  expect(heard.map(({ recordingId, frames, isLast }) => [recordingId, frames / RATE, isLast])).toEqual([
    [recording.id, 30, false],
    [recording.id, 60, false],
    [recording.id, 90, false],
  ]);
  // Closed: the rest, at once and up to the end.
  await growing.finish({ ...recording, state: 'complete', samples: 115 * RATE });
  expect(asked.at(-1)).toMatchObject({ from: 90 * RATE, isLast: true });
  expect(heard.at(-1)).toMatchObject({ isLast: true });
  await seconds(200);
  expect(asked).toHaveLength(4);
});

test('many streams are decoded one at a time, with rests in between', async () => {
  answer = async (growth) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return more(growth);
  };
  for (let count = 0; count < 40; count += 1) growing.follow(stream());
  await seconds(130);
  expect(mostInWork).toBe(1);
  // At most a quarter of the time is spent with it.
  expect(asked.length).toBeLessThanOrEqual(130 / 4 + 1);
  expect(asked.length).toBeGreaterThan(20);
  expect(new Set(asked.map(({ recording }) => recording.id)).size).toBe(asked.length);
});

test('nothing is decoded while a person or the battery holds it up, also at the close', async () => {
  const recording = stream();
  isHeld = true;
  growing.follow(recording);
  await seconds(60);
  await growing.finish({ ...recording, state: 'complete', samples: 60 * RATE });
  expect(asked).toEqual([]);
  expect(heard).toEqual([]);
});

test('what is not decodable in parts, or has too much left, is left to the queue', async () => {
  answer = () => Promise.reject(new LongtakeError('DAMAGED', 'no audio'));
  const damaged = stream();
  growing.follow(damaged);
  await seconds(300);
  expect(asked).toHaveLength(3);
  await growing.finish({ ...damaged, state: 'complete', samples: 100 * RATE });
  answer = more;
  const long = stream();
  growing.follow(long);
  await growing.finish({ ...long, state: 'complete', samples: 601 * RATE });
  const mended = stream();
  growing.follow(mended);
  await growing.finish({ ...mended, state: 'repaired', samples: 100 * RATE });
  expect(asked).toHaveLength(3);
  expect(heard).toEqual([]);
});

test('what holds nothing yet is looked at again', async () => {
  answer = () => Promise.reject(new LongtakeError('DAMAGED', 'no frame'));
  growing.follow(stream());
  await seconds(13);
  answer = more;
  await seconds(60);
  expect(heard).toHaveLength(1);
});

test('nothing is decoded in a studio that analyses nothing', async () => {
  await growing.stop();
  const recording = stream();
  growing.follow(recording);
  await seconds(60);
  await growing.finish({ ...recording, state: 'complete', samples: 60 * RATE });
  expect(asked).toEqual([]);
});

test('without a decoder it is tried again', async () => {
  answer = () => Promise.reject(new LongtakeError('DECODER_MISSING', 'Install ffmpeg.'));
  growing.follow(stream());
  await seconds(13);
  answer = more;
  await seconds(60);
  expect(heard).toHaveLength(1);
});

test('what is decoded when its recorder ends is not told', async () => {
  const recording = stream();
  let end: () => void = () => undefined;
  answer = async (growth) => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return more(growth);
  };
  growing.follow(recording);
  await seconds(13);
  growing.forget([recording.sourceId]);
  end();
  await seconds(1);
  expect(asked).toHaveLength(1);
  expect(heard).toEqual([]);
});
