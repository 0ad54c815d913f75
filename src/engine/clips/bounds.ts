import type { Chain } from './chain.ts';

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
  const { container } = chain.first.units;
  if (container === 'wav' || container === 'flac') return { from, to: Math.max(to, from + 1) };
  const begin = await nearestBorder(chain, from);
  const end = await nearestBorder(chain, to);
  if (end > begin) return { from: begin, to: end };
  for await (const { start, block } of chain.runs(begin, begin + 1)) {
    return { from: begin, to: start + (block.frames?.[0]?.samples ?? block.samples) };
  }
  return { from: begin, to: end };
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
