import type { GeneratorConfig } from '../../../shared/domain/source.ts';
import { hash32, unitInterval } from './random.ts';

/** What decides every sample of a test signal, apart from its bit depth. */
export type GeneratorSpec = Pick<GeneratorConfig, 'programme' | 'seed' | 'sampleRate'>;

/** A part of the timetable in which one thing sounds. */
export type Segment = {
  /** First sample index, inclusive. */
  readonly from: number;
  /** Sample index after the last one; infinite when the segment never ends. */
  readonly to: number;
} & (
  | {
      readonly kind: 'tone';
      /** Whole Hz. */ readonly frequency: number;
      /** Peak, 0..1. */ readonly amplitude: number;
    }
  /** White noise, even distribution. */
  | { readonly kind: 'noise'; /** Peak, 0..1. */ readonly amplitude: number }
  /** Digital silence. */
  | { readonly kind: 'silence' }
);

const amplitudeOf = (level: number): number => 10 ** (level / 20);
/** Peak of evenly distributed noise whose RMS is `level` dBFS. */
const noiseAmplitude = (level: number): number => amplitudeOf(level) * Math.sqrt(3);

export const TONE_HZ = 440;
/** dBFS of a tone's peaks. */
export const TONE_LEVEL = -20;
/** dBFS RMS between bursts. */
export const NEAR_SILENCE_LEVEL = -70;

const BURSTS_SLOT_SECONDS = 6;
const MIXED_SLOT_SECONDS = 4;

/** The segment that sample `n` (counted from 0) lies in. */
export function segmentAt(spec: GeneratorSpec, n: number): Segment {
  switch (spec.programme) {
    case 'tone':
      return { kind: 'tone', from: 0, to: Infinity, frequency: TONE_HZ, amplitude: amplitudeOf(TONE_LEVEL) };
    case 'bursts':
      return burstSegment(spec, n, BURSTS_SLOT_SECONDS);
    case 'mixed':
      return mixedSegment(spec, n);
  }
}

function mixedSegment(spec: GeneratorSpec, n: number): Segment {
  const length = MIXED_SLOT_SECONDS * spec.sampleRate;
  const slot = Math.floor(n / length);
  const bounds = { from: slot * length, to: (slot + 1) * length };
  switch (slot % 3) {
    case 0: {
      const frequency = Math.round(220 + 660 * draw(spec.seed, slot, 0));
      return { kind: 'tone', ...bounds, frequency, amplitude: amplitudeOf(TONE_LEVEL) };
    }
    case 1:
      return burstSegment(spec, n, MIXED_SLOT_SECONDS);
    default:
      return { kind: 'silence', ...bounds };
  }
}

/** One burst in each slot, at a drawn time, as long and as loud as drawn, with near-silence around it. */
function burstSegment(spec: GeneratorSpec, n: number, slotSeconds: number): Segment {
  const length = slotSeconds * spec.sampleRate;
  const slot = Math.floor(n / length);
  const startSeconds = 0.5 + (slotSeconds / 3) * draw(spec.seed, slot, 0);
  const burstSeconds = 0.2 + (slotSeconds / 3) * draw(spec.seed, slot, 1);
  const start = slot * length + Math.round(startSeconds * spec.sampleRate);
  const end = start + Math.round(burstSeconds * spec.sampleRate);
  const quiet = { kind: 'noise', amplitude: noiseAmplitude(NEAR_SILENCE_LEVEL) } as const;
  if (n < start) return { ...quiet, from: slot * length, to: start };
  if (n >= end) return { ...quiet, from: end, to: (slot + 1) * length };
  return { kind: 'noise', from: start, to: end, amplitude: noiseAmplitude(-24 + 18 * draw(spec.seed, slot, 2)) };
}

/** The `which`th number of a slot, 0 (inclusive) to 1 (exclusive). */
function draw(seed: number, slot: number, which: number): number {
  return unitInterval(hash32(seed, slot, which));
}
