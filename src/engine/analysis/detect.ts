import { dbOfStep, LEVEL_STEPS_PER_DB, ENVELOPE_WINDOWS_PER_SECOND } from '../../shared/domain/envelope.ts';
import { type Detection, FLOOR_BLOCK_WINDOWS, type FoundSection } from '../../shared/domain/section.ts';
import { FloorLine, type NoiseFloor } from './noiseFloor.ts';

/** What of the detection's settings decides what is found. */
export type Thresholds = Pick<Detection, 'marginDb' | 'graceSeconds' | 'minSeconds'>;

interface Stretch {
  readonly first: number;
  end: number;
  peak: number;
  /** Of the peak: level above the floor, in steps. */
  above: number;
}

/**
 * Finds the sections of an envelope: windows at least `marginDb` above the noise floor are loud; stretches of them with
 * less than `graceSeconds` between them are one; those shorter than `minSeconds` are left out.
 */
export function detect(levels: Uint16Array, noise: NoiseFloor, thresholds: Thresholds): FoundSection[] {
  const line = new FloorLine(noise.floors, levels.length);
  const grace = windowsOf(thresholds.graceSeconds);
  const least = windowsOf(thresholds.minSeconds);
  return stretches(levels, noise, line, thresholds.marginDb * LEVEL_STEPS_PER_DB, grace)
    .filter(({ first, end }) => end - first >= least)
    .map(({ first, end, peak, above }) => ({
      first,
      end,
      peak,
      peakDb: dbOfStep(levels[peak] ?? 0),
      floorDb: dbOfStep(line.at(peak)),
      score: above / LEVEL_STEPS_PER_DB,
    }));
}

function stretches(
  levels: Uint16Array,
  { highest }: NoiseFloor,
  line: FloorLine,
  margin: number,
  grace: number,
): Stretch[] {
  const found: Stretch[] = [];
  let open: Stretch | undefined;
  for (let block = 0; block < highest.length; block += 1) {
    if ((highest[block] ?? 0) < line.lowestIn(block) + margin) continue;
    const end = Math.min(levels.length, (block + 1) * FLOOR_BLOCK_WINDOWS);
    for (let window = block * FLOOR_BLOCK_WINDOWS; window < end; window += 1) {
      const above = (levels[window] ?? 0) - line.at(window);
      if (above < margin) continue;
      const between = open ? window - open.end : Infinity;
      if (!open || (between > 0 && between >= grace)) {
        open = { first: window, end: window + 1, peak: window, above };
        found.push(open);
        continue;
      }
      open.end = window + 1;
      if (above > open.above) {
        open.peak = window;
        open.above = above;
      }
    }
  }
  return found;
}

/** Windows in so many seconds; a fraction counts, but not the rounding of 1.1 * 10. */
function windowsOf(seconds: number): number {
  return Math.round(seconds * ENVELOPE_WINDOWS_PER_SECOND * 1000) / 1000;
}
