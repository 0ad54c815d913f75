import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import type { CaptureListener } from '../capture/audioSource.ts';
import type { GeneratorConfig, SourceStatus } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { sourceId } from '../../shared/units.ts';
import type { ArmedSource, RecorderEvent } from './protocol.ts';
import { Recorder } from './recorder.ts';

const ID = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
const RATE = 44_100;
const CONFIG: GeneratorConfig = {
  id: ID,
  name: 'a',
  kind: 'generator',
  programme: 'tone',
  seed: 1,
  sampleRate: RATE,
  bitDepth: 16,
  channels: 1,
};
const PLAN = { recordingsFolder: '/r', splitSeconds: 3600, filenamePattern: '{source}' };

describe('the terms on which a source is armed', () => {
  let events: RecorderEvent[];
  let clock: TurnedClock;
  let recorder: Recorder;
  let tries: number;
  /** What the input does at its next opening. */
  let onOpen: (listener: CaptureListener) => void;

  beforeEach(() => {
    vi.useFakeTimers();
    events = [];
    tries = 0;
    clock = new TurnedClock('2026-11-21T11:00:01.000Z');
    onOpen = () => undefined;
    recorder = new Recorder({
      clock,
      fileSystem: new MemoryFileSystem(),
      log: silentLog,
      emit: (event) => events.push(event),
      createSource: () => ({
        run: async (listener) => {
          tries += 1;
          onOpen(listener);
          throw new LongtakeError('STREAM_UNREACHABLE', 'Nobody answers.');
        },
      }),
    });
  });
  afterEach(() => vi.useRealTimers());

  const arm = async (source: Omit<ArmedSource, 'config'>): Promise<void> => {
    recorder.handle({ type: 'start', plan: PLAN, interrupted: { recordings: [], gaps: [], left: [], resumed: [] } });
    recorder.handle({ type: 'arm', source: { config: CONFIG, ...source }, armedAt: clock.now() });
    await vi.advanceTimersByTimeAsync(0);
  };
  const status = (): SourceStatus | undefined =>
    events.flatMap((event) => (event.type === 'statuses' ? event.statuses : [])).at(-1);
  const capture = (listener: CaptureListener): void => {
    const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 } as const;
    listener.onOpen({ format, container: 'wav', label: 'played' });
    listener.onBlock({ bytes: new Uint8Array(RATE * 2), samples: RATE }, clock.monotonic());
  };

  it('waits as long as it is told, and gives up after so many failures in a row', async () => {
    await arm({ retry: { maxTries: 3, delaySeconds: 5 } });
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(4999);
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(tries).toBe(2);
    expect(status()).toMatchObject({ state: 'reconnecting', attempt: 2 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(status()).toMatchObject({ state: 'failed', attempt: 3, gaveUp: true });
    expect(status()?.nextTryAt).toBeUndefined();
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(tries).toBe(3);
  });

  it('tries for ever without a policy', async () => {
    await arm({});
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(tries).toBeGreaterThan(100);
    expect(status()?.gaveUp).toBeUndefined();
  });

  it('counts anew after it has recorded', async () => {
    await arm({ retry: { maxTries: 3, delaySeconds: 5 } });
    onOpen = capture;
    await vi.advanceTimersByTimeAsync(5000);
    onOpen = () => undefined;
    await vi.advanceTimersByTimeAsync(5000);
    expect(tries).toBe(3);
    expect(status()).toMatchObject({ state: 'reconnecting', attempt: 2 });
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(tries).toBe(4);
    expect(status()?.gaveUp).toBe(true);
  });

  it('counts on from a recorder before', async () => {
    await arm({ retry: { maxTries: 3, delaySeconds: 5 }, failures: 2 });
    expect(status()).toMatchObject({ attempt: 3, gaveUp: true });
  });

  it('tries again when a person asks, as often as before', async () => {
    await arm({ retry: { maxTries: 2, delaySeconds: 5 } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(tries).toBe(2);
    recorder.handle({ type: 'retry', sourceId: ID });
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(tries).toBe(4);
  });

  it('ends at once when it is disarmed after it gave up', async () => {
    await arm({ retry: { maxTries: 1, delaySeconds: 5 } });
    recorder.handle({ type: 'disarm', sourceId: ID, reason: 'person', callId: 7 });
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toMatchObject({ type: 'disarmed', callId: 7 });
  });

  it('does not blame the input for a disk', async () => {
    onOpen = (listener) => {
      capture(listener);
      throw new LongtakeError('DISK_FULL', 'The disk is full.');
    };
    await arm({ retry: { maxTries: 1, delaySeconds: 5 } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(13);
    expect(status()?.gaveUp).toBeUndefined();
  });

  it('records into a folder of its own', async () => {
    onOpen = capture;
    await arm({ recordingsFolder: '/own' });
    await vi.advanceTimersByTimeAsync(1000);
    const roots = events.flatMap((event) => (event.type === 'recording' ? [event.recording.root] : []));
    expect(new Set(roots)).toEqual(new Set(['/own']));
  });
});
