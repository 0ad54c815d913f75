export const SLOWEST = 0.5;
export const FASTEST = 3;
/** Speeds that the keys and the menu step through. */
export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;

/** The next speed above (1) or below (-1) `rate`; the last one stays. */
export function nextRate(rate: number, direction: -1 | 1): number {
  const found =
    direction === 1 ? RATES.find((candidate) => candidate > rate) : RATES.findLast((candidate) => candidate < rate);
  return found ?? (direction === 1 ? FASTEST : SLOWEST);
}
