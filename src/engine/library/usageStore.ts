import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection, Query } from './database.ts';

interface UsageRow {
  readonly rowid: number;
  readonly id: string;
  readonly root: string;
  readonly sourceName: string;
  readonly container: string;
  readonly day: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly bytes: number;
}

export interface Total {
  bytes: number;
  recordings: number;
}

/** What recordings take up. */
export interface Usages {
  readonly byRoot: ReadonlyMap<string, Total>;
  readonly bySource: ReadonlyMap<string, Total>;
  readonly byContainer: ReadonlyMap<string, Total>;
  /** `YYYY-MM`. */
  readonly byMonth: ReadonlyMap<string, Total>;
  /** Bytes that were recorded since each of the instants that were asked for. */
  readonly since: readonly number[];
  /** When the oldest recording began, ms since 1970 UTC; undefined without any. */
  readonly oldestAt: number | undefined;
}

/** What a recording that is open takes up now. */
export interface OpenUsage {
  readonly durationMs: number;
  readonly bytes: number;
}

/** Rows that are read between two turns of the event loop: about 2 ms. */
const SLICE_ROWS = 1000;

/** How much room recordings take, and how fast that grew. */
export class UsageStore {
  readonly #page: Query<[number, number], UsageRow>;

  constructor(connection: Connection) {
    this.#page = connection.prepare<[number, number], UsageRow>(`
      SELECT rowid, id, root, source_name AS sourceName, container, day, started_at AS startedAt,
        duration_us / 1000.0 AS durationMs, bytes
      FROM recordings WHERE rowid > ? ORDER BY rowid LIMIT ?`);
  }

  /**
   * Goes through all recordings in slices. `since`: instants, ms since 1970 UTC. `open`: those whose rows are written
   * again only when they are closed.
   */
  async totals(since: readonly number[], open: ReadonlyMap<string, OpenUsage> = new Map()): Promise<Usages> {
    const found = {
      byRoot: new Map<string, Total>(),
      bySource: new Map<string, Total>(),
      byContainer: new Map<string, Total>(),
      byMonth: new Map<string, Total>(),
    };
    const recorded = since.map(() => 0);
    let oldestAt: number | undefined;
    for (let last = 0; ;) {
      const rows = this.#page.all(last, SLICE_ROWS);
      for (const kept of rows) {
        const now = open.get(kept.id);
        const row = now ? { ...kept, ...now } : kept;
        last = row.rowid;
        add(found.byRoot, row.root, row.bytes);
        add(found.bySource, row.sourceName, row.bytes);
        add(found.byContainer, row.container, row.bytes);
        add(found.byMonth, row.day.slice(0, 7), row.bytes);
        oldestAt = Math.min(oldestAt ?? row.startedAt, row.startedAt);
        for (const [index, from] of since.entries()) recorded[index] = (recorded[index] ?? 0) + bytesSince(row, from);
      }
      if (rows.length < SLICE_ROWS) return { ...found, since: recorded, oldestAt };
      await nextTurn();
    }
  }
}

/** The part of a recording that was made after an instant, as if its bytes had come evenly. */
function bytesSince({ startedAt, durationMs, bytes }: UsageRow, from: number): number {
  if (startedAt >= from) return bytes;
  const after = startedAt + durationMs - from;
  return after <= 0 || durationMs <= 0 ? 0 : (bytes * after) / durationMs;
}

function add(totals: Map<string, Total>, key: string, bytes: number): void {
  const total = totals.get(key);
  if (total) {
    total.bytes += bytes;
    total.recordings += 1;
  } else {
    totals.set(key, { bytes, recordings: 1 });
  }
}
