/** Of a number of measured times. */
export interface Figures {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export function figures(times: readonly number[]): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: rounded(at(0.5)), p95: rounded(at(0.95)), max: rounded(at(1)) };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export function measure(times: number[], action: () => unknown): void {
  const begin = performance.now();
  action();
  times.push(performance.now() - begin);
}

export interface Times {
  readonly wall: number[];
  /** What it takes on a machine that does something else, too. */
  readonly cpu: number[];
}

/** {@link measure} for what takes several turns of the event loop. */
export async function measureAsync(times: Times, action: () => unknown): Promise<void> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await action();
  times.wall.push(performance.now() - begin);
  const { user, system } = process.cpuUsage(cpu);
  times.cpu.push((user + system) / 1000);
}

export const bothFigures = ({ wall, cpu }: Times): { readonly wall: Figures; readonly cpu: Figures } => ({
  wall: figures(wall),
  cpu: figures(cpu),
});
