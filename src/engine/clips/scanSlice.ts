import type { Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { PcmScan, type Scanned } from '../containers/scan/pcmScan.ts';
import { Chain } from './chain.ts';
import { prepareClip } from './clip.ts';
import { decodeToPcm16, flacFormatOf } from './flacPcm.ts';
import type { SlicePeaksPorts } from './slicePeaks.ts';

/** No more is decoded at once, s. */
const MOST_SECONDS = 600;
const BITS = 16;
const NOTHING: Scanned = { levels: new Uint16Array(0), pairs: new Int16Array(0) };

/** What is wanted of a recording that grows, or has just ended. */
export interface Growth {
  readonly recording: Recording;
  /** Sample frames from its start: what was scanned already, whole seconds. */
  readonly from: number;
  /** It has ended: up to its last sample frame. Otherwise whole seconds. */
  readonly isLast: boolean;
}

export interface Grown extends Scanned {
  /** Sample frames from its start: behind what was scanned; `from` when there is nothing new. */
  readonly to: number;
  /** Nothing follows. */
  readonly isEnd: boolean;
}

/**
 * Decodes what a recording has grown by, at most 10 minutes of it, to the same envelope and peaks that all of it gives
 * in one pass: whole seconds begin with a window of both. Rejects as {@link prepareClip} and the decoder do.
 */
export async function scanGrowth(
  { recording, from, isLast }: Growth,
  ports: SlicePeaksPorts,
  signal: AbortSignal,
): Promise<Grown> {
  const chain = await Chain.open([recording], 0, ports);
  try {
    const rate = chain.sampleRate;
    const end = chain.last.to;
    const to = Math.min(from + MOST_SECONDS * rate, isLast ? end : Math.floor(end / rate) * rate);
    if (to <= from) return { ...NOTHING, to: from, isEnd: isLast };
    const scan =
      (await scanFlac(chain, from, to, ports, signal)) ?? (await scanDecoded(recording, from, to, ports, signal));
    const isEnd = isLast && to === end;
    return { ...(isEnd ? joined(scan.take(), scan.end()) : scan.take()), to, isEnd };
  } finally {
    await chain.close();
  }
}

async function scanFlac(
  chain: Chain,
  from: number,
  to: number,
  { loadFlac }: SlicePeaksPorts,
  signal: AbortSignal,
): Promise<PcmScan | undefined> {
  const format = flacFormatOf(chain.first.units);
  if (!format) return undefined;
  const library = await loadFlac();
  const frameBytes = (format.channels * BITS) / 8;
  const scan = new PcmScan({ ...format, bitDepth: BITS });
  for await (const { start, block } of chain.runs(from, to)) {
    stopIfAborted(signal);
    // What is missing keeps its place.
    fill(scan, start - from, frameBytes);
    const pcm = decodeToPcm16(library, format, block.bytes);
    scan.push(pcm.subarray(Math.max(0, from - start) * frameBytes, (to - start) * frameBytes));
  }
  fill(scan, to - from, frameBytes);
  return scan;
}

async function scanDecoded(
  recording: Recording,
  from: number,
  to: number,
  ports: SlicePeaksPorts,
  signal: AbortSignal,
): Promise<PcmScan> {
  const clip = await prepareClip({ recordings: [recording], anchor: 0, from, to }, ports);
  const body = clip.bytes(0, clip.size - 1);
  const { sampleRate, channels, chunks } = await ports.decoder.decodeSlice(clip.container, body, signal);
  // A decoder may give twice the rate that the frames state (AAC with SBR).
  const ratio = sampleRate / clip.sampleRate;
  const frameBytes = (channels * BITS) / 8;
  const scan = new PcmScan({ sampleRate, channels, bitDepth: BITS });
  const wanted = Math.round((clip.to - clip.from) * ratio);
  let lead = Math.round(clip.lead * ratio);
  for await (const chunk of chunks) {
    const skipped = Math.min(lead, chunk.length / frameBytes);
    lead -= skipped;
    scan.push(chunk.subarray(skipped * frameBytes, (skipped + wanted - scan.frames) * frameBytes));
  }
  fill(scan, wanted, frameBytes);
  return scan;
}

/** Silence up to so many sample frames, where damaged audio gave less. */
function fill(scan: PcmScan, frames: number, frameBytes: number): void {
  if (frames > scan.frames) scan.push(new Uint8Array((frames - scan.frames) * frameBytes));
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new LongtakeError('CANCELLED', 'Decoding was cancelled.');
}

function joined(one: Scanned, other: Scanned): Scanned {
  const levels = new Uint16Array(one.levels.length + other.levels.length);
  levels.set(one.levels);
  levels.set(other.levels, one.levels.length);
  const pairs = new Int16Array(one.pairs.length + other.pairs.length);
  pairs.set(one.pairs);
  pairs.set(other.pairs, one.pairs.length);
  return { levels, pairs };
}
