import type { FoundSection, Section } from '../../shared/domain/section.ts';
import { ENVELOPE_WINDOWS_PER_SECOND } from '../../shared/domain/envelope.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { RecordingId, SectionId } from '../../shared/units.ts';
import type { Command, Connection, Query } from './database.ts';
import { endOf } from './keepingStore.ts';
import { attempt } from './libraryError.ts';
import type { Remark, VerdictStore } from './verdictStore.ts';

/** What was found in one recording. */
export interface Found {
  readonly recording: Pick<Recording, 'id' | 'sourceId' | 'day'>;
  /** In any order; they neither overlap nor touch. */
  readonly sections: readonly FoundSection[];
  /** The recording is still being made, or analysed: more may follow. */
  readonly live: boolean;
  /** What it was detected with, as the detector writes it. */
  readonly settings: string;
}

/** How far the detection in a recording is. */
export type Detected = Pick<Found, 'live' | 'settings'> & { readonly sections: number };

interface DetectionRow {
  readonly number: number;
  readonly settings: string;
  readonly live: number;
  readonly sections: number;
}

/** A section as it is kept, in windows of the envelope; `ending` is exclusive. */
export interface SectionRow {
  readonly first: number;
  readonly ending: number;
  readonly peak: number;
  readonly peak_db: number;
  readonly floor_db: number;
  readonly score: number;
}

const PAGE = 500;

/** Length of a window of the envelope, ms. */
export const WINDOW_MS = 1000 / ENVELOPE_WINDOWS_PER_SECOND;

/** The sections of all recordings. */
export class SectionStore {
  readonly #sql: ReturnType<typeof statements>;
  readonly #verdicts: VerdictStore;
  readonly #replace: (found: readonly Found[]) => void;

  constructor(connection: Connection, verdicts: VerdictStore) {
    this.#sql = statements(connection);
    this.#verdicts = verdicts;
    this.#replace = connection.transaction((all: readonly Found[]) => {
      for (const found of all) this.#replaceOne(found);
    });
  }

  /** Puts what was found in these recordings in place of what was known, in one transaction. A few dozen at a time. */
  replaceSections(found: readonly Found[]): void {
    attempt(() => this.#replace(found));
  }

  /** Undefined when the recording was never searched. */
  detected(id: RecordingId): Detected | undefined {
    const row = attempt(() => this.#sql.detection.get(id));
    return row && { live: row.live === 1, settings: row.settings, sections: row.sections };
  }

  /** Of one recording, in order of time. */
  of(recording: Recording): readonly Section[] {
    return attempt(() => {
      const detection = this.#sql.detection.get(recording.id);
      return detection ? this.#toSections(recording, this.#sql.sections.all(detection.number)) : [];
    });
  }

  /** Those that begin with these windows, as far as they are there. */
  find(recording: Recording, first: readonly number[]): readonly Section[] {
    return attempt(() => {
      const detection = this.#sql.detection.get(recording.id);
      if (!detection) return [];
      const rows = first.flatMap((window) => this.#sql.section.get(detection.number, window) ?? []);
      return this.#toSections(
        recording,
        rows.toSorted((a, b) => a.first - b.first),
      );
    });
  }

  /** Its file is gone for good. What was said of it stays: the ledger has it, too. */
  remove(id: RecordingId): void {
    attempt(() => this.#sql.remove.run(id));
  }

  /** Recordings that were searched, a page at a time. */
  *pages(): Generator<readonly string[]> {
    for (let after = ''; ;) {
      const page = attempt(() => this.#sql.detectedAfter.all(after, PAGE)).map(({ id }) => id);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last;
    }
  }

  /** Forgets what was found in a recording that is neither there nor in the trash. */
  removeIfGone(id: string): void {
    attempt(() => this.#sql.removeIfGone.run({ id }));
  }

  #replaceOne({ recording, sections, live, settings }: Found): void {
    const recordingId = recording.id;
    const topScore = sections.reduce((top, { score }) => Math.max(top, score), 0);
    this.#sql.putDetection.run(recordingId, settings, live ? 1 : 0, sections.length, topScore);
    const detection = this.#sql.detection.get(recordingId);
    if (!detection) return;
    this.#sql.removeSections.run(detection.number);
    for (const { first, end, peak, peakDb, floorDb, score } of sections) {
      this.#sql.addSection.run(detection.number, first, end, peak, peakDb, floorDb, score);
    }
    this.#sql.noteChanged.run(recordingId);
  }

  #toSections(recording: Recording, rows: readonly SectionRow[]): readonly Section[] {
    const [first] = rows;
    const last = rows.at(-1);
    if (!first || !last) return [];
    const from = recording.startedAt + first.first * WINDOW_MS;
    const to = recording.startedAt + last.ending * WINDOW_MS;
    return toSections(recording, rows, this.#verdicts.between(recording.sourceId, from, to));
  }
}

/** `remarks`: of the source, at least from the first section on to the end of the last one, in order. */
export function toSections(
  recording: Recording,
  rows: readonly SectionRow[],
  remarks: readonly Remark[],
): readonly Section[] {
  const { startedAt } = recording;
  return rows.map((row) => {
    const from = startedAt + row.first * WINDOW_MS;
    const to = startedAt + row.ending * WINDOW_MS;
    const shown = sectionEnd(recording, to);
    return {
      id: `${recording.id}:${row.first}` as SectionId,
      recordingId: recording.id,
      sourceId: recording.sourceId,
      sourceName: recording.sourceName,
      from,
      to: shown,
      fromSeconds: row.first / ENVELOPE_WINDOWS_PER_SECOND,
      toSeconds: (shown - startedAt) / 1000,
      offsetMinutes: recording.offsetMinutes,
      day: recording.day,
      peakAt: startedAt + row.peak * WINDOW_MS,
      peakDb: row.peak_db,
      floorDb: row.floor_db,
      score: row.score,
      ...remarkOf(
        remarks.filter(({ peakAt }) => peakAt >= from && peakAt < to),
        startedAt + row.peak * WINDOW_MS,
      ),
      ...(recording.state === 'recording' ? { live: true } : {}),
    };
  });
}

/** The last window may be a part of one, at least half of it. */
function sectionEnd(recording: Recording, to: number): number {
  return recording.state === 'recording' ? to : Math.min(to, Math.max(endOf(recording), to - WINDOW_MS / 2));
}

/** Of several remarks in one section those hold that were made nearest to its peak. */
export function remarkOf(remarks: readonly Remark[], peakAt: number): Partial<Remark> {
  if (remarks.length === 0) return {};
  const nearest = remarks.toSorted((a, b) => Math.abs(a.peakAt - peakAt) - Math.abs(b.peakAt - peakAt));
  const verdict = nearest.find((remark) => remark.verdict !== undefined)?.verdict;
  const label = nearest.find((remark) => remark.label !== undefined)?.label;
  const note = nearest.find((remark) => remark.note !== undefined)?.note;
  return {
    ...(verdict === undefined ? {} : { verdict }),
    ...(label === undefined ? {} : { label }),
    ...(note === undefined ? {} : { note }),
  };
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  const columns = 'first, ending, peak, peak_db, floor_db, score';
  return {
    putDetection: command<[string, string, number, number, number]>(`
      INSERT INTO detections (recording_id, settings, live, sections, reviewed, top_score) VALUES (?, ?, ?, ?, 0, ?)
      ON CONFLICT (recording_id) DO UPDATE SET settings = excluded.settings, live = excluded.live,
        sections = excluded.sections, top_score = excluded.top_score`),
    detection: query<[string], DetectionRow>(
      'SELECT number, settings, live, sections FROM detections WHERE recording_id = ?',
    ),
    removeSections: command<[number]>('DELETE FROM sections WHERE detection = ?'),
    addSection: command<[number, number, number, number, number, number, number]>(
      `INSERT INTO sections (detection, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    noteChanged: command<[string]>('INSERT OR IGNORE INTO changed_recordings VALUES (?)'),
    sections: query<[number], SectionRow>(`SELECT ${columns} FROM sections WHERE detection = ? ORDER BY first`),
    section: query<[number, number], SectionRow>(`SELECT ${columns} FROM sections WHERE detection = ? AND first = ?`),
    detectedAfter: query<[string, number], { id: string }>(
      'SELECT recording_id AS id FROM detections WHERE recording_id > ? ORDER BY recording_id LIMIT ?',
    ),
    removeIfGone: command<[{ readonly id: string }]>(`
      DELETE FROM detections WHERE recording_id = @id
      AND NOT EXISTS (SELECT 1 FROM recordings WHERE id = @id)
      AND NOT EXISTS (SELECT 1 FROM removed WHERE id = @id AND trash IS NOT NULL)`),
    remove: command<[string]>('DELETE FROM detections WHERE recording_id = ?'),
  };
}
