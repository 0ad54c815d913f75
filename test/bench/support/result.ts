import { appendFile } from 'node:fs/promises';

/** Prints a bench's figures, and keeps them for the last line of the run. */
export async function tellResult(result: Readonly<Record<string, unknown>>): Promise<void> {
  const line = JSON.stringify(result);
  console.log(line);
  const file = process.env['LONGTAKE_BENCH_RESULTS'];
  if (file !== undefined) await appendFile(file, `${line}\n`);
}

export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Three digits are all that such a figure is worth. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => Number((sorted[index] ?? Number.NaN).toPrecision(3));
  return { median: at(Math.floor(sorted.length / 2)), lowest: at(0), highest: at(sorted.length - 1) };
}
