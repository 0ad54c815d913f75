import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { AnalysisState } from '../../shared/contract/review.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { AnalysisQueue } from './analysisQueue.ts';

interface Work {
  readonly recording: Recording;
  readonly signal: AbortSignal;
  readonly onFrames: (frames: number) => void;
  readonly end: () => void;
  readonly fail: (error: Error) => void;
}

let work: Work[];
let told: AnalysisState[];
let unreadable: Recording[];
let onBattery: boolean;
let decoder: boolean;
let recordings: Map<string, Recording>;
let queue: AnalysisQueue;

beforeEach(() => {
  vi.useFakeTimers();
  work = [];
  told = [];
  unreadable = [];
  onBattery = false;
  decoder = true;
  recordings = new Map();
  queue = new AnalysisQueue({
    log: silentLog,
    recording: (id) => recordings.get(id),
    analyse: (recording, { signal, onFrames }) =>
      new Promise((resolve, reject) => {
        work.push({ recording, signal, onFrames, end: resolve, fail: reject });
        // The analyst answers a moment later.
        signal.addEventListener('abort', () => void turn().then(() => reject(new LongtakeError('CANCELLED', ''))));
      }),
    onUnreadable: (recording) => unreadable.push(recording),
    findDecoder: () => (decoder ? Promise.resolve() : Promise.reject(new Error('Install ffmpeg.'))),
    isOnBattery: () => onBattery,
    tell: (state) => told.push(state),
  });
  queue.start();
});

afterEach(async () => {
  await queue.stop();
  vi.useRealTimers();
});

function known(startedAt: number): Recording {
  const recording = makeRecording({ startedAt });
  recordings.set(recording.id, recording);
  return recording;
}

/** Lets everything that was resolved go on. */
const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const begun = (): number[] => work.map(({ recording }) => recording.startedAt);

describe('the queue of the analysis', () => {
  test('takes one at a time, the newest first, and each once', async () => {
    const all = [2000, 1000, 3000].map(known);
    queue.add(all);
    queue.add(all);
    await turn();
    expect(begun()).toEqual([3000]);
    queue.add([known(4000)]);
    work[0]?.end();
    await turn();
    expect(begun()).toEqual([3000, 4000]);
    expect(queue.state).toMatchObject({ waiting: 3, done: 1 });
    for (const index of [1, 2, 3]) {
      work[index]?.end();
      await turn();
    }
    expect(begun()).toEqual([3000, 4000, 2000, 1000]);
    expect(queue.state).toEqual({ waiting: 0, done: 0 });
  });

  test('tells how far it is, at most once a second', async () => {
    queue.add([known(1000)]);
    await turn();
    for (let frames = 0; frames <= 240_000; frames += 24_000) work[0]?.onFrames(frames);
    await vi.advanceTimersByTimeAsync(1000);
    expect(told).toHaveLength(1);
    expect(told[0]?.current?.fraction).toBe(0.5);
  });

  test('stops for a person and on battery, and goes on with what it gave up', async () => {
    queue.add([known(1000)]);
    await turn();
    queue.pause(true);
    await turn();
    expect(work[0]?.signal.aborted).toBe(true);
    expect(queue.state).toMatchObject({ waiting: 1, held: 'paused' });
    onBattery = true;
    queue.pause(false);
    await turn();
    expect(queue.state).toMatchObject({ waiting: 1, held: 'battery' });
    expect(work).toHaveLength(1);
    onBattery = false;
    queue.reconsider();
    await turn();
    expect(begun()).toEqual([1000, 1000]);
  });

  test('lets wait what needs a decoder, does the rest, and goes on when there is one', async () => {
    decoder = false;
    queue.add([known(2000), known(1000)]);
    await turn();
    work[0]?.fail(new LongtakeError('DECODER_MISSING', 'Install ffmpeg.'));
    await turn();
    work[1]?.end();
    await turn();
    expect(begun()).toEqual([2000, 1000]);
    expect(queue.state).toMatchObject({ waiting: 1, held: 'no decoder', advice: 'Install ffmpeg.' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(work).toHaveLength(2);
    decoder = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(begun()).toEqual([2000, 1000, 2000]);
  });

  test('passes over what cannot be read, and tries again later when a disk fails', async () => {
    const [bad, good] = [known(2000), known(1000)];
    queue.add([bad, good]);
    await turn();
    work[0]?.fail(new LongtakeError('DAMAGED', 'no audio'));
    await turn();
    expect(unreadable).toEqual([bad]);
    work[1]?.fail(new LongtakeError('DISK_FULL', 'full'));
    await turn();
    expect(queue.state.waiting).toBe(1);
    expect(work).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(begun()).toEqual([2000, 1000, 1000]);
  });

  test('takes nothing for unreadable that only ended with everything else', async () => {
    queue.add([known(1000)]);
    await turn();
    const stopped = queue.stop();
    work[0]?.fail(new LongtakeError('DAMAGED', 'The analyst is gone.'));
    await stopped;
    expect(unreadable).toEqual([]);
  });

  test('leaves out what was deleted, or is recorded again', async () => {
    queue.add([makeRecording({ startedAt: 5 }), known(1000)]);
    await turn();
    expect(begun()).toEqual([1000]);
  });
});
