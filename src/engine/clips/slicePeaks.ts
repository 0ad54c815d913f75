import { canReencode, decodeFrames } from '../containers/flac/flacSamples.ts';
import { samplesOf } from '../containers/pcm.ts';
import { Chain, type ChainPorts } from './chain.ts';
import { type ClipRequest, prepareClip } from './clip.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { LoadFlac } from './pcmSlice.ts';

export interface SlicePeaks {
  /** min0, max0, min1, max1, ...; of all channels together, -1 to 1. */
  readonly pairs: number[];
  /** What they are of, in sample frames from the start of the anchor: the request, as far as it is there. */
  readonly from: number;
  readonly to: number;
  /** Hz. */
  readonly sampleRate: number;
  /** Each pair is one sample frame. */
  readonly exact: boolean;
}

export interface SlicePeaksPorts extends ChainPorts {
  readonly decoder: Pick<Ffmpeg, 'decodeSlice'>;
  readonly loadFlac: LoadFlac;
}

/**
 * The lowest and highest samples of each of at most `points` parts of a stretch, from the samples themselves: WAV and
 * FLAC are read directly, others are decoded, and nothing but the stretch. Rejects as {@link prepareClip} and the
 * decoder do.
 */
export async function slicePeaks(
  request: ClipRequest,
  points: number,
  ports: SlicePeaksPorts,
  signal: AbortSignal,
): Promise<SlicePeaks> {
  return (await directPeaks(request, points, ports)) ?? decodedPeaks(request, points, ports, signal);
}

async function directPeaks(
  request: ClipRequest,
  points: number,
  ports: SlicePeaksPorts,
): Promise<SlicePeaks | undefined> {
  const chain = await Chain.open(request.recordings, request.anchor, ports);
  try {
    const { units } = chain.first;
    const from = Math.max(chain.first.from, request.from);
    const to = Math.min(chain.last.to, request.to);
    const peaks = new PeakGroups(Math.max(0, to - from), points);
    if (units.container === 'wav') {
      const { channels, bitDepth, float } = units.header;
      const scale = float ? 1 : 2 ** (bitDepth - 1);
      const read = bitDepth === 8 ? centred : (bytes: Uint8Array) => samplesOf(bytes, units.header);
      for await (const { block } of chain.runs(from, to)) peaks.push(read(block.bytes), channels, scale);
    } else if (units.container === 'flac' && canReencode(units.headers.format)) {
      const { format } = units.headers;
      const library = await ports.loadFlac();
      for await (const { start, block } of chain.runs(from, to)) {
        const { values } = decodeFrames(library, format, block.bytes);
        const own = values.subarray(Math.max(0, from - start) * format.channels);
        peaks.push(own, format.channels, 2 ** (format.bitDepth - 1));
      }
    } else {
      return undefined;
    }
    return { ...peaks.result(), from, to, sampleRate: chain.sampleRate };
  } finally {
    await chain.close();
  }
}

async function decodedPeaks(
  request: ClipRequest,
  points: number,
  ports: SlicePeaksPorts,
  signal: AbortSignal,
): Promise<SlicePeaks> {
  const clip = await prepareClip(request, ports);
  const { sampleRate, channels, chunks } = await ports.decoder.decodeSlice(
    clip.container,
    clip.bytes(0, clip.size - 1),
    signal,
  );
  // A decoder may give twice the rate that the frames state (AAC with SBR).
  const ratio = sampleRate / clip.sampleRate;
  let left = Math.round(clip.lead * ratio) * channels;
  const peaks = new PeakGroups(Math.round((clip.to - clip.from) * ratio), points);
  for await (const chunk of chunks) {
    const samples = samplesOf(chunk, { bitDepth: 16, sampleRate, channels });
    const skipped = Math.min(left, samples.length);
    left -= skipped;
    peaks.push(samples.subarray(skipped), channels, 32_768);
  }
  const { from, to, sampleRate: rate } = clip;
  return { ...peaks.result(), from, to, sampleRate: rate };
}

function centred(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => byte - 128);
}

/** Lowest and highest of equal parts of a known number of sample frames. */
class PeakGroups {
  readonly #frames: number;
  readonly #count: number;
  readonly #lowest: Float64Array;
  readonly #highest: Float64Array;
  #taken = 0;

  constructor(frames: number, points: number) {
    this.#frames = frames;
    this.#count = Math.min(frames, points);
    this.#lowest = new Float64Array(this.#count).fill(Infinity);
    this.#highest = new Float64Array(this.#count).fill(-Infinity);
  }

  /** Takes the next samples, interleaved; what comes beyond the number is left out. */
  push(samples: ArrayLike<number>, channels: number, fullScale: number): void {
    const frames = Math.min(Math.floor(samples.length / channels), this.#frames - this.#taken);
    for (let frame = 0; frame < frames; frame += 1) {
      const group = Math.floor(((this.#taken + frame) * this.#count) / this.#frames);
      for (let channel = 0; channel < channels; channel += 1) {
        const value = (samples[frame * channels + channel] ?? 0) / fullScale;
        if (value < (this.#lowest[group] ?? 0)) this.#lowest[group] = value;
        if (value > (this.#highest[group] ?? 0)) this.#highest[group] = value;
      }
    }
    this.#taken += frames;
  }

  result(): Pick<SlicePeaks, 'pairs' | 'exact'> {
    const pairs: number[] = [];
    for (let group = 0; group < this.#count; group += 1) {
      const [low, high] = [this.#lowest[group] ?? 0, this.#highest[group] ?? 0];
      // A decoder may give less than there is.
      pairs.push(low > high ? 0 : Math.max(-1, low), low > high ? 0 : Math.min(1, high));
    }
    return { pairs, exact: this.#count === this.#frames };
  }
}
