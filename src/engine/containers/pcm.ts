/** How PCM lies in bytes: interleaved sample frames, little-endian. */
export interface PcmFormat {
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Of one sample: 16, 24 or 32. */
  readonly bitDepth: number;
  /** Samples are IEEE 754 numbers with full scale at 1; 32 bit only. Otherwise whole numbers. */
  readonly float?: boolean;
}

export type PcmSamples = Int16Array | Int32Array | Float32Array;

/** Throws a RangeError for what {@link samplesOf} cannot read. */
export function checkPcm({ bitDepth, float }: PcmFormat): void {
  const known = float === true ? bitDepth === 32 : bitDepth === 16 || bitDepth === 24 || bitDepth === 32;
  if (!known) throw new RangeError(`PCM has 16, 24 or 32 bits or 32 bits of float, not ${bitDepth}.`);
}

/** Of one sample frame, bytes. */
export function frameBytesOf({ channels, bitDepth }: PcmFormat): number {
  return (channels * bitDepth) / 8;
}

/** The number that stands for full scale in {@link samplesOf}. */
export function fullScaleOf({ bitDepth, float }: PcmFormat): number {
  return float === true ? 1 : 2 ** (bitDepth - 1);
}

/**
 * The samples of whole sample frames as numbers, interleaved. May share memory with `bytes`. Typed arrays read
 * little-endian on every system that Node and Electron run on.
 */
export function samplesOf(bytes: Uint8Array, { bitDepth, float }: PcmFormat): PcmSamples {
  if (bitDepth === 24) return samplesOf24(bytes);
  const size = bitDepth / 8;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const count = Math.floor(bytes.length / size);
  if (float === true) return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  return size === 2
    ? new Int16Array(aligned.buffer, aligned.byteOffset, count)
    : new Int32Array(aligned.buffer, aligned.byteOffset, count);
}

function samplesOf24(bytes: Uint8Array): Int32Array {
  const samples = new Int32Array(Math.floor(bytes.length / 3));
  for (let index = 0, at = 0; index < samples.length; index += 1, at += 3) {
    // The upper byte carries the sign: it goes to the top and comes back with it.
    samples[index] = (((bytes[at + 2] ?? 0) << 24) >> 8) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0);
  }
  return samples;
}
