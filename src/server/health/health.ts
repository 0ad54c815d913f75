import { errorText } from '../../shared/errors.ts';
import type { ServerContext } from '../context.ts';

/** Somebody who asks more often gets what was found last, ms. */
const FRESH_MS = 5000;
/** A recording takes seconds to make; one that waits this long waits for a person, ms. */
const STUCK_MS = 30 * 60_000;
const PROBE_KEY = '_health/probe.txt';

export const CHECKS = ['storage', 'disk', 'database', 'finalize'] as const;
export type CheckName = (typeof CHECKS)[number];

interface Check {
  readonly ok: boolean;
  /** A sentence that says what to do when it is not. */
  readonly text: string;
}

export interface Health {
  readonly ok: boolean;
  readonly checks: Readonly<Record<CheckName, Check>>;
}

type Context = Pick<ServerContext, 'config' | 'database' | 'storage' | 'log' | 'now'>;

/** Whether the server can do its work: it writes, and has somewhere to. */
export class HealthCheck {
  readonly #context: Context;
  #last: { readonly at: number; readonly found: Promise<Health> } | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  look(): Promise<Health> {
    const at = performance.now();
    if (!this.#last || at - this.#last.at > FRESH_MS) this.#last = { at, found: this.#check() };
    return this.#last.found;
  }

  async #check(): Promise<Health> {
    const [storage, disk, database, finalize] = await Promise.all([
      this.#try('The storage cannot be written. Look at its disk and at who may write there.', () => this.#storage()),
      this.#try('The free space of the storage is not known.', () => this.#disk()),
      this.#try('The database cannot be written. Look at its disk; the log says more.', () => this.#database()),
      this.#try('The queue of recordings is not known.', () => this.#finalize()),
    ]);
    const checks = { storage, disk, database, finalize };
    return { ok: Object.values(checks).every(({ ok }) => ok), checks };
  }

  async #try(problem: string, work: () => Promise<Check>): Promise<Check> {
    try {
      return await work();
    } catch (error) {
      this.#context.log.error(problem, { error: errorText(error) });
      return { ok: false, text: problem };
    }
  }

  async #storage(): Promise<Check> {
    const { storage, now } = this.#context;
    const text = String(now());
    await storage.writeText(PROBE_KEY, text);
    const ok = (await storage.readText(PROBE_KEY)) === text;
    return { ok, text: ok ? 'The storage can be written.' : 'The storage does not keep what is written to it.' };
  }

  async #disk(): Promise<Check> {
    const { storage, config } = this.#context;
    const free = await storage.freeBytes();
    if (free === undefined) return { ok: true, text: 'The storage has no limit of its own.' };
    const ok = free >= config.face.minFreeBytes;
    const megabytes = Math.floor(free / 1e6);
    return { ok, text: ok ? `${megabytes} MB are free.` : `Only ${megabytes} MB are free. Make room.` };
  }

  async #database(): Promise<Check> {
    await this.#context.database.counts.probe(this.#context.now());
    return { ok: true, text: 'The database can be written.' };
  }

  async #finalize(): Promise<Check> {
    const { database, now } = this.#context;
    const { count, since } = await database.counts.finalizing();
    const ok = since === undefined || now() - since < STUCK_MS;
    const text = ok
      ? `${count} recordings are being made.`
      : `A recording has been waiting to be made for ${Math.round((now() - since) / 60_000)} min. The log says why.`;
    return { ok, text };
  }
}
