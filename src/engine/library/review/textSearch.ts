import type { Connection, Query } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { folded } from '../titleStore.ts';
import { type Entry, textOf } from './entry.ts';
import { Pace } from './pace.ts';
import type { RecordingIndex } from './recordingIndex.ts';

/** The index of titles knows runs of three characters. */
const SHORTEST_INDEXED = 3;
const MOST_WORDS = 8;
/** Texts that are looked at, or found, between two turns of the event loop. */
const PAGE = 500;
const SCANNED_PAGE = 5000;
const KEPT_WORDS = 16;

/** Something that a person wrote at an instant. */
interface Said {
  readonly sourceId: string | null;
  readonly at: number;
  readonly text: string;
}

/** Recordings in which a word was on air, as long as the numbers of titles and places are the same. */
interface Titled {
  readonly titles: number;
  readonly places: number;
  readonly ids: ReadonlySet<string>;
  /** By ordinal. */
  readonly mask: Uint8Array;
}

/** Words of a search, as they are compared. */
export function wordsOf(text: string | undefined): readonly string[] {
  return folded(text ?? '')
    .split(/[\s\p{Cc}]+/u)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}

/** Finds words where a filter looks for them: in names, titles, markers, labels and notes. */
export class TextSearch {
  readonly #sql: ReturnType<typeof statements>;
  readonly #index: RecordingIndex;
  readonly #others: () => number;
  readonly #titles: () => number;
  /** What was found for words, as long as no title came on air. */
  readonly #known = new Map<string, Titled>();
  #written:
    | { readonly at: number; readonly names: ReadonlyMap<string, string>; readonly said: readonly Said[] }
    | undefined;

  /**
   * `words`: another number than before means that names, titles, markers, labels or notes are others, or more; `titles`
   * counts those that are titles.
   */
  constructor(connection: Connection, index: RecordingIndex, words: () => number, titles: () => number) {
    this.#sql = statements(connection);
    this.#index = index;
    this.#others = () => words() - titles();
    this.#titles = titles;
  }

  /** For each word a test whether a recording has it. Their answers hold for now. */
  async prepare(words: readonly string[]): Promise<readonly ((entry: Entry) => boolean)[]> {
    if (words.length === 0) return [];
    const tests: ((entry: Entry) => boolean)[] = [];
    for (const word of words) {
      const titled = await this.#titledOnce(word);
      const { names, said } = this.#writtenNow();
      const sources = new Set([...names].flatMap(([id, name]) => (name.includes(word) ? [id] : [])));
      const marked = this.#marked(said.filter(({ text }) => text.includes(word)));
      tests.push(
        (entry) =>
          titled[entry.ordinal] === 1 ||
          marked[entry.ordinal] === 1 ||
          sources.has(entry.sourceId) ||
          textOf(entry).includes(word),
      );
    }
    return tests;
  }

  /** Names of sources, and what people wrote, as texts are compared. */
  #writtenNow() {
    const at = this.#others();
    if (this.#written?.at === at) return this.#written;
    const names = new Map(attempt(() => this.#sql.sources.all()).map(({ id, name }) => [id, folded(name)]));
    const said = attempt(() => this.#sql.said.all()).map((row) => ({ ...row, text: folded(row.text) }));
    this.#written = { at, names, said };
    return this.#written;
  }

  /** By ordinal: 1 for the recordings in which a title with this word was on air. */
  async #titledOnce(word: string): Promise<Uint8Array> {
    const titles = this.#titles();
    const { placeGeneration: places } = this.#index;
    const known = this.#known.get(word);
    if (known?.titles === titles && known.places === places) return known.mask;
    const ids = known?.titles === titles ? known.ids : await this.#titled(word);
    const mask = new Uint8Array(this.#index.size);
    const pace = new Pace();
    let count = 0;
    for (const id of ids) {
      const entry = this.#index.byId(id);
      if (entry) mask[entry.ordinal] = 1;
      count += 1;
      if (count % PAGE === 0 && pace.isOver()) await pace.rest();
    }
    this.#known.delete(word);
    this.#known.set(word, { titles, places, ids, mask });
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT_WORDS && oldest !== undefined) this.#known.delete(oldest);
    return mask;
  }

  /** Ids of the recordings in which a title with this word was on air. */
  async #titled(word: string): Promise<ReadonlySet<string>> {
    const pace = new Pace();
    const found = new Set<string>();
    for await (const ids of this.#texts(word, pace)) {
      for (const { id } of ids) {
        for (const [recordingId] of attempt(() => this.#sql.titled.all(id))) found.add(recordingId);
        if (pace.isOver()) await pace.rest();
      }
    }
    return found;
  }

  async *#texts(word: string, pace: Pace): AsyncGenerator<readonly { readonly id: number }[]> {
    const isIndexed = [...word].length >= SHORTEST_INDEXED;
    const phrase = `"${word.replaceAll('"', '""')}"`;
    const last = isIndexed ? 0 : (attempt(() => this.#sql.lastText.get())?.id ?? 0);
    for (let after = 0; ;) {
      const page = attempt(() =>
        isIndexed
          ? this.#sql.matching.all(phrase, after, PAGE)
          : this.#sql.scanned.all(after, after + SCANNED_PAGE, word),
      );
      yield page;
      if (pace.isOver()) await pace.rest();
      if (isIndexed ? page.length < PAGE : after + SCANNED_PAGE >= last) return;
      after = isIndexed ? (page.at(-1)?.id ?? 0) : after + SCANNED_PAGE;
    }
  }

  /** By ordinal: 1 for the recordings that were being made at these instants. */
  #marked(said: readonly Said[]): Uint8Array {
    const { bySource, size } = this.#index;
    const mask = new Uint8Array(size);
    for (const { sourceId, at } of said) {
      const lists = sourceId === null ? bySource.values() : [bySource.get(sourceId) ?? []];
      for (const list of lists) {
        for (const entry of this.#index.within(list, at, at + 1)) {
          if (entry.startedAt <= at) mask[entry.ordinal] = 1;
        }
      }
    }
    return mask;
  }
}

function statements(db: Connection) {
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    sources: query<[], { id: string; name: string }>('SELECT id, name FROM sources'),
    said: query<[], Said>(`
      SELECT source_id AS sourceId, at, label AS text FROM markers WHERE removed = 0 AND label <> ''
      UNION ALL
      SELECT source_id, peak_at, coalesce(label, '') || char(10) || coalesce(note, '') FROM verdicts
      WHERE label IS NOT NULL OR note IS NOT NULL`),
    matching: query<[string, number, number], { id: number }>(
      'SELECT rowid AS id FROM title_search WHERE title_search MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?',
    ),
    lastText: query<[], { id: number | null }>('SELECT max(id) AS id FROM title_texts'),
    scanned: query<[number, number, string], { id: number }>(
      'SELECT id FROM title_texts WHERE id > ? AND id <= ? AND instr(folded, ?) > 0',
    ),
    titled: db
      .prepare<[number], readonly [recordingId: string]>('SELECT DISTINCT recording_id FROM titles WHERE text_id = ?')
      .raw(true),
  };
}
