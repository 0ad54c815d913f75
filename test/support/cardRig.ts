import { afterEach, beforeEach, vi } from 'vitest';
import type { FakeNativeAudio } from './fakeNativeAudio.ts';
import { silentLog } from './silentLog.ts';
import type { SoundcardConfig } from '../../src/shared/domain/source.ts';
import { LongtakeError } from '../../src/shared/errors.ts';
import type { Clock } from '../../src/shared/ports/clock.ts';
import { millis, sourceId } from '../../src/shared/units.ts';
import type { Block } from '../../src/engine/containers/block.ts';
import type { CaptureInfo, CaptureListener } from '../../src/engine/capture/audioSource.ts';
import { CardHub } from '../../src/engine/capture/soundcard/cardHub.ts';
import { PortAudio } from '../../src/engine/capture/soundcard/portAudio.ts';
import { createSoundcardSource } from '../../src/engine/capture/soundcard/soundcardSource.ts';

const clock: Clock = {
  now: () => millis(0),
  monotonic: () => millis(vi.getMockedSystemTime()?.getTime() ?? 0),
  offsetMinutes: () => 0,
  zone: () => 'UTC',
};

/** Keeps what a source tells. */
export class Heard implements CaptureListener {
  info: CaptureInfo | undefined;
  readonly blocks: Block[] = [];
  /** `after`: so many blocks. */
  readonly holes: { readonly after: number; readonly samples: number; readonly problem: LongtakeError | undefined }[] =
    [];
  onSegment(): void {
    return undefined;
  }

  onHole(samples: number, problem?: LongtakeError): void {
    this.holes.push({ after: this.blocks.length, samples, problem });
  }

  onOpen(info: CaptureInfo): void {
    this.info = info;
  }
  onBlock(block: Block): void {
    this.blocks.push(block);
  }
  onTitle(): void {
    throw new Error('A soundcard has no title.');
  }
  onSkipped(): void {
    throw new Error('A soundcard skips nothing.');
  }
  get bytes(): number[] {
    return this.blocks.flatMap((block) => [...block.bytes]);
  }
}

export const audio = (...bytes: number[]): { buf: Uint8Array } => ({ buf: Uint8Array.from(bytes) });

/** A source of virtual cards, in a program of its own. */
export function setUpCards(native: FakeNativeAudio, over: Partial<SoundcardConfig> = {}) {
  const config: SoundcardConfig = {
    kind: 'soundcard',
    id: sourceId('00000000-0000-4000-8000-000000000001'),
    name: 'Test',
    device: 'studio',
    sampleRate: 48_000,
    bitDepth: 16,
    channels: 2,
    ...over,
  };
  const portAudio = new PortAudio(
    () => native,
    () => ({}),
  );
  const arecord = vi.fn(() => Promise.reject(new Error('Nothing is to be opened.')));
  const hub = new CardHub({ audio: portAudio, pcms: async () => [], linux: false, arecord });
  const source = createSoundcardSource({ config, clock, log: silentLog, hub });
  const begin = () => {
    const heard = new Heard();
    const abort = new AbortController();
    const ended = source.run(heard, abort.signal).then(
      () => 'resolved',
      (error: unknown) => error,
    );
    return { heard, abort, ended };
  };
  const otherSource = (device: string, change: Partial<SoundcardConfig> = {}) =>
    createSoundcardSource({ config: { ...config, device, ...change }, clock, log: silentLog, hub });
  return { begin, portAudio, otherSource };
}

/** The input that was opened last. */
export const latest = (native: FakeNativeAudio) => {
  const input = native.inputs.at(-1);
  if (!input) throw new Error('Nothing was opened.');
  return input;
};

/** Waits until everything that needs no time has happened. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

export async function failure(ended: Promise<unknown>): Promise<LongtakeError> {
  const error = await ended;
  if (!(error instanceof LongtakeError)) throw new Error(`Expected a LongtakeError, got ${String(error)}`);
  return error;
}

/** Tests turn time, and leave no timer behind. */
export function turnTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1000 });
  });
  afterEach(() => {
    const left = vi.getTimerCount();
    vi.useRealTimers();
    if (left > 0) throw new Error(`${left} timers were left behind.`);
  });
}
