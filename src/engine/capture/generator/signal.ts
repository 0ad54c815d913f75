import type { GeneratorConfig } from '../../../shared/domain/source.ts';
import { hash32, unitInterval } from './random.ts';
import { type GeneratorSpec, type Segment, segmentAt } from './timetable.ts';

/** Everything that a test signal's bytes depend on. */
export type SignalSpec = GeneratorSpec & Pick<GeneratorConfig, 'bitDepth' | 'channels'>;

/** A tone that starts or ends does so within this time, so that it does not click. */
const FADE_SECONDS = 0.005;

/** Keeps the noise of channels apart from the draws of the timetable. */
const NOISE_STREAM = 1000;

/**
 * The sample at `n` (counted from 0 at the start of a run) of a channel (from 0), as an integer of the spec's bit
 * depth. It depends on the arguments alone, so any recording of a test signal can be checked against it.
 */
export function signalSample(spec: SignalSpec, n: number, channel: number): number {
  return Math.round(amplitudeIn(segmentAt(spec, n), spec, n, channel) * largestSample(spec));
}

/** `count` sample frames from `from` on, as interleaved little-endian PCM: {@link signalSample}, many times. */
export function renderSignal(spec: SignalSpec, from: number, count: number): Uint8Array {
  const size = spec.bitDepth / 8;
  const scale = largestSample(spec);
  const bytes = new Uint8Array(count * spec.channels * size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let segment = segmentAt(spec, from);
  for (let n = from; n < from + count; n += 1) {
    if (n >= segment.to) segment = segmentAt(spec, n);
    for (let channel = 0; channel < spec.channels; channel += 1) {
      const value = Math.round(amplitudeIn(segment, spec, n, channel) * scale);
      writeSample(view, at, value, spec.bitDepth);
      at += size;
    }
  }
  return bytes;
}

function writeSample(view: DataView, at: number, value: number, bitDepth: SignalSpec['bitDepth']): void {
  if (bitDepth === 16) {
    view.setInt16(at, value, true);
    return;
  }
  view.setUint8(at, value & 0xff);
  view.setInt16(at + 1, value >> 8, true);
}

function amplitudeIn(segment: Segment, spec: GeneratorSpec, n: number, channel: number): number {
  switch (segment.kind) {
    case 'tone': {
      // Counting the phase from sample 0 keeps it continuous; reducing it in whole numbers keeps it exact for months.
      const turns = (((n % spec.sampleRate) * segment.frequency) % spec.sampleRate) / spec.sampleRate;
      return segment.amplitude * fade(segment, spec, n) * Math.sin(2 * Math.PI * turns);
    }
    case 'noise':
      return segment.amplitude * (2 * unitInterval(hash32(spec.seed, n, NOISE_STREAM + channel)) - 1);
    case 'silence':
      return 0;
  }
}

function fade(segment: Segment, spec: GeneratorSpec, n: number): number {
  return Math.min(
    1,
    (n - segment.from) / (FADE_SECONDS * spec.sampleRate),
    (segment.to - n) / (FADE_SECONDS * spec.sampleRate),
  );
}

function largestSample(spec: SignalSpec): number {
  return 2 ** (spec.bitDepth - 1) - 1;
}
