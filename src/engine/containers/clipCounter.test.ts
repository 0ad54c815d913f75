import { describe, expect, it } from 'vitest';
import { ClipCounter } from './clipCounter.ts';
import type { PcmFormat } from './pcm.ts';

const RATE = 1000;

/** Samples in -1..1 as PCM; full scale becomes the largest number. */
function pcm(values: readonly number[], { bitDepth, float }: PcmFormat): Uint8Array {
  const size = bitDepth / 8;
  const bytes = Buffer.alloc(values.length * size);
  values.forEach((value, index) => {
    if (float === true) bytes.writeFloatLE(value, index * size);
    else
      bytes.writeIntLE(
        Math.max(-(2 ** (bitDepth - 1)), Math.min(2 ** (bitDepth - 1) - 1, Math.round(value * 2 ** (bitDepth - 1)))),
        index * size,
        size,
      );
  });
  return bytes;
}

const formats: readonly PcmFormat[] = [
  { sampleRate: RATE, channels: 2, bitDepth: 16 },
  { sampleRate: RATE, channels: 2, bitDepth: 24 },
  { sampleRate: RATE, channels: 2, bitDepth: 32 },
  { sampleRate: RATE, channels: 2, bitDepth: 32, float: true },
];

/** One second of a quiet stereo signal, with full scale where `full` says so. */
const stereo = (full: (frame: number, channel: number) => number | undefined): number[] =>
  Array.from({ length: RATE * 2 }, (_, index) => full(Math.floor(index / 2), index % 2) ?? 0.4 * Math.sin(index));

function count(values: readonly number[], format: PcmFormat, pieceFrames = RATE): number {
  const counter = new ClipCounter(format);
  const bytes = pcm(values, format);
  const frameBytes = (format.channels * format.bitDepth) / 8;
  let clipped = 0;
  for (let at = 0; at < bytes.length; at += pieceFrames * frameBytes) {
    const piece = bytes.subarray(at, at + pieceFrames * frameBytes);
    clipped += counter.push({ bytes: piece, samples: piece.length / frameBytes });
  }
  return clipped;
}

describe.each(formats)('clipping at $bitDepth bits (float: $float)', (format) => {
  it('counts the windows that hold three full-scale samples in a row on one channel', () => {
    const run = stereo((frame, channel) => (channel === 1 && frame >= 250 && frame < 253 ? 1 : undefined));
    expect(count(run, format)).toBe(1);
    expect(count(run, format, 251)).toBe(1);
    expect(
      count(
        stereo((frame) => (frame % 100 < 5 ? -1 : undefined)),
        format,
      ),
    ).toBe(10);
  });
  it('leaves peaks alone that just reach full scale, and runs spread over channels', () => {
    expect(
      count(
        stereo((frame) => (frame % 3 < 2 ? 1 : undefined)),
        format,
      ),
    ).toBe(0);
    expect(
      count(
        stereo((frame, channel) => ((frame + channel) % 2 === 0 ? 1 : undefined)),
        format,
      ),
    ).toBe(0);
    expect(
      count(
        stereo(() => 0.999),
        format,
      ),
    ).toBe(0);
    expect(
      count(
        stereo(() => -0.996),
        format,
      ),
    ).toBe(0);
  });
});
