/*
 * The sections of audio, from their definition alone and as plainly as possible: the yardstick for the real detector,
 * with which it shares no code.
 */

export interface PlainSection {
  /** s from the start. */
  readonly start: number;
  readonly end: number;
  /** dBFS. */
  readonly peak: number;
  /** dB. */
  readonly score: number;
}

export interface PlainSettings {
  readonly margin: number;
  readonly grace: number;
  readonly minimum: number;
}

/** RMS of all channels together per 100 ms, dBFS, at least -100. `channels[c][n]` is from -1 to 1. */
export function plainEnvelope(channels: readonly Float64Array[], rate: number): number[] {
  const length = channels[0]?.length ?? 0;
  const envelope: number[] = [];
  for (let window = 0; ; window += 1) {
    const from = Math.floor((window * rate) / 10);
    const to = Math.floor(((window + 1) * rate) / 10);
    const end = Math.min(to, length);
    if (end - from < (to - from) / 2) return envelope;
    let sum = 0;
    for (const channel of channels) for (let at = from; at < end; at += 1) sum += (channel[at] ?? 0) ** 2;
    const rms = Math.sqrt(sum / ((end - from) * channels.length));
    envelope.push(rms > 1e-5 ? 20 * Math.log10(rms) : -100);
  }
}

/** As numpy.percentile(values, 20) and numpy.interp over the centres of blocks. */
export function plainFloor(envelope: readonly number[]): number[] {
  const blocks: { centre: number; floor: number }[] = [];
  for (let from = 0; from < envelope.length; from += 300) {
    const block = envelope.slice(from, from + 300);
    const sorted = block.toSorted((a, b) => a - b);
    const rank = 0.2 * (sorted.length - 1);
    const low = sorted[Math.floor(rank)] ?? 0;
    const high = sorted[Math.ceil(rank)] ?? 0;
    blocks.push({ centre: from + block.length / 2, floor: low + (high - low) * (rank % 1) });
  }
  return envelope.map((_, window) => {
    const at = window + 0.5;
    const after = blocks.find(({ centre }) => centre >= at);
    const before = blocks.findLast(({ centre }) => centre <= at);
    if (!after || !before) return (after ?? before)?.floor ?? 0;
    if (after === before) return after.floor;
    return before.floor + ((after.floor - before.floor) * (at - before.centre)) / (after.centre - before.centre);
  });
}

export function plainSections(envelope: readonly number[], settings: PlainSettings): PlainSection[] {
  const floor = plainFloor(envelope);
  const above = envelope.map((level, window) => level - (floor[window] ?? 0));
  const loud = above.flatMap((height, window) => (height >= settings.margin ? [window] : []));
  const groups: number[][] = [];
  for (const window of loud) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const isOne = before !== undefined && (window === before + 1 || (window - before - 1) / 10 < settings.grace - 1e-9);
    if (last && isOne) last.push(window);
    else groups.push([window]);
  }
  return groups
    .map((group) => {
      const first = group[0] ?? 0;
      const peak = group.reduce((best, window) => ((above[window] ?? 0) > (above[best] ?? 0) ? window : best), first);
      return {
        start: first / 10,
        end: ((group.at(-1) ?? 0) + 1) / 10,
        peak: envelope[peak] ?? 0,
        score: above[peak] ?? 0,
      };
    })
    .filter(({ start, end }) => end - start >= settings.minimum - 1e-9);
}
