/** Sample values that count up by one, wrapping, so that a missing, doubled or changed sample shows. */
export interface Ramp {
  readonly bytes: Buffer;
  readonly bitDepth: 16 | 24;
}

/** A ramp of `samples` values, little-endian, over all channels in turn; it soon passes the wrap of the sign. */
export function makeRamp(bitDepth: 16 | 24, samples: number): Ramp {
  const size = bitDepth / 8;
  const range = 2 ** bitDepth;
  const bytes = Buffer.alloc(samples * size);
  const first = range / 2 - 10_000;
  for (let index = 0; index < samples; index += 1) bytes.writeUIntLE((first + index) % range, index * size, size);
  return { bytes, bitDepth };
}

/**
 * Looks for the ramp in recorded audio that has silence before and after it. An empty text means that every sample
 * is there, once and unchanged; else it says where the first difference is.
 */
export function rampFault(recorded: Buffer, ramp: Ramp): string {
  const size = ramp.bitDepth / 8;
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
