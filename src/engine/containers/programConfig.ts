const ID_PROGRAM_CONFIG = 5;

/**
 * Channels that the program config element at `at` describes (ISO/IEC 14496-3 4.4.1.1); 0 when there is none. Bytes
 * that are missing at the end count as 0.
 */
export function programChannels(bytes: Uint8Array, at: number): number {
  const bits = bitReader(bytes, at);
  if (bits(3) !== ID_PROGRAM_CONFIG) return 0;
  // Instance, object type and rate.
  bits(4 + 2 + 4);
  const elements = bits(4) + bits(4) + bits(4);
  const lowFrequency = bits(2);
  // Associated data and coupling channels bring no output of their own.
  bits(3 + 4);
  // Mono, stereo and matrix mixdown: a flag each, and where it is set, which.
  for (const size of [4, 4, 3]) if (bits(1) === 1) bits(size);
  let channels = lowFrequency;
  for (let count = 0; count < elements; count += 1) {
    channels += 1 + bits(1);
    bits(4);
  }
  return channels;
}

function bitReader(bytes: Uint8Array, start: number): (count: number) => number {
  let position = start * 8;
  return (count) => {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      const bit = ((bytes[position >> 3] ?? 0) >> (7 - (position & 7))) & 1;
      value = (value << 1) | bit;
      position += 1;
    }
    return value;
  };
}
