import type { DaySummary } from '../../shared/domain/recording.ts';
import type { Command, Connection, Query } from './database.ts';
import { type GapRow, RECORDING_COLUMNS, type ReadRecordingRow, type RecordingRow, type SourceRow } from './rows.ts';

const columns = RECORDING_COLUMNS.join(', ');
/** For reading: with what other tables know. */
export const READ_COLUMNS = `${columns}, EXISTS (SELECT 1 FROM locks WHERE recording_id = recordings.id) AS locked`;

const gapColumns = 'id, source_id, source_name, cause, detail, began_at, ended_at, day';

export type Statements = ReturnType<typeof createStatements>;

/** Every statement that reads or writes the catalogue, compiled once. */
export function createStatements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const insertRecording = command<[RecordingRow]>(`
    INSERT INTO recordings (${columns}) VALUES (${RECORDING_COLUMNS.map((name) => `@${name}`).join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${RECORDING_COLUMNS.filter((name) => name !== 'id')
      .map((name) => `${name} = excluded.${name}`)
      .join(', ')}`);
  const insertGap = command<[GapRow]>(`
    INSERT INTO gaps (${gapColumns})
    VALUES (@id, @source_id, @source_name, @cause, @detail, @began_at, @ended_at, @day)
    ON CONFLICT (id) DO UPDATE SET source_id = excluded.source_id, source_name = excluded.source_name,
      cause = excluded.cause, detail = excluded.detail, began_at = excluded.began_at, ended_at = excluded.ended_at,
      day = excluded.day`);
  const removeGap = command<[string]>('DELETE FROM gaps WHERE id = ?');
  const noteSource = command<[{ id: string; name: string; kind: string | null }]>(`
    INSERT INTO sources (id, name, kind) VALUES (@id, @name, @kind)
    ON CONFLICT (id) DO UPDATE SET kind = excluded.kind WHERE sources.kind IS NULL AND excluded.kind IS NOT NULL`);
  const makeRoom = command<[string, string, string]>('DELETE FROM recordings WHERE root = ? AND path = ? AND id <> ?');
  const removeRecording = command<[string]>('DELETE FROM recordings WHERE id = ?');

  return {
    saveSource: command<[{ id: string; name: string; kind: string }]>(`
      INSERT INTO sources (id, name, kind) VALUES (@id, @name, @kind)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, removed = 0`),
    removeSource: command<[string]>('UPDATE sources SET removed = 1 WHERE id = ?'),
    sources: query<[], SourceRow>('SELECT id, name, kind, removed FROM sources ORDER BY name, id'),
    noteSource,

    putRecording: atomic(db, (row: RecordingRow) => {
      noteSource.run({ id: row.source_id, name: row.source_name, kind: row.source_kind });
      makeRoom.run(row.root, row.path, row.id);
      insertRecording.run(row);
    }),
    putGap: atomic(db, (row: GapRow) => {
      noteSource.run({ id: row.source_id, name: row.source_name, kind: null });
      // An input that opened late, but whose server sent all that was missed: there is no gap after all.
      if (row.ended_at !== null && row.ended_at <= row.began_at) removeGap.run(row.id);
      else insertGap.run(row);
    }),
    removeRecordings: atomic(db, (ids: readonly string[]) =>
      ids.reduce((removed, id) => removed + removeRecording.run(id).changes, 0),
    ),

    noteScan: command<[string, number]>(
      'INSERT INTO scans (root, finished_at) VALUES (?, ?) ON CONFLICT (root) DO UPDATE SET finished_at = excluded.finished_at',
    ),
    scannedAt: query<[string], { finished_at: number }>('SELECT finished_at FROM scans WHERE root = ?'),

    recordingById: query<[string], ReadRecordingRow>(`SELECT ${READ_COLUMNS} FROM recordings WHERE id = ?`),
    recordingByPlace: query<[string, string], ReadRecordingRow>(
      `SELECT ${READ_COLUMNS} FROM recordings WHERE root = ? AND path = ?`,
    ),
    recordingBefore: query<[string, number], ReadRecordingRow>(
      `SELECT ${READ_COLUMNS} FROM recordings WHERE source_id = ? AND started_at <= ? ORDER BY started_at DESC LIMIT 1`,
    ),
    gapById: query<[string], GapRow>(`SELECT ${gapColumns} FROM gaps WHERE id = ?`),
    unfinished: query<[], ReadRecordingRow>(
      `SELECT ${READ_COLUMNS} FROM recordings WHERE state = 'recording' ORDER BY started_at`,
    ),
    unmended: query<[], ReadRecordingRow>(
      `SELECT ${READ_COLUMNS} FROM recordings WHERE unmended = 1 ORDER BY started_at`,
    ),
    gapsEnded: query<[string, number, number], GapRow>(
      `SELECT ${gapColumns} FROM gaps WHERE day >= ? AND ended_at BETWEEN ? AND ?`,
    ),
    openGaps: query<[], GapRow>(`SELECT ${gapColumns} FROM gaps WHERE ended_at IS NULL ORDER BY began_at`),

    days: query<[string, number], DaySummary>(`
      SELECT day, recordings, duration_us / 1000.0 AS durationMs, bytes, gaps, gap_us / 1000.0 AS gapMs
      FROM days WHERE day < ? ORDER BY day DESC LIMIT ?`),
    dayPage: query<[string, number, number], ReadRecordingRow>(`
      SELECT ${READ_COLUMNS} FROM recordings WHERE day = ?
      ORDER BY started_at DESC, source_name COLLATE NOCASE, id DESC LIMIT ? OFFSET ?`),
    dayCount: query<[string], { total: number }>('SELECT recordings AS total FROM days WHERE day = ?'),
    dayGaps: query<[string, number], GapRow>(
      `SELECT ${gapColumns} FROM gaps WHERE day = ? ORDER BY began_at DESC, id DESC LIMIT ?`,
    ),
  };
}

/** `work` in one transaction, or as part of the one that is open. */
function atomic<Input, Output>(db: Connection, work: (input: Input) => Output): (input: Input) => Output {
  const transaction = db.transaction(work);
  return (input) => transaction(input);
}
