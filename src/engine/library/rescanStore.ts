import type { Gap } from '../../shared/domain/recording.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import type { SourceKind } from '../../shared/domain/source.ts';
import type { Command, Connection, Query } from './database.ts';
import { type RecordingRow, toGapRow, toRecordingRow } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tables } from './catchUp.ts';
import { armEventOf } from './coverageStore.ts';
import type { Removed } from './keepingStore.ts';
import { assertNever } from '../../shared/assertNever.ts';

/** How many rows are read at once. */
const PAGE = 500;

type RemovedEntry = Extract<LedgerEntry, { type: 'removed' }>;

interface LockRow {
  readonly id: string;
  readonly locked: number;
}

interface PlacedRow {
  readonly id: string;
  readonly path: string;
}

/**
 * What a rescan has to remember, in temporary tables: it may be about any number of files, and memory is bounded.
 * {@link dispose} removes them.
 */
export class RescanStore {
  readonly #connection: Connection;
  readonly #catalogue: Statements;
  readonly #tables: Tables;
  readonly #root: string;
  readonly #sql: ReturnType<typeof temporaryStatements>;
  /** Ids of the sources that the ledger knows, by name. */
  readonly #sources = new Map<string, Map<string, SourceKind | undefined>>();

  constructor(connection: Connection, tables: Tables, root: string) {
    this.#connection = connection;
    this.#tables = tables;
    this.#catalogue = tables.statements;
    this.#root = root;
    connection.exec(`
      DROP TABLE IF EXISTS temp.rescan_ledger;
      DROP TABLE IF EXISTS temp.rescan_seen;
      DROP TABLE IF EXISTS temp.rescan_locks;
      DROP TABLE IF EXISTS temp.rescan_removed;
      CREATE TEMP TABLE rescan_ledger (id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, row TEXT NOT NULL) STRICT;
      CREATE INDEX temp.rescan_ledger_by_path ON rescan_ledger (path);
      CREATE TEMP TABLE rescan_seen (path TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TEMP TABLE rescan_locks (id TEXT PRIMARY KEY NOT NULL, locked INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TEMP TABLE rescan_removed (id TEXT PRIMARY KEY NOT NULL, entry TEXT) STRICT, WITHOUT ROWID;`);
    this.#sql = temporaryStatements(connection);
  }

  /** They are gone anyway when the database was closed meanwhile. */
  dispose(): void {
    if (this.#connection.open) {
      this.#connection.exec(`DROP TABLE temp.rescan_ledger; DROP TABLE temp.rescan_seen;
        DROP TABLE temp.rescan_locks; DROP TABLE temp.rescan_removed;`);
    }
  }

  /** Notes what a line of the ledger tells; a later line about the same id replaces an earlier one. */
  addEntry(entry: LedgerEntry): void {
    switch (entry.type) {
      case 'recording': {
        const row = toRecordingRow({ ...entry.recording, root: this.#root });
        this.#sql.addLedger.run(row.id, row.path, JSON.stringify(row));
        this.#sql.takeBack.run(row.id);
        this.#noteSource(row.source_name, row.source_id, entry.recording.sourceKind);
        return;
      }
      case 'gap':
        this.#addGap(entry.gap);
        this.#noteSource(entry.gap.sourceName, entry.gap.sourceId, undefined);
        return;
      case 'armed':
      case 'disarmed':
        this.#catalogue.noteSource.run({ id: entry.sourceId, name: entry.sourceName, kind: null });
        this.#tables.coverage.saveArmEvent(entry.sourceId, entry.sourceName, armEventOf(entry));
        this.#noteSource(entry.sourceName, entry.sourceId, undefined);
        return;
      case 'locked':
        this.#sql.addLock.run(entry.recordingId, entry.locked ? 1 : 0);
        return;
      case 'removed':
        this.#sql.addRemoved.run(entry.recording.id, JSON.stringify(entry));
        this.#noteSource(entry.recording.sourceName, entry.recording.sourceId, entry.recording.sourceKind);
        return;
      case 'title':
        this.#tables.titles.save(entry.title, entry.at);
        return;
      case 'verdict':
        this.#tables.verdicts.save(entry);
        return;
      case 'marker':
        this.#tables.markers.save(entry, this.#root);
        return;
      case 'purged':
        return;
      default:
        assertNever(entry);
    }
  }

  /** Last word of the ledger on each lock, a page at a time. */
  *lockPages(): Generator<readonly LockRow[]> {
    yield* pages((after) => this.#sql.locksAfter.all(after, PAGE));
  }

  applyLock({ id, locked }: LockRow): void {
    this.#tables.keeping.setLocked(id, locked === 1);
  }

  /** What the ledger last told to be deleted, or put back, a page at a time. */
  *removedPages(): Generator<readonly RemovedEntry[]> {
    for (const page of pages((after) => this.#sql.removedAfter.all(after, PAGE))) {
      for (const { id, entry } of page) if (entry === null) this.#tables.keeping.takeBack(id);
      // Written by addEntry, from a validated entry.
      yield page.flatMap(({ entry }) => (entry === null ? [] : [JSON.parse(entry) as RemovedEntry]));
    }
  }

  /** Without `removed` nothing came of it, and the file is where it was. */
  applyRemoved({ recording }: RemovedEntry, removed: Removed | undefined): void {
    if (!removed) {
      this.#tables.keeping.takeBack(recording.id);
      return;
    }
    this.#sql.forgetLedger.run(recording.id);
    this.#tables.keeping.saveRemoved([removed]);
    this.#catalogue.noteSource.run({ id: recording.sourceId, name: recording.sourceName, kind: recording.sourceKind });
  }

  /** The only source of that name which the ledger knows. */
  sourceNamed(name: string): { readonly id: string; readonly kind: SourceKind | undefined } | undefined {
    const known = this.#sources.get(name);
    const [first] = known?.size === 1 ? known : [];
    return first ? { id: first[0], kind: first[1] } : undefined;
  }

  /** What the ledger says of the file at `path`; of several that had this path, the last. */
  fromLedger(path: string): RecordingRow | undefined {
    const found = this.#sql.ledgerByPath.get(path);
    // Written by addEntry, from a validated entry.
    return found ? (JSON.parse(found.row) as RecordingRow) : undefined;
  }

  /** What the catalogue says of the file at `path`. */
  fromCatalogue(path: string): RecordingRow | undefined {
    return this.#catalogue.recordingByPlace.get(this.#root, path);
  }

  hasId(id: string): boolean {
    return this.#catalogue.recordingById.get(id) !== undefined;
  }

  hasRows(): boolean {
    return this.#sql.catalogueAfter.get(this.#root, '', 1) !== undefined;
  }

  /** Recordings of which titles are known, a page at a time. */
  titledPages(): Iterable<readonly string[]> {
    return this.#tables.titles.pages();
  }

  /** The ledger tells of titles of recordings that were deleted since. */
  forgetTitles(id: string): void {
    this.#tables.titles.removeIfGone(id);
  }

  /** Recordings that were searched for sections, a page at a time. */
  searchedPages(): Iterable<readonly string[]> {
    return this.#tables.sections.pages();
  }

  /** What was found in recordings that are gone. */
  forgetSections(id: string): void {
    this.#tables.sections.removeIfGone(id);
  }

  put(row: RecordingRow): void {
    this.#catalogue.putRecording(row);
  }

  remove(id: string): boolean {
    return this.#catalogue.removeRecordings([id]) > 0;
  }

  see(path: string): void {
    this.#sql.see.run(path);
  }

  isSeen(path: string): boolean {
    return this.#sql.isSeen.get(path) !== undefined;
  }

  /** Rows of the catalogue in this folder, a page at a time, in the order of their paths. */
  *cataloguePages(): Generator<readonly PlacedRow[]> {
    let after = '';
    for (;;) {
      const page = this.#sql.catalogueAfter.all(this.#root, after, PAGE);
      const last = page.at(-1);
      if (!last) return;
      yield page;
      after = last.path;
    }
  }

  /** Paths that the ledger knows, a page at a time. */
  *ledgerPages(): Generator<readonly string[]> {
    let after = 0;
    for (;;) {
      const page = this.#sql.ledgerAfter.all(after, PAGE);
      const last = page.at(-1);
      if (!last) return;
      yield page.map((row) => row.path);
      after = last.rowid;
    }
  }

  /** A gap that the catalogue knows the end of stays ended: its earlier line in the ledger is older news. */
  #addGap(gap: Gap): void {
    const known = this.#catalogue.gapById.get(gap.id);
    if (gap.to === undefined && known && known.ended_at !== null) return;
    this.#catalogue.putGap(toGapRow(gap));
  }

  #noteSource(name: string, id: string, kind: SourceKind | undefined): void {
    const known = this.#sources.get(name) ?? new Map<string, SourceKind | undefined>();
    known.set(id, kind ?? known.get(id));
    this.#sources.set(name, known);
  }
}

/** Pages of rows in the order of their ids. */
function* pages<Row extends { readonly id: string }>(read: (after: string) => Row[]): Generator<Row[]> {
  for (let page = read(''); page.length > 0; page = read(page.at(-1)?.id ?? '')) yield page;
}

function temporaryStatements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  return {
    addLedger: command<[string, string, string]>(
      'INSERT OR REPLACE INTO temp.rescan_ledger (id, path, row) VALUES (?, ?, ?)',
    ),
    ledgerByPath: query<[string], { row: string }>(
      'SELECT row FROM temp.rescan_ledger WHERE path = ? ORDER BY rowid DESC LIMIT 1',
    ),
    ledgerAfter: query<[number, number], { rowid: number; path: string }>(
      'SELECT rowid, path FROM temp.rescan_ledger WHERE rowid > ? ORDER BY rowid LIMIT ?',
    ),
    catalogueAfter: query<[string, string, number], PlacedRow>(
      'SELECT id, path FROM recordings WHERE root = ? AND path > ? ORDER BY path LIMIT ?',
    ),
    forgetLedger: command<[string]>('DELETE FROM temp.rescan_ledger WHERE id = ?'),
    addLock: command<[string, number]>('INSERT OR REPLACE INTO temp.rescan_locks (id, locked) VALUES (?, ?)'),
    locksAfter: query<[string, number], LockRow>(
      'SELECT id, locked FROM temp.rescan_locks WHERE id > ? ORDER BY id LIMIT ?',
    ),
    addRemoved: command<[string, string]>('INSERT OR REPLACE INTO temp.rescan_removed (id, entry) VALUES (?, ?)'),
    /** A line about the recording that came after its removal. */
    takeBack: command<[string]>('UPDATE temp.rescan_removed SET entry = NULL WHERE id = ?'),
    removedAfter: query<[string, number], { id: string; entry: string | null }>(
      'SELECT id, entry FROM temp.rescan_removed WHERE id > ? ORDER BY id LIMIT ?',
    ),
    see: command<[string]>('INSERT OR IGNORE INTO temp.rescan_seen (path) VALUES (?)'),
    isSeen: query<[string], { 1: number }>('SELECT 1 FROM temp.rescan_seen WHERE path = ?'),
  };
}
