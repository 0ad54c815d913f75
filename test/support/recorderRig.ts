import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { AudioSource, CaptureListener } from '../../src/engine/capture/audioSource.ts';
import type { ArmedSource, Interrupted, RecorderEvent, RecordingPlan } from '../../src/engine/recorder/protocol.ts';
import { Recorder } from '../../src/engine/recorder/recorder.ts';
import type { Gap, Recording } from '../../src/shared/domain/recording.ts';
import type { GeneratorConfig, SourceStatus } from '../../src/shared/domain/source.ts';
import { LongtakeError } from '../../src/shared/errors.ts';
import { type SourceId, sourceId } from '../../src/shared/units.ts';
import { MemoryFileSystem } from './memoryFileSystem.ts';
import { silentLog, TurnedClock } from './turnedClock.ts';

export const A = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
export const B = sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c22');
export const START = '2026-11-21T11:00:01.000Z';
export const RATE = 44_100;
export const PLAN = { recordingsFolder: '/r', splitSeconds: 3600, filenamePattern: '{source}/%H%M%S' };
const NOTHING: Interrupted = { recordings: [], gaps: [], left: [], resumed: [] };

export function playedConfig(id: SourceId, name: string): GeneratorConfig {
  const signal = { programme: 'tone', seed: 1, sampleRate: RATE, bitDepth: 16, channels: 1 } as const;
  return { id, name, kind: 'generator', ...signal };
}

/** An input that a test plays. */
export class PlayedSource implements AudioSource {
  listener: CaptureListener | undefined;
  runs = 0;
  /** What opening waits for, or fails with. */
  opening: Promise<void> = Promise.resolve();
  /** What happens while it is closed. */
  atEnd: () => void = () => undefined;
  #lose: ((error: Error) => void) | undefined;

  async run(listener: CaptureListener, signal: AbortSignal): Promise<void> {
    this.runs += 1;
    await this.opening;
    this.listener = listener;
    listener.onOpen({
      format: { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 },
      container: 'wav',
      label: 'played',
    });
    await new Promise<void>((resolve, reject) => {
      this.#lose = reject;
      signal.addEventListener(
        'abort',
        () => {
          this.atEnd();
          resolve();
        },
        { once: true },
      );
    });
  }

  lose(): void {
    this.#lose?.(new LongtakeError('DEVICE_LOST', 'The device is gone.'));
  }
}

/** A recorder in this process, with a clock that is turned, a disk in memory and inputs that a test plays. */
export class RecorderRig {
  readonly disk = new MemoryFileSystem();
  readonly clock: TurnedClock;
  readonly events: RecorderEvent[] = [];
  readonly inputs = new Map<SourceId, PlayedSource>();
  readonly recorder: Recorder;
  /** For inputs that are armed from now on. */
  opening: Promise<void> = Promise.resolve();
  readonly #startedAt: number;

  constructor(start = START, zone = 'UTC') {
    this.clock = new TurnedClock(start, zone);
    this.#startedAt = this.clock.now();
    this.recorder = new Recorder({
      clock: this.clock,
      fileSystem: this.disk,
      log: silentLog,
      emit: (event) => this.events.push(event),
      createSource: (source) => {
        const input = new PlayedSource();
        input.opening = this.opening;
        this.inputs.set(source.config.id, input);
        return input;
      },
    });
  }

  async settle(ms = 0): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  async start(interrupted: Partial<Interrupted> = {}, plan: Partial<RecordingPlan> = {}): Promise<void> {
    const all = { ...NOTHING, ...interrupted };
    this.recorder.handle({ type: 'start', plan: { ...PLAN, ...plan }, interrupted: all });
    await this.settle();
  }

  async arm(
    id: SourceId,
    name: string,
    own: Partial<GeneratorConfig> = {},
    state: Omit<ArmedSource, 'config'> = {},
  ): Promise<void> {
    const source = { config: { ...playedConfig(id, name), ...own }, ...state };
    this.recorder.handle({ type: 'arm', source, armedAt: this.clock.now() });
    await this.settle();
  }

  async control(type: 'pause' | 'resume' | 'split', id = A): Promise<void> {
    this.recorder.handle({ type, sourceId: id });
    await this.settle();
  }

  /** Audio comes for so long, in real time. */
  async play(id: SourceId, seconds: number): Promise<void> {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      this.clock.advance(100);
      const bytes = new Uint8Array((RATE / 10) * 2);
      this.inputs.get(id)?.listener?.onBlock({ bytes, samples: RATE / 10 }, this.clock.monotonic());
      await this.settle(100);
    }
  }

  /** The same for every input at once. */
  async playAll(seconds: number): Promise<void> {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      this.clock.advance(100);
      for (const { listener } of this.inputs.values()) {
        listener?.onBlock({ bytes: new Uint8Array((RATE / 10) * 2), samples: RATE / 10 }, this.clock.monotonic());
      }
      await this.settle(100);
    }
  }

  /** No audio comes. */
  async wait(seconds: number): Promise<void> {
    for (let tenth = 0; tenth < seconds * 10; tenth += 1) {
      this.clock.advance(100);
      await this.settle(100);
    }
  }

  told<Type extends RecorderEvent['type']>(type: Type): Extract<RecorderEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<RecorderEvent, { type: Type }> => event.type === type);
  }

  lastStatus(id: SourceId): SourceStatus | undefined {
    return this.told('statuses')
      .flatMap(({ statuses }) => statuses)
      .findLast((status) => status.sourceId === id);
  }

  gaps(): Gap[] {
    return [...new Map(this.told('gap').map(({ gap }) => [gap.id, gap])).values()];
  }

  closed(): Recording[] {
    return this.told('recording')
      .map(({ recording }) => recording)
      .filter(({ state }) => state !== 'recording');
  }

  /** Disarms, and compares the time armed with recordings and gaps: no second may be missing or counted twice. */
  async accountsForAll(id: SourceId): Promise<void> {
    this.recorder.handle({ type: 'disarm', sourceId: id, reason: 'person', callId: 9 });
    await this.settle(1000);
    const length = (samples: number): number => (samples * 1000) / RATE;
    const mine = ({ sourceId: of }: { readonly sourceId: SourceId }): boolean => of === id;
    const spans = [
      ...this.closed()
        .filter(mine)
        .map(({ startedAt, samples }) => ({ from: startedAt, to: startedAt + length(samples) })),
      ...this.gaps()
        .filter(mine)
        .map(({ from, to }) => ({ from, to: to ?? Number.NaN })),
    ]
      .filter(({ from, to }) => from !== to)
      .toSorted((a, b) => a.from - b.from);
    let at = this.#startedAt;
    for (const { from, to } of spans) {
      expect(Math.abs(from - at)).toBeLessThan(150);
      at = to;
    }
    expect(Math.abs(this.clock.now() - at)).toBeLessThan(1000);
  }
}

/** A new rig for each test of a file, under fake timers. */
export function eachWithRecorder(set: (rig: RecorderRig) => void): void {
  beforeEach(() => {
    vi.useFakeTimers();
    set(new RecorderRig());
  });
  afterEach(() => vi.useRealTimers());
}
