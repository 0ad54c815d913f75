/** Windows of the envelope in a second: one is 100 ms. Window n holds floor(n * rate / 10) to floor((n + 1) * rate / 10). */
export const ENVELOPE_WINDOWS_PER_SECOND = 10;
/** Quieter than 16 bits hold, dBFS: what is below counts as this, so that silence and dither are equally silent. */
export const QUIETEST = -100;

/** Levels of an envelope are kept in 16 bits as whole steps above {@link QUIETEST}: up to +31 dBFS, which float reaches. */
export const LEVEL_STEPS_PER_DB = 500;
const HIGHEST_STEP = 65_535;
/** Decibels of a ratio of powers are ten times its decimal logarithm. */
const STEPS_PER_NEPER_OF_POWER = (10 * LEVEL_STEPS_PER_DB) / Math.LN10;

/** The level of a mean square (full scale has 1), in steps, 0 to 65535. */
export function stepOfMeanSquare(meanSquare: number): number {
  if (!(meanSquare > 0)) return 0;
  const step = Math.round(Math.log(meanSquare) * STEPS_PER_NEPER_OF_POWER - QUIETEST * LEVEL_STEPS_PER_DB);
  return Math.max(0, Math.min(HIGHEST_STEP, step));
}

/** Steps, which may be a fraction, as dBFS. */
export function dbOfStep(step: number): number {
  return step / LEVEL_STEPS_PER_DB + QUIETEST;
}
