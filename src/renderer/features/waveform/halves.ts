/**
 * The upper and lower half of a waveform from pairs of lowest and highest sample. The square root of the
 * amplitude is drawn: speech at -40 dBFS is then a tenth of the height and can be seen, and full scale stays full.
 */
export function halves(pairs: readonly number[]): { upper: number[]; lower: number[] } {
  const upper: number[] = [];
  const lower: number[] = [];
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    upper.push(Math.sqrt(Math.max(0, pairs[index + 1] ?? 0)));
    lower.push(-Math.sqrt(Math.max(0, -(pairs[index] ?? 0))));
  }
  return { upper, lower };
}
