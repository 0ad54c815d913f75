import type { Envelope, Explanation } from '../../shared/contract/review.ts';
import { dbOfStep, LEVEL_STEPS_PER_DB, ENVELOPE_WINDOWS_PER_SECOND } from '../../shared/domain/envelope.ts';

import { detect, type Thresholds } from './detect.ts';
import { FloorLine, type NoiseFloor } from './noiseFloor.ts';

/** An envelope, kept or still growing. */
export interface EnvelopeData {
  readonly levels: Uint16Array;
  readonly noise: NoiseFloor;
}

/** A stretch of an envelope for drawing, s from the start of the recording; at most `points` points. */
export function envelopeView(
  { levels, noise }: EnvelopeData,
  {
    fromSeconds,
    toSeconds,
    points,
  }: { readonly fromSeconds: number; readonly toSeconds: number; readonly points: number },
  marginDb: number,
): Envelope {
  const first = Math.min(levels.length, Math.floor(fromSeconds * ENVELOPE_WINDOWS_PER_SECOND));
  const end = Math.min(levels.length, Math.ceil(toSeconds * ENVELOPE_WINDOWS_PER_SECOND));
  const windowsPerPoint = Math.max(1, Math.ceil((end - first) / points));
  const line = new FloorLine(noise.floors, levels.length);
  const level: number[] = [];
  const floor: number[] = [];
  for (let start = first; start < end; start += windowsPerPoint) {
    const stop = Math.min(end, start + windowsPerPoint);
    let highest = 0;
    for (let window = start; window < stop; window += 1) highest = Math.max(highest, levels[window] ?? 0);
    level.push(rounded(dbOfStep(highest)));
    floor.push(rounded(dbOfStep(line.at(Math.floor((start + stop - 1) / 2)))));
  }
  return { firstWindow: first, windowsPerPoint, level, floor, marginDb };
}

/** Why the window at `atSeconds`, or the last one before it, is in a section, or not. Undefined when there is none. */
export function explain(
  { levels, noise }: EnvelopeData,
  thresholds: Thresholds,
  atSeconds: number,
): Explanation | undefined {
  const window = Math.min(levels.length - 1, Math.floor(atSeconds * ENVELOPE_WINDOWS_PER_SECOND));
  const level = levels[window];
  if (level === undefined) return undefined;
  const floor = new FloorLine(noise.floors, levels.length).at(window);
  const isInside = ({ first, end }: { readonly first: number; readonly end: number }): boolean =>
    first <= window && window < end;
  const section = detect(levels, noise, thresholds).find(isInside);
  const tooShort = section === undefined && detect(levels, noise, { ...thresholds, minSeconds: 0 }).some(isInside);
  return {
    level: dbOfStep(level),
    floor: dbOfStep(floor),
    marginDb: thresholds.marginDb,
    missingDb: thresholds.marginDb - (level - floor) / LEVEL_STEPS_PER_DB,
    ...(section ? { section } : {}),
    tooShort,
  };
}

/** A hundredth of a decibel is all that a drawing shows. */
const rounded = (db: number): number => Math.round(db * 100) / 100;
