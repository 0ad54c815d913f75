import type { Command, Connection, Query } from '../database.ts';
import { WINDOW_MS } from '../sectionStore.ts';
import { DETECTION_COLUMNS, type DetectionFields, RECORDING_COLUMNS, type RecordingFields } from './entry.ts';

/** Totals of the sections of a day's recordings. */
export interface SectionTotals {
  readonly sections: number;
  readonly reviewed: number;
}

/** Of a recording and its detection: sections in which a verdict lies. */
const REVIEWED = `
  SELECT count(*) FROM sections WHERE sections.detection = detections.number AND EXISTS (
    SELECT 1 FROM verdicts WHERE verdicts.source_id = recordings.source_id AND verdict IS NOT NULL
    AND peak_at >= started_at + first * ${WINDOW_MS} AND peak_at < started_at + ending * ${WINDOW_MS})`;

/** What the index in memory reads. */
export function indexStatements(db: Connection) {
  const rows = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql).raw(true);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  return {
    recordings: rows<[number, number], readonly [rowid: number, ...RecordingFields]>(
      `SELECT rowid, ${RECORDING_COLUMNS} FROM recordings WHERE rowid > ? ORDER BY rowid LIMIT ?`,
    ),
    detections: rows<[number, number], readonly [recordingId: string, ...DetectionFields]>(
      `SELECT recording_id, ${DETECTION_COLUMNS} FROM detections WHERE number > ? ORDER BY number LIMIT ?`,
    ),
    recording: rows<[string], RecordingFields>(`SELECT ${RECORDING_COLUMNS} FROM recordings WHERE id = ?`),
    detection: rows<[string], DetectionFields>(`SELECT ${DETECTION_COLUMNS} FROM detections WHERE recording_id = ?`),
    lastWindow: rows<[number], readonly [ending: number]>(
      'SELECT ending FROM sections WHERE detection = ? ORDER BY first DESC LIMIT 1',
    ),
    anyChange: rows<[], readonly [1]>(
      'SELECT 1 WHERE EXISTS (SELECT 1 FROM changed_recordings) OR EXISTS (SELECT 1 FROM changed_gaps)',
    ),
    changed: rows<[number], readonly [id: string]>('SELECT recording_id FROM changed_recordings LIMIT ?'),
    forget: command<[string]>('DELETE FROM changed_recordings WHERE recording_id = ?'),
    changedGaps: rows<[], readonly [sourceId: string]>('SELECT source_id FROM changed_gaps'),
    forgetGaps: command<[string]>('DELETE FROM changed_gaps WHERE source_id = ?'),
    reviewed: rows<[number, string], readonly [reviewed: number]>(
      `SELECT (${REVIEWED}) FROM recordings, detections WHERE number = ? AND recordings.id = ?`,
    ),
    noteReviewed: command<[number, string]>('UPDATE detections SET reviewed = ? WHERE recording_id = ?'),
    /** Of a recording that changed the verdicts are counted, as {@link reviewed} would do it. */
    sectionTotals: query<[string], SectionTotals>(`
      SELECT coalesce(sum(sections), 0) AS sections,
        coalesce(sum(iif(changed_recordings.recording_id IS NULL, reviewed, (${REVIEWED}))), 0) AS reviewed
      FROM recordings JOIN detections ON detections.recording_id = recordings.id
        LEFT JOIN changed_recordings ON changed_recordings.recording_id = recordings.id
      WHERE day = ?`),
  };
}
