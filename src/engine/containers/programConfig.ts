const ID_PROGRAM_CONFIG = 5;
const ID_BITS = 3;

/** Takes so many bits, at most 10, from where it stands. */
type Bits = (count: number) => number;

/**
 * Channels that the program config element at `at` describes (ISO/IEC 14496-3 4.4.1.1); 0 when there is none. Bytes
 * that are missing at the end count as 0.
 */
export function programChannels(bytes: Uint8Array, at: number): number {
  const bits = bitReader(bytes, at);
  return bits(ID_BITS) === ID_PROGRAM_CONFIG ? passProgram(bits) : 0;
}

/**
 * The program config element at `at` as it stands in a decoder's configuration: without its identifier, from a whole
 * byte on, and without a comment. Undefined when there is none.
 */
export function programConfig(bytes: Uint8Array, at: number): Uint8Array | undefined {
  const bits = bitReader(bytes, at);
  if (bits(ID_BITS) !== ID_PROGRAM_CONFIG) return undefined;
  const copied: number[] = [];
  passProgram((count) => {
    const value = bits(count);
    for (let left = count - 1; left >= 0; left -= 1) copied.push((value >> left) & 1);
    return value;
  });
  const noComment = 1;
  const packed = new Uint8Array(Math.ceil(copied.length / 8) + noComment);
  copied.forEach((bit, index) => {
    packed[index >> 3] = (packed[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
  });
  return packed;
}

/** Reads up to the alignment in front of the comment; returns the channels. */
function passProgram(bits: Bits): number {
  // Instance, object type and rate.
  bits(4 + 2 + 4);
  const elements = bits(4) + bits(4) + bits(4);
  const lowFrequency = bits(2);
  const associated = bits(3);
  const coupling = bits(4);
  // Mono, stereo and matrix mixdown: a flag each, and where it is set, which.
  for (const size of [4, 4, 3]) if (bits(1) === 1) bits(size);
  let channels = lowFrequency;
  for (let count = 0; count < elements; count += 1) {
    channels += 1 + bits(1);
    bits(4);
  }
  // Associated data and coupling channels bring no output of their own.
  for (let count = 0; count < lowFrequency + associated; count += 1) bits(4);
  for (let count = 0; count < coupling; count += 1) bits(1 + 4);
  return channels;
}

function bitReader(bytes: Uint8Array, start: number): Bits {
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
