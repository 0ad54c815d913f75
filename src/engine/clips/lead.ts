import { mainData } from '../containers/bitReservoir.ts';
import type { Chain } from './chain.ts';

/**
 * 80 ms are the least after which a decoder of Opus is near to one that never stopped (RFC 7845 4.6); in a quarter of a
 * second it comes to the same.
 */
const OPUS_PRE_ROLL = 12_000;
/** Each frame of AAC overlaps with the one before; a second one lets tools settle that reach further. */
const AAC_FRAMES = 2;
/** At such a rate the frames likely hold half of the spectrum and a description of the rest, which comes now and then. */
const HALF_RATE = 24_000;
const HALF_RATE_FRAMES = 24;
/** Frames of MPEG audio in which 511 bytes of data are found at the lowest bitrate. */
const MPEG_FRAMES = 64;

/**
 * Where a decoder must begin so that everything from `from` on comes out as if it had never stopped: at the start of a
 * unit at or before `from`, or at the beginning of the first recording when that is not enough.
 */
export async function leadStart(chain: Chain, from: number): Promise<number> {
  const { units } = chain.first;
  const low = chain.first.begin;
  switch (units.container) {
    case 'wav':
    case 'flac':
      return from;
    case 'adts': {
      const frames = units.format.sampleRate <= HALF_RATE ? HALF_RATE_FRAMES : AAC_FRAMES;
      return unitStart(chain, Math.max(low, from - frames * units.format.samples));
    }
    case 'mp3':
      return mpegStart(chain, from, units.format.samples);
    case 'ogg':
      if (units.headers.codec === 'flac') return unitStart(chain, from);
      return unitStart(chain, units.headers.codec === 'opus' ? Math.max(low, from - OPUS_PRE_ROLL) : from - 1);
  }
}

/** Start of the unit that holds `position`. */
export async function unitStart(chain: Chain, position: number): Promise<number> {
  for await (const { start } of chain.runs(position, position + 1)) return start;
  return position;
}

/** Frames that reach into the first one: by their overlap, and by the filters behind it. */
const MPEG_OVERLAP_FRAMES = 2;

/** The two frames before the first one reach into it, and all may refer to data of earlier ones (11172-3 2.4.2.7). */
async function mpegStart(chain: Chain, from: number, frameSamples: number): Promise<number> {
  const frames: { readonly start: number; readonly begin: number; readonly bytes: number }[] = [];
  for await (const { start, block } of chain.runs(from - MPEG_FRAMES * frameSamples, from + 1)) {
    let position = start;
    let at = 0;
    for (const { bytes, samples } of block.frames ?? []) {
      frames.push({ start: position, ...mainData(block.bytes.subarray(at, at + bytes)) });
      position += samples;
      at += bytes;
    }
  }
  const own = Math.max(0, frames.length - 1);
  const before = Math.max(0, own - MPEG_OVERLAP_FRAMES);
  let first = before;
  for (let index = before; index <= own; index += 1) {
    let missing = frames[index]?.begin ?? 0;
    let reach = index;
    while (missing > 0 && reach > 0) {
      reach -= 1;
      missing -= frames[reach]?.bytes ?? 0;
    }
    first = Math.min(first, reach);
  }
  return frames[first]?.start ?? from;
}
