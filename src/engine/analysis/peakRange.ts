import { type FileState, openIfThere } from './cacheFile.ts';
import { PEAK_WINDOWS_PER_SECOND } from '../containers/scan/pcmScan.ts';
import { type PeakHeader, readPeakHeader, readSummedPairs } from './peakCache.ts';
import { coarsestFor, resolutionsOf } from './peakLevels.ts';
import { PeakReducer } from './peakReducer.ts';

export interface RangePeaks {
  /** min0, max0, min1, max1, ...; -1 to 1. */
  readonly pairs: number[];
  /** What they are of, s: whole windows. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface PeakRange {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Pairs that are wanted at most. */
  readonly points: number;
}

/** Whether kept peaks are fine enough for so many points of a stretch: none is drawn of less than a window. */
export function areFineEnough(seconds: number, points: number): boolean {
  return seconds * PEAK_WINDOWS_PER_SECOND >= points;
}

/**
 * A stretch of the peaks kept at `path`, drawn together to at most `points` pairs; reads no more than that takes.
 * Undefined when none are kept of this state of the file, they are damaged there, or nothing of the stretch is there.
 */
export async function readPeakRange(
  path: string,
  audio: FileState,
  { fromSeconds, toSeconds, points }: PeakRange,
): Promise<RangePeaks | undefined> {
  const file = await openIfThere(path);
  if (!file) return undefined;
  try {
    const header = await readPeakHeader(file, audio);
    if (!header) return undefined;
    const { at, windows, windowsPerSecond } = chooseResolution(header, (toSeconds - fromSeconds) / points);
    const first = Math.floor(fromSeconds * windowsPerSecond);
    const end = Math.min(windows, Math.ceil(toSeconds * windowsPerSecond));
    if (end <= first) return undefined;
    const pairs = await readSummedPairs(file, header, at + first, at + end);
    if (!pairs) return undefined;
    const reducer = new PeakReducer(end - first, points);
    reducer.push(pairs);
    return {
      pairs: reducer.result(),
      fromSeconds: first / windowsPerSecond,
      toSeconds: Math.min(header.frames / header.sampleRate, end / windowsPerSecond),
    };
  } finally {
    await file.close();
  }
}

/** The coarsest resolution that still has a window for each point, and the number of its first pair. */
function chooseResolution({ windows }: PeakHeader, secondsPerPoint: number) {
  const counts = resolutionsOf(windows);
  const { resolution, windowsPerSecond } = coarsestFor(secondsPerPoint);
  const at = counts.slice(0, resolution).reduce((sum, count) => sum + count, 0);
  return { at, windows: counts[resolution] ?? 0, windowsPerSecond };
}
