import { canReencode } from '../containers/flac/flacSamples.ts';
import type { Chain } from './chain.ts';
import { leadStart, unitStart } from './lead.ts';

/** Positions of a chain; `to` is exclusive. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/**
 * The borders of units that are nearest to the ends of a stretch, so that stretches that follow each other stay so. PCM
 * and FLAC are cut at any sample frame. At least one unit is in it.
 */
export async function unitBounds(chain: Chain, { from, to }: Stretch): Promise<Stretch> {
  if (isExact(chain)) return { from, to: Math.max(to, from + 1) };
  const begin = await nearestBorder(chain, from);
  const end = await nearestBorder(chain, to);
  if (end > begin) return { from: begin, to: end };
  for await (const { start, block } of chain.runs(begin, begin + 1)) {
    return { from: begin, to: start + (block.frames?.[0]?.samples ?? block.samples) };
  }
  return { from: begin, to: end };
}

/** Some decoders give a little less than the last page of a short Vorbis file says. */
const OGG_MARGIN = 4096;

/**
 * Whole units for a decoder that is to give out exactly a stretch: from where it must begin (for Ogg that is said in the
 * file itself) to the one that holds the end.
 */
export async function decoderStretch(chain: Chain, { from, to }: Stretch): Promise<Stretch> {
  return isExact(chain) ? { from, to } : unitStretch(chain, { from, to });
}

/** The same, with the frames of FLAC as they are. */
export async function unitStretch(chain: Chain, { from, to }: Stretch): Promise<Stretch> {
  const { container } = chain.first.units;
  if (container === 'wav') return { from, to };
  const isLed = container === 'mp3' || container === 'adts';
  const led = await (isLed ? leadStart(chain, from) : unitStart(chain, from));
  const begin = container === 'ogg' ? Math.max(chain.first.from, led) : led;
  const last = container === 'ogg' ? Math.min(chain.last.to, to + OGG_MARGIN) : to;
  let end = to;
  for await (const { start, block } of chain.runs(last - 1, last)) end = start + block.samples;
  return { from: begin, to: Math.max(end, to) };
}

/** What libFLAC cannot encode is cut between two frames. */
function isExact({ first: { units } }: Chain): boolean {
  return units.container === 'wav' || (units.container === 'flac' && canReencode(units.headers.format));
}

async function nearestBorder(chain: Chain, position: number): Promise<number> {
  // Only Ogg can say that the beginning of a unit is not played.
  const first = chain.first.units.container === 'ogg' ? chain.first.from : chain.first.begin;
  if (position <= chain.first.from) return first;
  if (position >= chain.last.to) return chain.last.to;
  for await (const { start, block } of chain.runs(position, position + 1)) {
    const end = start + (block.frames?.[0]?.samples ?? block.samples);
    const border = position - start <= end - position ? start : end;
    return Math.max(first, Math.min(chain.last.to, border));
  }
  return position;
}
