import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { add, emptySeries, type Growth, growthOf } from './growth.ts';

/** Environment variable with the folder for what processes measure of themselves. */
export const MEASURES_FOLDER = 'LONGTAKE_MEASURES';

/** One line of a process about itself. */
export interface Measured {
  /** ms since 1970 UTC. */
  readonly at: number;
  /** What it runs. */
  readonly program: string;
  readonly residentMiB: number;
  readonly handles: number;
  /** Event loop, of the last seconds: 99th percentile and most, ms. */
  readonly delayMs: number;
  readonly worstDelayMs: number;
}

export interface ProcessReport {
  readonly program: string;
  readonly minutes: number;
  readonly residentMiB: Growth;
  readonly handles: Growth;
  readonly delayMs: Growth;
  readonly worstDelayMs: number;
}

/** Reports of all processes that measured themselves at least so often. */
export async function readMeasures(folder: string, least: number): Promise<ProcessReport[]> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return files
    .map((text) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Measured),
    )
    .filter((lines) => lines.length >= least)
    .map(report);
}

const HOUR_MS = 3_600_000;

function report(lines: readonly Measured[]): ProcessReport {
  const begun = lines[0]?.at ?? 0;
  const of = (pick: (line: Measured) => number): Growth => {
    const series = emptySeries();
    for (const line of lines) add(series, (line.at - begun) / HOUR_MS, pick(line));
    return growthOf(series);
  };
  return {
    program: basename(lines[0]?.program ?? '', '.js'),
    minutes: Math.round(((lines.at(-1)?.at ?? begun) - begun) / 60_000),
    residentMiB: of(({ residentMiB }) => residentMiB),
    handles: of(({ handles }) => handles),
    delayMs: of(({ delayMs }) => delayMs),
    worstDelayMs: Math.round(Math.max(...lines.map(({ worstDelayMs }) => worstDelayMs))),
  };
}
