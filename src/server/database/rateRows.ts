import type { Connection } from './connection.ts';

/** How often something was done of late, counted over all processes of a server. */
export interface RateStore {
  /** Counts one more of `key`; a count lasts `windowMs` from its first on. */
  hit(key: string, windowMs: number, now: number): Promise<{ readonly count: number; readonly until: number }>;
  /** Forgets what is over. */
  removeBefore(now: number): Promise<void>;
}

export function rateStore(connection: Connection): RateStore {
  const hit = connection.prepare<
    [{ key: string; until: number; now: number }],
    { readonly count: number; readonly until: number }
  >(
    // A count that ends later than a new one would was begun by a clock that has been put back since.
    `INSERT INTO rates (key, count, until) VALUES (@key, 1, @until)
       ON CONFLICT (key) DO UPDATE SET count = iif(until BETWEEN @now + 1 AND @until, count + 1, 1),
         until = iif(until BETWEEN @now + 1 AND @until, until, @until)
       RETURNING count, until`,
  );
  return {
    hit: async (key, windowMs, now) => hit.get({ key, until: now + windowMs, now }) ?? { count: 1, until: now },
    removeBefore: async (now) => {
      connection.prepare('DELETE FROM rates WHERE until <= ?').run(now);
    },
  };
}
