import { type Alarm, alarmSchema, MAX_ALARM_AGE_MS, MAX_ALARM_HISTORY } from '../../shared/domain/alarm.ts';
import type { AlarmId } from '../../shared/units.ts';
import type { Connection } from './database.ts';
import { attempt } from './libraryError.ts';

interface AlarmRow {
  readonly id: string;
  readonly kind: string;
  readonly source_id: string | null;
  readonly source_name: string | null;
  readonly began_at: number;
  readonly raised_at: number;
  readonly cleared_at: number | null;
  readonly ending: string | null;
  readonly acknowledged_at: number | null;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  readonly message: string;
  readonly advice: string;
}

const COLUMNS =
  'id, kind, source_id, source_name, began_at, raised_at, cleared_at, ending, acknowledged_at, value, threshold, unit, message, advice';

/** A message that waits for the webhook. */
interface DeliveryRow {
  readonly id: string;
  readonly madeAt: number;
  readonly body: string;
}

/** The history of alarms and what of it the webhook has not got yet. Throws as the library does. */
export class AlarmStore {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(connection: Connection) {
    this.#statements = prepare(connection);
  }

  /** Adds the alarm or replaces the one with its id; the oldest make room. */
  save(alarm: Alarm): void {
    attempt(() => {
      this.#statements.save.run(toRow(alarm));
      this.#statements.trimAge.run(alarm.raisedAt - MAX_ALARM_AGE_MS);
      this.#statements.trimCount.run(MAX_ALARM_HISTORY);
    });
  }

  alarm(id: AlarmId): Alarm | undefined {
    const row = attempt(() => this.#statements.byId.get(id));
    return row && fromRow(row);
  }

  /** Newest first; `before`: only those that come after this one in the list. */
  history({ before, limit }: { readonly before?: AlarmId | undefined; readonly limit: number }): readonly Alarm[] {
    return attempt(() =>
      before === undefined ? this.#statements.newest.all(limit) : this.#statements.after.all(before, limit),
    ).map(fromRow);
  }

  /** Closes what a run that ended without a word left open. */
  closeLeft(at: number): void {
    attempt(() => this.#statements.closeLeft.run(at));
  }

  /** Oldest first. */
  deliveries(): readonly DeliveryRow[] {
    return attempt(() => this.#statements.deliveries.all());
  }

  saveDelivery({ id, madeAt, body }: DeliveryRow): void {
    attempt(() => this.#statements.saveDelivery.run(id, madeAt, body));
  }

  removeDelivery(id: string): void {
    attempt(() => this.#statements.removeDelivery.run(id));
  }
}

function prepare(db: Connection) {
  return {
    save: db.prepare<[AlarmRow]>(`
      INSERT INTO alarms (${COLUMNS}) VALUES (${COLUMNS.split(', ')
        .map((name) => `@${name}`)
        .join(', ')})
      ON CONFLICT (id) DO UPDATE SET cleared_at = excluded.cleared_at, ending = excluded.ending,
        acknowledged_at = excluded.acknowledged_at`),
    trimAge: db.prepare<[number]>('DELETE FROM alarms WHERE raised_at < ?'),
    trimCount: db.prepare<[number]>(
      'DELETE FROM alarms WHERE id IN (SELECT id FROM alarms ORDER BY raised_at DESC, id DESC LIMIT -1 OFFSET ?)',
    ),
    byId: db.prepare<[string], AlarmRow>(`SELECT ${COLUMNS} FROM alarms WHERE id = ?`),
    newest: db.prepare<[number], AlarmRow>(`SELECT ${COLUMNS} FROM alarms ORDER BY raised_at DESC, id DESC LIMIT ?`),
    after: db.prepare<[string, number], AlarmRow>(`
      SELECT ${COLUMNS} FROM alarms
      WHERE (raised_at, id) < (SELECT raised_at, id FROM alarms WHERE id = ?)
      ORDER BY raised_at DESC, id DESC LIMIT ?`),
    closeLeft: db.prepare<[number]>(
      `UPDATE alarms SET cleared_at = max(raised_at, ?), ending = 'quit' WHERE cleared_at IS NULL`,
    ),
    deliveries: db.prepare<[], DeliveryRow>(
      'SELECT id, made_at AS madeAt, body FROM webhook_outbox ORDER BY made_at, rowid',
    ),
    saveDelivery: db.prepare<[string, number, string]>(
      'INSERT OR REPLACE INTO webhook_outbox (id, made_at, body) VALUES (?, ?, ?)',
    ),
    removeDelivery: db.prepare<[string]>('DELETE FROM webhook_outbox WHERE id = ?'),
  };
}

function toRow(alarm: Alarm): AlarmRow {
  return {
    id: alarm.id,
    kind: alarm.kind,
    source_id: alarm.sourceId ?? null,
    source_name: alarm.sourceName ?? null,
    began_at: alarm.since,
    raised_at: alarm.raisedAt,
    cleared_at: alarm.clearedAt ?? null,
    ending: alarm.end ?? null,
    acknowledged_at: alarm.acknowledgedAt ?? null,
    value: alarm.value,
    threshold: alarm.threshold,
    unit: alarm.unit,
    message: alarm.message,
    advice: alarm.advice,
  };
}

function fromRow(row: AlarmRow): Alarm {
  return alarmSchema.parse({
    id: row.id,
    kind: row.kind,
    sourceId: row.source_id ?? undefined,
    sourceName: row.source_name ?? undefined,
    since: row.began_at,
    raisedAt: row.raised_at,
    clearedAt: row.cleared_at ?? undefined,
    end: row.ending ?? undefined,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    value: row.value,
    threshold: row.threshold,
    unit: row.unit,
    message: row.message,
    advice: row.advice,
  });
}
