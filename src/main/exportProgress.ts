import type { ExportJob } from '../shared/contract/exports.ts';

/** A shorter export is over before anybody looks at its progress, ms. */
const LONG_MS = 2000;
/** The menu of the tray counts in steps of this, %. */
const STEP = 10;

/** How far all exports are that work now, for the taskbar or the dock. */
export class ExportProgress {
  readonly #now: () => number;
  readonly #jobs = new Map<string, { readonly since: number; fraction: number; isDone: boolean }>();

  /** `now`: ms, from any instant. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns whether one has ended that took long: nobody has watched it to its end. */
  heard({ id, state, fraction }: Pick<ExportJob, 'id' | 'state' | 'fraction'>): boolean {
    const job = this.#jobs.get(id) ?? { since: this.#now(), fraction, isDone: false };
    job.fraction = state === 'working' ? fraction : 1;
    job.isDone = state !== 'working';
    // One that failed is no part of what is left to do.
    if (state === 'failed' || state === 'cancelled') this.#jobs.delete(id);
    else this.#jobs.set(id, job);
    if ([...this.#jobs.values()].every(({ isDone }) => isDone)) this.#jobs.clear();
    return job.isDone && this.#now() - job.since >= LONG_MS;
  }

  /** 0..1 of all together; undefined while none works that takes long. */
  fraction(): number | undefined {
    const jobs = [...this.#jobs.values()];
    const isLong = jobs.some(({ since, isDone }) => !isDone && this.#now() - since >= LONG_MS);
    if (!isLong) return undefined;
    return jobs.reduce((sum, { fraction }) => sum + fraction, 0) / jobs.length;
  }

  /** For a line of a menu. */
  words(): string | undefined {
    const fraction = this.fraction();
    return fraction === undefined ? undefined : `Exporting, ${Math.floor((fraction * 100) / STEP) * STEP} %`;
  }
}
