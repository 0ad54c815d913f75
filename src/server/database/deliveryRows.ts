import type { Connection } from './connection.ts';

export const DELIVERY_KINDS = ['webhook', 'email'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** A message that was not taken yet. Instants are ms since 1970 UTC. */
export interface Delivery {
  /** A UUID, the same for every try. */
  readonly id: string;
  readonly kind: DeliveryKind;
  /** The entry of the outbox that it tells of. */
  readonly entryId: number;
  readonly recordingId: number | undefined;
  /** JSON. */
  readonly body: string;
  readonly createdAt: number;
  /** This one included. */
  readonly tries: number;
  readonly nextTryAt: number;
  /** Why the last try failed. */
  readonly problem: string | undefined;
}

/** Longer than any wait of a message, which are longer than those of jobs, ms: an instant that is later than this was set by a clock that has been put back since. */
const FAR_MS = 24 * 3_600_000;

export type NewDelivery = Omit<Delivery, 'tries' | 'problem'>;

/** Messages to others, kept until they were taken or nobody will take them. Each call is one transaction. */
export interface DeliveryStore {
  /** The last entry of the outbox that was made into messages; 0 when there was none. */
  position(): Promise<number>;
  /** Keeps the messages of all entries up to `position`; those that are kept already stay as they are. */
  add(deliveries: readonly NewDelivery[], position: number): Promise<void>;
  /** One that is due, which nobody else gets for `leaseMs`. */
  claim(now: number, leaseMs: number): Promise<Delivery | undefined>;
  succeed(id: string): Promise<void>;
  retry(id: string, problem: string, nextTryAt: number): Promise<void>;
  /** No more tries. */
  bury(id: string, problem: string): Promise<void>;
  /** The newest first. */
  dead(limit: number): Promise<readonly Delivery[]>;
  /** A dead one is tried again as if it were new; false when it is not there. */
  revive(id: string, now: number): Promise<boolean>;
  count(): Promise<{ readonly waiting: number; readonly dead: number }>;
  /** When the next one is due; undefined when none waits. */
  nextAt(): Promise<number | undefined>;
  /** Messages about a recording go out now; also those that are made later. False when this was said before. */
  confirm(recordingId: number, now: number): Promise<boolean>;
  isConfirmed(recordingId: number): Promise<boolean>;
}

interface DeliveryRow {
  id: string;
  kind: DeliveryKind;
  entry_id: number;
  recording_id: number | null;
  body: string;
  created_at: number;
  tries: number;
  next_try_at: number;
  problem: string | null;
}

export const DELIVERY_SCHEMA = `
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('webhook', 'email')),
    entry_id INTEGER NOT NULL,
    recording_id INTEGER,
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
    created_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at REAL NOT NULL,
    problem TEXT,
    UNIQUE (kind, entry_id)
  ) STRICT;
  CREATE INDEX deliveries_due ON deliveries (state, next_try_at);
  CREATE TABLE delivery_position (one INTEGER PRIMARY KEY CHECK (one = 1), entry_id INTEGER NOT NULL) STRICT;
  INSERT INTO delivery_position VALUES (1, 0);
  CREATE TABLE storage_events (recording_id INTEGER PRIMARY KEY, at REAL NOT NULL) STRICT;
`;

export function deliveryStore(connection: Connection): DeliveryStore {
  return {
    position: async () =>
      connection.prepare<[], { entry_id: number }>('SELECT entry_id FROM delivery_position').get()?.entry_id ?? 0,
    add: async (deliveries, position) =>
      connection.transaction(() => add(connection, deliveries, position)).immediate(),
    claim: async (now, leaseMs) => connection.transaction(() => claim(connection, now, leaseMs)).immediate(),
    succeed: async (id) => void connection.prepare('DELETE FROM deliveries WHERE id = ?').run(id),
    retry: async (id, problem, nextTryAt) =>
      void connection
        .prepare('UPDATE deliveries SET problem = ?, next_try_at = ? WHERE id = ?')
        .run(problem, nextTryAt, id),
    bury: async (id, problem) =>
      void connection.prepare("UPDATE deliveries SET problem = ?, state = 'dead' WHERE id = ?").run(problem, id),
    dead: async (limit) =>
      connection
        .prepare<[number], DeliveryRow>(
          "SELECT * FROM deliveries WHERE state = 'dead' ORDER BY created_at DESC, entry_id DESC LIMIT ?",
        )
        .all(limit)
        .map(deliveryOf),
    revive: async (id, now) =>
      connection
        .prepare(
          "UPDATE deliveries SET state = 'waiting', tries = 0, created_at = ?, next_try_at = ? WHERE id = ? AND state = 'dead'",
        )
        .run(now, now, id).changes > 0,
    count: async () => {
      const rows = connection
        .prepare<[], { state: string; number: number }>(
          'SELECT state, count(*) AS number FROM deliveries GROUP BY state',
        )
        .all();
      const of = (state: string): number => rows.find((row) => row.state === state)?.number ?? 0;
      return { waiting: of('waiting'), dead: of('dead') };
    },
    nextAt: async () =>
      connection
        .prepare<[], { at: number | null }>("SELECT min(next_try_at) AS at FROM deliveries WHERE state = 'waiting'")
        .get()?.at ?? undefined,
    confirm: async (recordingId, now) =>
      connection.transaction(() => confirm(connection, recordingId, now)).immediate(),
    isConfirmed: async (recordingId) =>
      connection.prepare('SELECT 1 FROM storage_events WHERE recording_id = ?').get(recordingId) !== undefined,
  };
}

function add(connection: Connection, deliveries: readonly NewDelivery[], position: number): void {
  const insert = connection.prepare(
    `INSERT INTO deliveries (id, kind, entry_id, recording_id, body, state, created_at, next_try_at)
       VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT (kind, entry_id) DO NOTHING`,
  );
  const before = connection.prepare<[], { entry_id: number }>('SELECT entry_id FROM delivery_position').get()?.entry_id;
  for (const { id, kind, entryId, recordingId, body, createdAt, nextTryAt } of deliveries) {
    // Another process may have made these, and they may have been taken since.
    if (entryId > (before ?? 0)) insert.run(id, kind, entryId, recordingId ?? null, body, createdAt, nextTryAt);
  }
  connection.prepare('UPDATE delivery_position SET entry_id = max(entry_id, ?)').run(position);
}

function claim(connection: Connection, now: number, leaseMs: number): Delivery | undefined {
  const row = connection
    .prepare<[number, number], DeliveryRow>(
      `SELECT * FROM deliveries WHERE state = 'waiting' AND (next_try_at <= ? OR next_try_at > ?)
         ORDER BY next_try_at, entry_id LIMIT 1`,
    )
    .get(now, now + FAR_MS);
  if (!row) return undefined;
  connection
    .prepare('UPDATE deliveries SET tries = tries + 1, next_try_at = ? WHERE id = ?')
    .run(now + leaseMs, row.id);
  return deliveryOf({ ...row, tries: row.tries + 1 });
}

function confirm(connection: Connection, recordingId: number, now: number): boolean {
  const { changes } = connection
    .prepare('INSERT INTO storage_events (recording_id, at) VALUES (?, ?) ON CONFLICT DO NOTHING')
    .run(recordingId, now);
  if (changes === 0) return false;
  connection
    .prepare('UPDATE deliveries SET next_try_at = min(next_try_at, ?) WHERE recording_id = ? AND tries = 0')
    .run(now, recordingId);
  return true;
}

function deliveryOf(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    kind: row.kind,
    entryId: row.entry_id,
    recordingId: row.recording_id ?? undefined,
    body: row.body,
    createdAt: row.created_at,
    tries: row.tries,
    nextTryAt: row.next_try_at,
    problem: row.problem ?? undefined,
  };
}
