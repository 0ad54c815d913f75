/** Something that was measured now and then. */
export interface Series {
  /** Hours since the beginning. */
  readonly hours: number[];
  readonly values: number[];
}

export interface Growth {
  /** Medians of the second and of the last quarter: a program takes its time to warm up. */
  readonly early: number;
  readonly late: number;
  readonly most: number;
  /** Of the straight line that fits best from the second quarter on. */
  readonly perHour: number;
}

export function growthOf({ hours, values }: Series): Growth {
  const quarter = Math.floor(values.length / 4);
  const warm = values.slice(quarter);
  return {
    early: tidy(median(values.slice(quarter, 2 * quarter))),
    late: tidy(median(values.slice(values.length - quarter))),
    most: tidy(Math.max(...values)),
    perHour: tidy(slope(hours.slice(quarter), warm)),
  };
}

export function emptySeries(): Series {
  return { hours: [], values: [] };
}

export function add({ hours, values }: Series, hour: number, value: number): void {
  hours.push(hour);
  values.push(value);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Least squares. */
function slope(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x0, y0] = [mean(xs), mean(ys)];
  const up = xs.reduce((sum, x, index) => sum + (x - x0) * ((ys[index] ?? 0) - y0), 0);
  const down = xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  return down === 0 ? 0 : up / down;
}

function tidy(value: number): number {
  return Math.round(value * 100) / 100;
}
