import { SESSION_STATUSES, type SessionStatus } from '../model.ts';
import type { Connection } from './connection.ts';

/** How much of what there is, for who watches the server. */
export interface CountStore {
  sessions(): Promise<Readonly<Record<SessionStatus, number>>>;
  /** Recordings that are being made: how many, and when the oldest was asked for (ms since 1970 UTC). */
  finalizing(): Promise<{ readonly count: number; readonly since: number | undefined }>;
  /** Rejects when nothing can be written. */
  probe(at: number): Promise<void>;
}

export function countStore(connection: Connection): CountStore {
  return {
    sessions: async () => {
      const rows = connection
        .prepare<[], { status: SessionStatus; number: number }>(
          'SELECT status, count(*) AS number FROM sessions GROUP BY status',
        )
        .all();
      const counts = Object.fromEntries(SESSION_STATUSES.map((status) => [status, 0])) as Record<SessionStatus, number>;
      for (const { status, number } of rows) counts[status] = number;
      return counts;
    },
    finalizing: async () => {
      const row = connection
        .prepare<[], { number: number; since: number | null }>(
          "SELECT count(*) AS number, min(last_seen_at) AS since FROM sessions WHERE status = 'finalizing'",
        )
        .get();
      return { count: row?.number ?? 0, since: row?.since ?? undefined };
    },
    probe: async (at) => {
      connection
        .prepare(
          "INSERT INTO meta (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .run(String(at));
    },
  };
}
