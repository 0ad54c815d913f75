import { PeakReducer } from '../analysis/peakReducer.ts';
import { coarsestFor } from '../analysis/peakLevels.ts';
import type { PeakRange, RangePeaks } from '../analysis/peakRange.ts';
import type { PeakPairs } from '../containers/scan/pcmScan.ts';
import { LongtakeError } from '../../shared/errors.ts';

export interface LivePeaksPorts {
  /** Complete windows of a resolution that were measured, from number `first` up to `end` (exclusive) at most. */
  readonly measured: (resolution: number, first: number, end: number) => Promise<PeakPairs>;
  /** From the samples themselves, for what was not measured yet. Rejects with INVALID_INPUT when there is nothing of it. */
  readonly sampled: (range: PeakRange) => Promise<RangePeaks>;
}

const FULL_SCALE = 32_768;

/**
 * Peaks of a stretch of a recording that grows, up to now: what was measured of it while recording, and only the rest
 * from the file. Rejects with INVALID_INPUT when nothing of it is there.
 */
export async function livePeaks(
  { fromSeconds, toSeconds, points }: PeakRange,
  { measured, sampled }: LivePeaksPorts,
): Promise<RangePeaks> {
  const { resolution, windowsPerSecond } = coarsestFor((toSeconds - fromSeconds) / points);
  const first = Math.floor(fromSeconds * windowsPerSecond);
  const end = Math.max(first + 1, Math.ceil(toSeconds * windowsPerSecond));
  const known = await measured(resolution, first, end);
  const count = known.length / 2;
  if (count === end - first) return reduced([known], count, points, { from: first / windowsPerSecond, to: toSeconds });
  const restFrom = (first + count) / windowsPerSecond;
  const rest = await restOf({ fromSeconds: restFrom, toSeconds, points: end - first - count }, sampled);
  const windows = rest ? Math.ceil((rest.toSeconds - restFrom) * windowsPerSecond) : 0;
  if (!rest || windows <= 0) {
    if (count === 0) throw new LongtakeError('INVALID_INPUT', 'Nothing of this time was recorded yet.');
    return reduced([known], count, points, { from: first / windowsPerSecond, to: restFrom });
  }
  const bounds = { from: first / windowsPerSecond, to: rest.toSeconds };
  return reduced([known, asWindows(rest.pairs, windows)], count + windows, points, bounds);
}

/** What was asked for may end later than what is there: then its pairs are of less than a window each. */
function asWindows(pairs: readonly number[], windows: number): PeakPairs {
  const reducer = new PeakReducer(pairs.length / 2, windows);
  reducer.push(sixteenBits(pairs));
  return sixteenBits(reducer.result());
}

const sixteenBits = (values: readonly number[]): PeakPairs =>
  Int16Array.from(values, (value) => Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, value * FULL_SCALE)));

/** Undefined where what was captured is not in the file yet. */
async function restOf(range: PeakRange, sampled: LivePeaksPorts['sampled']): Promise<RangePeaks | undefined> {
  try {
    return await sampled(range);
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'INVALID_INPUT') return undefined;
    throw error;
  }
}

function reduced(
  parts: readonly PeakPairs[],
  windows: number,
  points: number,
  { from, to }: { readonly from: number; readonly to: number },
): RangePeaks {
  const reducer = new PeakReducer(windows, points);
  for (const part of parts) reducer.push(part);
  return { pairs: reducer.result(), fromSeconds: from, toSeconds: to };
}
