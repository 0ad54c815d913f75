import type { Recording } from '../../shared/domain/recording.ts';
import { nextSample } from '../../shared/domain/recordingFile.ts';
import type { Connection, Query } from './database.ts';
import { endOf } from './keepingStore.ts';
import { attempt } from './libraryError.ts';
import { fromRecordingRow, type ReadRecordingRow } from './rows.ts';
import { READ_COLUMNS } from './statements.ts';

/** Longest chain: two weeks of files of a minute. */
const MOST = 20_000;

/** Which recordings follow each other without anything in between. */
export class ChainStore {
  readonly #sql: ReturnType<typeof statements>;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
  }

  /**
   * The recordings that go on where `recording` ends, in order, each beginning with the sample frame after the last one
   * of the one before, until one of them ends at or after `until`, ms since 1970 UTC. Empty when nothing follows.
   */
  following(recording: Recording, until: number): readonly Recording[] {
    if (recording.connection === undefined) return [];
    const found: Recording[] = [];
    let last = recording;
    const rows = attempt(() =>
      this.#sql.after.all(
        recording.sourceId,
        recording.startedAt,
        recording.connection ?? '',
        recording.firstSample ?? 0,
        MOST,
      ),
    );
    for (const row of rows) {
      if (endOf(last) >= until) break;
      const next = fromRecordingRow(row);
      if (next.state === 'damaged' || next.firstSample !== nextSample(last)) break;
      found.push(next);
      last = next;
    }
    return found;
  }

  /** The recording whose last sample frame is the one before the first of `recording`. */
  before(recording: Recording): Recording | undefined {
    const { connection, firstSample } = recording;
    if (connection === undefined || firstSample === undefined || firstSample === 0) return undefined;
    const row = attempt(() => this.#sql.before.get(recording.sourceId, recording.startedAt, connection, firstSample));
    const found = row && fromRecordingRow(row);
    return found && found.state !== 'damaged' && nextSample(found) === firstSample ? found : undefined;
  }
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    after: query<[string, number, string, number, number], ReadRecordingRow>(`
      SELECT ${READ_COLUMNS} FROM recordings
      WHERE source_id = ? AND started_at >= ? AND connection = ? AND first_sample > ?
      ORDER BY started_at LIMIT ?`),
    before: query<[string, number, string, number], ReadRecordingRow>(`
      SELECT ${READ_COLUMNS} FROM recordings
      WHERE source_id = ? AND started_at <= ? AND connection = ? AND first_sample < ?
      ORDER BY started_at DESC LIMIT 1`),
  };
}
