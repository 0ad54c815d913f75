import { type Verdict, verdictSchema } from '../../shared/domain/section.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { SourceId } from '../../shared/units.ts';
import type { Command, Connection, Query } from './database.ts';
import { attempt } from './libraryError.ts';

/** What a person said of the sound of a source at an instant. */
export interface Remark {
  /** ms since 1970 UTC. */
  readonly peakAt: number;
  readonly verdict: Verdict | undefined;
  /** Not empty. */
  readonly label: string | undefined;
  /** Not empty. */
  readonly note: string | undefined;
}

export type VerdictEntry = Extract<LedgerEntry, { type: 'verdict' }>;

interface VerdictRow {
  readonly peak_at: number;
  readonly verdict: string | null;
  readonly label: string | null;
  readonly note: string | null;
}

/** Verdicts, labels and notes, kept by source and instant, so that they survive another detection. */
export class VerdictStore {
  readonly #sql: ReturnType<typeof statements>;
  #version = 0;
  readonly #saveAll: (entries: readonly VerdictEntry[]) => void;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
    this.#saveAll = connection.transaction((entries: readonly VerdictEntry[]) => {
      for (const entry of entries) this.save(entry);
    });
  }

  /** Another number than before: a text may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Those of a source from `from` (inclusive) to `to` (exclusive), ms since 1970 UTC, in order. */
  between(id: SourceId, from: number, to: number): readonly Remark[] {
    return attempt(() => this.#sql.between.all(id, from, to)).map(toRemark);
  }

  /** When this instant was last spoken of, ms since 1970 UTC; undefined when never. */
  changedAt(id: SourceId, peakAt: number): number | undefined {
    return attempt(() => this.#sql.changedAt.get(id, peakAt))?.changed_at;
  }

  /** {@link save} for many, in one transaction. */
  saveAll(entries: readonly VerdictEntry[]): void {
    attempt(() => this.#saveAll(entries));
  }

  /** Takes a line of a ledger, or what becomes one. False when something newer, or the same, is known. */
  save(entry: VerdictEntry): boolean {
    const { sourceId, peakAt, verdict, label, note, at } = entry;
    this.#version += 1;
    return attempt(
      () => this.#sql.save.run(sourceId, peakAt, verdict ?? null, label || null, note || null, at).changes > 0,
    );
  }
}

function toRemark(row: VerdictRow): Remark {
  return {
    peakAt: row.peak_at,
    verdict: verdictSchema.safeParse(row.verdict).data,
    label: row.label ?? undefined,
    note: row.note ?? undefined,
  };
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    between: query<[string, number, number], VerdictRow>(`
      SELECT peak_at, verdict, label, note FROM verdicts WHERE source_id = ? AND peak_at >= ? AND peak_at < ?
        AND (verdict IS NOT NULL OR label IS NOT NULL OR note IS NOT NULL)
      ORDER BY peak_at`),
    changedAt: query<[string, number], { changed_at: number }>(
      'SELECT changed_at FROM verdicts WHERE source_id = ? AND peak_at = ?',
    ),
    save: command<[string, number, string | null, string | null, string | null, number]>(`
      INSERT INTO verdicts (source_id, peak_at, verdict, label, note, changed_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (source_id, peak_at) DO UPDATE SET
        verdict = excluded.verdict, label = excluded.label, note = excluded.note, changed_at = excluded.changed_at
      WHERE excluded.changed_at > verdicts.changed_at`),
  };
}
