import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SeamFinding, SeamReport } from '../../shared/domain/coverage.ts';
import { type Recording, recordingSchema } from '../../shared/domain/recording.ts';
import { nextSample } from '../../shared/domain/recordingFile.ts';
import type { Connection, Query } from './database.ts';
import type { Interval } from './intervals.ts';
import { endOf } from './keepingStore.ts';
import { fromRecordingRow, type ReadRecordingRow } from './rows.ts';
import { READ_COLUMNS } from './statements.ts';

const PAGE = 100;
const MAX_FINDINGS = 1000;
/** Without counters only the clock tells: it places a recording no better than this. */
const CLOCK_MS = 1000;

export type SeamVerdict =
  | { readonly kind: 'gapless' | 'accounted' | 'unproven' }
  | { readonly kind: 'wrong'; readonly message: string };

/** Judges the boundary between two recordings of a source that follow each other, by their counters alone. */
export function judgeSeam(before: Recording, after: Recording): SeamVerdict {
  const from = nextSample(before);
  const to = after.firstSample;
  const joined = after.connection !== undefined && after.connection === before.connection;
  if (!joined || from === undefined || to === undefined) return judgeByClock(before, after);
  const missing = to - from;
  const stated = after.seam === 'missing' ? (after.missingSamples ?? missing) : 0;
  if (missing < 0) return wrong(`${-missing} samples are in both recordings.`);
  if (after.seam === 'first') return wrong('It is marked as the first of its connection, and is not.');
  if (missing !== stated) {
    return wrong(
      stated === 0
        ? `${missing} samples before it are in no recording, although it is marked as ${after.seam}.`
        : `${missing} samples before it are in no recording; ${stated} are stated.`,
    );
  }
  return { kind: missing === 0 ? 'gapless' : 'accounted' };
}

function judgeByClock(before: Recording, after: Recording): SeamVerdict {
  if (after.seam !== 'gapless') return { kind: after.seam === 'unverified' ? 'unproven' : 'accounted' };
  const counted = before.connection !== undefined && after.connection !== undefined;
  if (counted) return wrong('It is marked as gapless, but the recording before it is of another connection.');
  const hole = after.startedAt - endOf(before);
  if (hole <= CLOCK_MS) return { kind: 'unproven' };
  return wrong(`It is marked as gapless, but begins ${(hole / 1000).toFixed(1)} s after the end of the one before it.`);
}

const wrong = (message: string): SeamVerdict => ({ kind: 'wrong', message });

/** Judges every boundary at which a recording began from `from` to `to` (exclusive), of every source. */
export class SeamCheck {
  readonly #sql: ReturnType<typeof statements>;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
  }

  async run({ from, to }: Interval): Promise<SeamReport> {
    const counts = { seams: 0, gapless: 0, accounted: 0, unproven: 0 };
    const findings: SeamFinding[] = [];
    let findingCount = 0;
    for (const { id } of this.#sql.sources.all()) {
      let before: Recording | undefined;
      for await (const recording of this.#recordings(id, from, to)) {
        // What is being written has no end yet, but a beginning.
        if (before && recording.startedAt >= from) {
          counts.seams += 1;
          const verdict = judgeSeam(before, recording);
          if (verdict.kind !== 'wrong') counts[verdict.kind] += 1;
          else {
            findingCount += 1;
            if (findings.length < MAX_FINDINGS) findings.push(finding(recording, verdict.message));
          }
        }
        before = recording;
      }
    }
    return { ...counts, findings, findingCount };
  }

  /** Of one source, also those deleted since, in order; with the last one before `from`. */
  async *#recordings(source: string, from: number, to: number): AsyncGenerator<Recording> {
    let after = { at: this.#sql.before.get(source, from, source, from)?.at ?? from, id: '' };
    for (;;) {
      const page = [
        ...this.#sql.recordings.all(source, after.at, after.id, to, PAGE).map(fromRecordingRow),
        ...this.#sql.removed
          .all(source, after.at, after.id, to, PAGE)
          .map(({ recording }) => recordingSchema.parse(JSON.parse(recording))),
      ]
        .toSorted((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1))
        .slice(0, PAGE);
      const last = page.at(-1);
      if (!last) return;
      yield* page;
      after = { at: last.startedAt, id: last.id };
      await nextTurn();
    }
  }
}

function finding({ id, sourceId, sourceName, startedAt }: Recording, message: string): SeamFinding {
  return { recordingId: id, sourceId, sourceName, at: startedAt, message };
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const within = 'source_id = ? AND (started_at, id) > (?, ?) AND started_at < ? ORDER BY started_at, id LIMIT ?';
  return {
    sources: query<[], { id: string }>('SELECT id FROM sources ORDER BY name, id'),
    before: query<[string, number, string, number], { at: number | null }>(`
      SELECT max(at) AS at FROM (
        SELECT max(started_at) AS at FROM recordings WHERE source_id = ? AND started_at < ?
        UNION ALL SELECT max(started_at) FROM removed WHERE source_id = ? AND started_at < ?)`),
    recordings: query<[string, number, string, number, number], ReadRecordingRow>(
      `SELECT ${READ_COLUMNS} FROM recordings WHERE ${within}`,
    ),
    removed: query<[string, number, string, number, number], { recording: string }>(
      `SELECT recording FROM removed WHERE ${within}`,
    ),
  };
}
