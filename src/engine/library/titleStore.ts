import type { Recording } from '../../shared/domain/recording.ts';
import type { Title } from '../../shared/domain/title.ts';
import type { RecordingId } from '../../shared/units.ts';
import type { Command, Connection, Query } from './database.ts';
import { attempt } from './libraryError.ts';
import { fromRecordingRow, type ReadRecordingRow } from './rows.ts';
import { READ_COLUMNS } from './statements.ts';

/** A place in a recording at which a title that was looked for came on air. */
export interface FoundTitle {
  readonly recording: Recording;
  readonly title: Title;
}

interface PlayRow {
  readonly recordingId: string;
  readonly position: number;
  readonly heardAt: number;
}

/** Different texts that are looked at for one search, the newest. */
const MOST_TEXTS = 300;
/** Words shorter than the index has them are looked for in so many of the newest texts. */
const MOST_SCANNED = 50_000;
/** The index knows runs of three characters. */
const SHORTEST_INDEXED = 3;
const MOST_WORDS = 8;
const PAGE = 500;

/** The titles of recordings, each text once. */
export class TitleStore {
  readonly #sql: ReturnType<typeof statements>;
  #version = 0;
  readonly #put: (title: Title, heardAt: number) => void;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
    this.#put = connection.transaction(({ recordingId, position, text }: Title, heardAt: number) => {
      this.#sql.addText.run(text, folded(text));
      const id = this.#sql.textId.get(text)?.id;
      if (id !== undefined) this.#sql.put.run(recordingId, position, id, heardAt);
    });
  }

  /** Another number than before: a text may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Adds a title or replaces the one at its place. `heardAt`: ms since 1970 UTC. */
  save(title: Title, heardAt: number): void {
    this.#version += 1;
    attempt(() => this.#put(title, heardAt));
  }

  /** The titles of a recording, in order. */
  of(id: RecordingId): readonly Title[] {
    return attempt(() => this.#sql.ofRecording.all(id)).map(({ position, text }) => ({
      recordingId: id,
      position,
      text,
    }));
  }

  /**
   * Where a title was on air that has every word of `text` in it, also as a part of a word; letters count the same with
   * and without accents, and in either case. The newest first, at most `limit`.
   */
  find(text: string, limit: number): readonly FoundTitle[] {
    return attempt(() => {
      const words = folded(text)
        .split(/[\s\p{Cc}]+/u)
        .filter((word) => word !== '')
        .slice(0, MOST_WORDS);
      const plays = this.#texts(words).flatMap(({ id, text: whole }) =>
        this.#sql.plays.all(id, limit).map((play) => ({ ...play, text: whole })),
      );
      plays.sort((one, other) => other.heardAt - one.heardAt || other.position - one.position);
      return plays.slice(0, limit).flatMap(({ recordingId, position, text: whole }) => {
        const row = this.#sql.recordingById.get(recordingId);
        if (!row) return [];
        const recording = fromRecordingRow(row);
        return [{ recording, title: { recordingId: recording.id, position, text: whole } }];
      });
    });
  }

  /** Recordings that have titles, a page at a time. */
  *pages(): Generator<readonly string[]> {
    for (let after = ''; ;) {
      const page = this.#sql.recordingsAfter.all(after, PAGE).map(({ id }) => id);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last;
    }
  }

  /** Forgets the titles of a recording that is neither there nor in the trash. */
  removeIfGone(id: string): void {
    this.#version += 1;
    attempt(() => this.#sql.removeIfGone.run({ id }));
  }

  #texts(words: readonly string[]): readonly { readonly id: number; readonly text: string }[] {
    if (words.length === 0) return [];
    const indexed = words.filter((word) => [...word].length >= SHORTEST_INDEXED);
    const found =
      indexed.length > 0
        ? this.#sql.matching.iterate(indexed.map((word) => `"${word.replaceAll('"', '""')}"`).join(' '), MOST_SCANNED)
        : this.#sql.newest.iterate(MOST_SCANNED);
    const texts: { readonly id: number; readonly text: string }[] = [];
    // Read one by one: a common word is in far more texts than are looked at.
    for (const row of found) {
      if (words.every((word) => row.folded.includes(word))) texts.push(row);
      if (texts.length >= MOST_TEXTS) break;
    }
    return texts;
  }
}

/** Letters that are no accented ones to Unicode, and what people type for them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/** The form in which texts are compared: small letters without accents. */
export function folded(text: string): string {
  if (/^[ -~\n]*$/.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[ßæœøłđðþı]/g, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFC');
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  type TextRow = { readonly id: number; readonly text: string; readonly folded: string };
  return {
    addText: command<[string, string]>('INSERT OR IGNORE INTO title_texts (text, folded) VALUES (?, ?)'),
    textId: query<[string], { id: number }>('SELECT id FROM title_texts WHERE text = ?'),
    put: command<[string, number, number, number]>(`
      INSERT INTO titles (recording_id, position, text_id, heard_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (recording_id, position) DO UPDATE SET text_id = excluded.text_id, heard_at = excluded.heard_at
      WHERE text_id <> excluded.text_id`),
    ofRecording: query<[string], { position: number; text: string }>(`
      SELECT position, text FROM titles JOIN title_texts ON title_texts.id = text_id
      WHERE recording_id = ? ORDER BY position`),
    matching: query<[string, number], TextRow>(`
      SELECT id, text, title_texts.folded AS folded FROM title_search
      JOIN title_texts ON title_texts.id = title_search.rowid
      WHERE title_search MATCH ? ORDER BY title_search.rowid DESC LIMIT ?`),
    newest: query<[number], TextRow>('SELECT id, text, folded FROM title_texts ORDER BY id DESC LIMIT ?'),
    plays: query<[number, number], PlayRow>(`
      SELECT recording_id AS recordingId, position, heard_at AS heardAt FROM titles
      JOIN recordings ON recordings.id = recording_id
      WHERE text_id = ? ORDER BY heard_at DESC LIMIT ?`),
    recordingById: query<[string], ReadRecordingRow>(`SELECT ${READ_COLUMNS} FROM recordings WHERE id = ?`),
    recordingsAfter: query<[string, number], { id: string }>(
      'SELECT DISTINCT recording_id AS id FROM titles WHERE recording_id > ? ORDER BY recording_id LIMIT ?',
    ),
    removeIfGone: command<[{ readonly id: string }]>(`
      DELETE FROM titles WHERE recording_id = @id
      AND NOT EXISTS (SELECT 1 FROM recordings WHERE id = @id)
      AND NOT EXISTS (SELECT 1 FROM removed WHERE id = @id AND trash IS NOT NULL)`),
  };
}
