import { type FlacLibrary } from '../containers/flac/flacEncoder.ts';
import { canReencode, decodeFrames } from '../containers/flac/flacSamples.ts';
import { samplesOf } from '../containers/pcm.ts';
import type { Chain } from './chain.ts';
import type { Stretch } from './bounds.ts';

/** Loads libFLAC, once. */
export type LoadFlac = () => Promise<FlacLibrary>;

/** Samples of WAV or FLAC as numbers; interleaved. */
export interface PcmSlice {
  readonly values: ArrayLike<number>;
  readonly channels: number;
  /** The number that stands for full scale. */
  readonly fullScale: number;
  /** Position of the first sample frame. */
  readonly from: number;
}

/**
 * The sample frames of a short stretch; undefined where they cannot be read without a decoder of another program. The
 * stretch is clipped to what is there.
 */
export async function readPcm(chain: Chain, stretch: Stretch, loadFlac: LoadFlac): Promise<PcmSlice | undefined> {
  const { units } = chain.first;
  const from = Math.max(stretch.from, chain.first.begin);
  const parts: ArrayLike<number>[] = [];
  if (units.container === 'wav') {
    const { channels, bitDepth, float } = units.header;
    for await (const { block } of chain.runs(from, stretch.to)) {
      parts.push(bitDepth === 8 ? block.bytes.map((byte) => byte) : samplesOf(block.bytes, { ...units.header }));
    }
    const centred = bitDepth === 8 ? joined(parts).map((value) => value - 128) : joined(parts);
    return { values: centred, channels, fullScale: float ? 1 : 2 ** (bitDepth - 1), from };
  }
  if (units.container !== 'flac' || !canReencode(units.headers.format)) return undefined;
  const { format } = units.headers;
  const library = await loadFlac();
  let first: number | undefined;
  for await (const { start, block } of chain.runs(from, stretch.to)) {
    first ??= start;
    parts.push(decodeFrames(library, format, block.bytes).values);
  }
  const all = joined(parts);
  const skipped = Math.max(0, from - (first ?? from)) * format.channels;
  const length = (stretch.to - from) * format.channels;
  const { channels, bitDepth } = format;
  return { values: all.slice(skipped, skipped + length), channels, fullScale: 2 ** (bitDepth - 1), from };
}

function joined(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
