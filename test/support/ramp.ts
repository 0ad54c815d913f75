/** How the samples of a ramp are numbers. */
export type RampDepth = 16 | 24 | 32 | 'float';

/** Sample values that count up by one, wrapping, so that a missing, doubled or changed sample shows. */
export interface Ramp {
  readonly bytes: Buffer;
  readonly bitDepth: RampDepth;
}

/** Steps of a ramp of floating-point numbers from 0 to 1: each is a different number, and exact. */
const FLOAT_STEPS = 2 ** 23;

const bytesOf = (depth: RampDepth): number => (depth === 'float' ? 4 : depth / 8);

/** A ramp of `samples` values, little-endian, over all channels in turn; it soon passes the wrap of the sign. */
export function makeRamp(bitDepth: RampDepth, samples: number): Ramp {
  const size = bytesOf(bitDepth);
  const bytes = Buffer.alloc(samples * size);
  const range = bitDepth === 'float' ? 2 * FLOAT_STEPS : 2 ** bitDepth;
  const first = range / 2 - 10_000;
  for (let index = 0; index < samples; index += 1) {
    const value = (first + index) % range;
    if (bitDepth === 'float') bytes.writeFloatLE((value - FLOAT_STEPS) / FLOAT_STEPS, index * size);
    else bytes.writeUIntLE(value, index * size, size);
  }
  return { bytes, bitDepth };
}

/** One channel of a ramp that was played into `channels` channels; `channel` from 1. */
export function channelOf(ramp: Ramp, channels: number, channel: number): Ramp {
  const size = bytesOf(ramp.bitDepth);
  const frames = ramp.bytes.length / size / channels;
  const bytes = Buffer.alloc(frames * size);
  for (let frame = 0; frame < frames; frame += 1) {
    const from = (frame * channels + channel - 1) * size;
    ramp.bytes.copy(bytes, frame * size, from, from + size);
  }
  return { bytes, bitDepth: ramp.bitDepth };
}

/**
 * Looks for the ramp in recorded audio that has silence before and after it. An empty text means that every sample
 * is there, once and unchanged; else it says where the first difference is.
 */
export function rampFault(recorded: Buffer, ramp: Ramp): string {
  const size = bytesOf(ramp.bitDepth);
  const begin = recorded.indexOf(ramp.bytes.subarray(0, 50 * size));
  if (begin < 0) return 'The ramp does not begin anywhere in the recording.';
  if (recorded.subarray(0, begin).some((byte) => byte !== 0)) return 'There is something before the ramp.';
  const part = recorded.subarray(begin, begin + ramp.bytes.length);
  if (!part.equals(ramp.bytes)) return difference(part, ramp, size);
  if (recorded.subarray(begin + ramp.bytes.length).some((byte) => byte !== 0))
    return 'There is something after the ramp.';
  return '';
}

function difference(part: Buffer, ramp: Ramp, size: number): string {
  for (let at = 0; at < ramp.bytes.length; at += size) {
    if (at + size > part.length) return `The recording ends at sample ${at / size} of the ramp.`;
    const expected = ramp.bytes.readUIntLE(at, size);
    const found = part.readUIntLE(at, size);
    if (found !== expected) return `Sample ${at / size} of the ramp is ${found}, not ${expected}.`;
  }
  return 'The ramp differs.';
}
