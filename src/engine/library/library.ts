import type { Alarm } from '../../shared/domain/alarm.ts';
import type { DaySummary, Gap, Recording } from '../../shared/domain/recording.ts';
import type { SourceConfig } from '../../shared/domain/source.ts';
import type { Title } from '../../shared/domain/title.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { type Day, type RecordingId, type SourceId, sourceId } from '../../shared/units.ts';
import { AnalysisStore } from './analysisStore.ts';
import { AlarmStore } from './alarmStore.ts';
import { catchUp, type CatchUpOptions, type Tables } from './catchUp.ts';
import { ChainStore } from './chainStore.ts';
import { CoverageStore } from './coverageStore.ts';
import { markClosed } from './closedMark.ts';
import { type Connection, openDatabase, type OpenOptions } from './database.ts';
import { KeepingStore } from './keepingStore.ts';
import { attempt, sawDamage, toLibraryError } from './libraryError.ts';
import { type RescanOptions, type RescanResult, rescanFolder } from './rescan.ts';
import {
  fromGapRow,
  fromRecordingRow,
  type GapRow,
  type KnownSource,
  type RecordingRow,
  type SourceRow,
  toGapRow,
  toRecordingRow,
} from './rows.ts';
import { ReviewIndex } from './review/reviewIndex.ts';
import { SeamCheck } from './seamCheck.ts';
import { MarkerStore } from './markerStore.ts';
import { SectionStore } from './sectionStore.ts';
import { createStatements, type Statements } from './statements.ts';
import { TitleStore } from './titleStore.ts';
import { UsageStore } from './usageStore.ts';
import { VerdictStore } from './verdictStore.ts';

export interface OpenedLibrary {
  readonly library: Library;
  /** The database is new: see {@link Library.wasScanned} for whether a rescan is due. */
  readonly created: boolean;
  /** It was taken for sound because it was closed well: {@link checkDatabase} is due when there is time. */
  readonly unchecked: boolean;
  /** Where an unreadable library was moved to. */
  readonly setAside?: string;
}

/** Opens the library at `path` (absolute), or makes it; see {@link openDatabase} for errors. */
export function openLibrary(path: string, log: Log, options: Pick<OpenOptions, 'isSound'> = {}): OpenedLibrary {
  const { connection, created, unchecked = false, setAside } = openDatabase(path, log, options);
  const library = new Library(connection, log);
  return { library, created, unchecked, ...(setAside === undefined ? {} : { setAside }) };
}

/**
 * The catalogue of sources, recordings and gaps. Calls answer at once (SQLite, in this process). Every call may throw
 * DISK_FULL, DISK_ERROR, DISK_DENIED or DAMAGED for what the disk does to it.
 */
export class Library {
  readonly alarms: AlarmStore;
  readonly #connection: Connection;
  readonly #statements: Statements;
  readonly #log: Log;
  /** When sources were armed, and what they captured of it. */
  readonly coverage: CoverageStore;
  /** Locks, and what was deleted. */
  readonly keeping: KeepingStore;
  /** What was on air. */
  readonly titles: TitleStore;
  /** Loud stretches of recordings. */
  readonly sections: SectionStore;
  /** Which recordings were searched for them. */
  readonly analysis: AnalysisStore;
  /** What a person said of them. */
  readonly verdicts: VerdictStore;
  readonly markers: MarkerStore;
  /** Which recordings follow each other. */
  readonly chain: ChainStore;
  /** What is asked of all recordings and sections at once. */
  readonly review: ReviewIndex;
  /** Proves that recordings follow each other. */
  readonly seams: SeamCheck;
  /** How much room recordings take. */
  readonly usage: UsageStore;
  #rescanning = false;
  #isDamaged = false;
  #names = 0;
  readonly #closing = new AbortController();

  constructor(connection: Connection, log: Log) {
    this.#connection = connection;
    this.#statements = createStatements(connection);
    this.alarms = new AlarmStore(connection);
    this.#log = log;
    this.coverage = new CoverageStore(connection);
    this.keeping = new KeepingStore(connection);
    this.titles = new TitleStore(connection);
    this.verdicts = new VerdictStore(connection);
    this.analysis = new AnalysisStore(connection);
    this.sections = new SectionStore(connection, this.verdicts);
    this.markers = new MarkerStore(connection);
    this.chain = new ChainStore(connection);
    this.review = new ReviewIndex({
      connection,
      readSections: (id, first) => {
        const recording = this.recording(id);
        return recording ? this.sections.find(recording, first) : [];
      },
      words: () => this.#names + this.titles.version + this.verdicts.version + this.markers.version,
      titles: () => this.titles.version,
      closing: this.#closing.signal,
      log,
    });
    this.seams = new SeamCheck(connection);
    this.usage = new UsageStore(connection);
  }

  get #tables(): Tables {
    const { coverage, keeping, titles, sections, verdicts, markers } = this;
    return { statements: this.#statements, coverage, keeping, titles, sections, verdicts, markers };
  }

  /** A scan is under way: rows may be behind what is on disk. */
  get isRescanning(): boolean {
    return this.#rescanning;
  }

  /** Adds a source, or notes its new name; a removed one is back. */
  saveSource(config: Pick<SourceConfig, 'id' | 'name' | 'kind'>): void {
    this.#names += 1;
    attempt(() => this.#statements.saveSource.run({ id: config.id, name: config.name, kind: config.kind }));
  }

  /** Marks a source as removed; its recordings and gaps stay. */
  removeSource(id: SourceId): void {
    attempt(() => this.#statements.removeSource.run(id));
  }

  /** Every source ever seen, by name. */
  sources(): readonly KnownSource[] {
    return attempt(() => this.#statements.sources.all()).map(toKnownSource);
  }

  /** Adds the recording or replaces the one with its id. A file has one row: another id at its place gives way. */
  saveRecording(recording: Recording): void {
    attempt(() => this.#statements.putRecording(toRecordingRow(recording)));
  }

  /** Adds the gap or replaces the one with its id. */
  saveGap(gap: Gap): void {
    attempt(() => this.#statements.putGap(toGapRow(gap)));
  }

  /** Adds the alarm to the history or replaces the one with its id. */
  saveAlarm(alarm: Alarm): void {
    this.alarms.save(alarm);
  }

  /** Adds a title of a recording; `heardAt`: ms since 1970 UTC. */
  saveTitle(title: Title, heardAt: number): void {
    this.titles.save(title, heardAt);
  }

  recording(id: RecordingId): Recording | undefined {
    return this.#readRecordings(() => [this.#statements.recordingById.get(id)])[0];
  }

  /** The recording whose file is at `path` (relative, with `/`) below the folder `root`. */
  byPath(root: string, path: string): Recording | undefined {
    return this.#readRecordings(() => [this.#statements.recordingByPlace.get(root, path)])[0];
  }

  /** The last recording of a source that began at or before an instant, ms since 1970 UTC. */
  recordingBefore(id: SourceId, at: number): Recording | undefined {
    return this.#readRecordings(() => [this.#statements.recordingBefore.get(id, at)])[0];
  }

  /** Recordings in state `recording`, oldest first: open now, or left behind by a crash. */
  unfinished(): readonly Recording[] {
    return this.#readRecordings(() => this.#statements.unfinished.all());
  }

  /** Closed recordings whose header the disk refused to mend, oldest first. */
  unmended(): readonly Recording[] {
    return this.#readRecordings(() => this.#statements.unmended.all());
  }

  /** Gaps without an end, oldest first. */
  openGaps(): readonly Gap[] {
    return this.#readGaps(() => this.#statements.openGaps.all());
  }

  /** Totals of the days that have a recording or a gap, newest first; `before` is exclusive, `limit` at least 1. */
  days({ before, limit }: { readonly before?: Day | undefined; readonly limit: number }): readonly DaySummary[] {
    return attempt(() => this.#statements.days.all(before ?? AFTER_EVERY_DAY, limit));
  }

  /** One page of a day's recordings, newest first, and how many the day has. `offset` from 0. */
  recordings(page: { readonly day: Day; readonly offset: number; readonly limit: number }): {
    readonly recordings: readonly Recording[];
    readonly total: number;
  } {
    const recordings = this.#readRecordings(() => this.#statements.dayPage.all(page.day, page.limit, page.offset));
    const total = attempt(() => this.#statements.dayCount.get(page.day))?.total ?? 0;
    return { recordings, total };
  }

  /** Gaps that began on `day`, newest first, at most {@link MAX_GAPS}. */
  gaps(day: Day): readonly Gap[] {
    return this.#readGaps(() => this.#statements.dayGaps.all(day, MAX_GAPS));
  }

  /** Takes recordings out of the catalogue; their files are left alone. Returns how many were there. */
  removeRecordings(ids: readonly RecordingId[]): number {
    return attempt(() => this.#statements.removeRecordings(ids));
  }

  /** Takes the end of the ledger into the catalogue, for what happened while nobody listened: see {@link catchUp}. */
  async catchUp(options: CatchUpOptions): Promise<number> {
    try {
      return await catchUp(this.#tables, options);
    } catch (error) {
      throw toLibraryError(error);
    }
  }

  /** A scan of this recordings folder came to its end once. Until then the catalogue may lack what is on disk. */
  wasScanned(root: string): boolean {
    return attempt(() => this.#statements.scannedAt.get(root)) !== undefined;
  }

  /**
   * Brings the catalogue in line with one recordings folder. Throws CONFLICT while another rescan runs, NOT_FOUND
   * when the folder is not there, CANCELLED when `signal` is aborted (what was done until then stays).
   */
  async rescan(options: RescanOptions): Promise<RescanResult> {
    if (this.#rescanning) throw new LongtakeError('CONFLICT', 'The recordings folder is being scanned already.');
    this.#rescanning = true;
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    try {
      const result = await rescanFolder(this.#connection, this.#tables, { ...options, signal }, this.#log);
      this.#statements.noteScan.run(options.root, options.clock.now());
      return result;
    } catch (error) {
      // What a closed database says of itself is no news.
      if (this.#closing.signal.aborted)
        throw new LongtakeError('CANCELLED', 'The library was closed.', { cause: error });
      throw toLibraryError(error);
    } finally {
      this.#rescanning = false;
    }
  }

  /** A check has found damage: the next start looks through the library before it uses it, and sets it aside. */
  noteDamage(): void {
    this.#isDamaged = true;
  }

  /** Ends the use of the database, and a rescan with it. Nothing may be called afterwards. */
  close(): void {
    this.#closing.abort();
    attempt(() => {
      this.#connection.pragma('optimize');
      this.#connection.close();
    });
    if (!this.#isDamaged && !sawDamage()) this.#markClosed();
  }

  #markClosed(): void {
    try {
      markClosed(this.#connection.name);
    } catch (error) {
      this.#log.warn('It could not be noted that the library is whole; the next start looks through it.', {
        error: String(error),
      });
    }
  }

  #readRecordings(read: () => readonly (RecordingRow | undefined)[]): Recording[] {
    return this.#validated(attempt(read), fromRecordingRow);
  }

  #readGaps(read: () => readonly GapRow[]): Gap[] {
    return this.#validated(attempt(read), fromGapRow);
  }

  /** One row that no Longtake wrote must not hide a whole day: it is left out and logged. */
  #validated<Row extends { readonly id: string }, Value>(
    rows: readonly (Row | undefined)[],
    map: (row: Row) => Value,
  ): Value[] {
    const values: Value[] = [];
    for (const row of rows) {
      if (!row) continue;
      try {
        values.push(map(row));
      } catch (error) {
        this.#log.error('A row of the library is not valid and is left out.', { id: row.id, error: String(error) });
      }
    }
    return values;
  }
}

/** At most this many gaps of a day are returned. */
export const MAX_GAPS = 1000;

/** Greater than every `YYYY-MM-DD`. */
const AFTER_EVERY_DAY = '~';

function toKnownSource(row: SourceRow): KnownSource {
  return {
    id: sourceId(row.id),
    name: row.name,
    ...(row.kind === null ? {} : { kind: row.kind }),
    removed: row.removed === 1,
  };
}
