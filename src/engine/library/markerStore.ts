import { type Marker, markerSchema } from '../../shared/domain/section.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { SourceId } from '../../shared/units.ts';
import type { Command, Connection, Query } from './database.ts';
import { attempt } from './libraryError.ts';

export type MarkerEntry = Extract<LedgerEntry, { type: 'marker' }>;

/** A marker, and what has to be known to write of it again. */
export interface KeptMarker {
  readonly marker: Marker;
  /** Recordings folder whose ledger tells of it. */
  readonly root: string;
  /** ms since 1970 UTC. */
  readonly changedAt: number;
}

interface MarkerRow {
  readonly id: string;
  readonly at: number;
  readonly label: string;
  readonly source_id: string | null;
  readonly day: string;
  readonly root: string;
  readonly changed_at: number;
}

/** At most this many are listed at once. */
export const MAX_MARKERS = 10_000;

/** Labelled instants set by a person. What was removed stays known, so that an older line does not bring it back. */
export class MarkerStore {
  readonly #sql: ReturnType<typeof statements>;
  #version = 0;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
  }

  /** Another number than before: a text may have changed. */
  get version(): number {
    return this.#version;
  }

  /** From `from` (inclusive) to `to` (exclusive), ms since 1970 UTC, in order; of a source with those of all sources. */
  list(from: number, to: number, sourceId?: SourceId): readonly Marker[] {
    const of = sourceId ?? null;
    return attempt(() => this.#sql.list.all(from, to, of, of, MAX_MARKERS)).map(toMarker);
  }

  find(id: string): KeptMarker | undefined {
    const row = attempt(() => this.#sql.byId.get(id));
    return row && { marker: toMarker(row), root: row.root, changedAt: row.changed_at };
  }

  /** Takes a line of the ledger of `root`, or what becomes one. False when something newer, or the same, is known. */
  save({ marker, removed, at }: MarkerEntry, root: string): boolean {
    const { id, label, day } = marker;
    this.#version += 1;
    return attempt(
      () =>
        this.#sql.save.run(id, marker.at, label, marker.sourceId ?? null, day, root, removed === true ? 1 : 0, at)
          .changes > 0,
    );
  }
}

function toMarker(row: MarkerRow): Marker {
  return markerSchema.parse({
    id: row.id,
    at: row.at,
    label: row.label,
    ...(row.source_id === null ? {} : { sourceId: row.source_id }),
    day: row.day,
  });
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const columns = 'id, at, label, source_id, day, root, changed_at';
  return {
    list: query<[number, number, string | null, string | null, number], MarkerRow>(`
      SELECT ${columns} FROM markers WHERE removed = 0 AND at >= ? AND at < ?
        AND (? IS NULL OR source_id IS NULL OR source_id = ?)
      ORDER BY at, id LIMIT ?`),
    byId: query<[string], MarkerRow>(`SELECT ${columns} FROM markers WHERE id = ? AND removed = 0`),
    save: command<[string, number, string, string | null, string, string, number, number]>(`
      INSERT INTO markers (id, at, label, source_id, day, root, removed, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET at = excluded.at, label = excluded.label, source_id = excluded.source_id,
        day = excluded.day, root = excluded.root, removed = excluded.removed, changed_at = excluded.changed_at
      WHERE excluded.changed_at > markers.changed_at`),
  };
}
