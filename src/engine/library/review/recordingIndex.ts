import { MAX_SPLIT_SECONDS } from '../../../shared/domain/settings.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Connection } from '../database.ts';
import { attempt } from '../libraryError.ts';
import { DayCells, type DayTotals } from './dayCells.ts';
import { compareEntries, emptyEntry, type Entry, fillEntry, newEntry } from './entry.ts';
import type { DetectionFields, RecordingFields } from './entry.ts';
import { lowerBound, reordered } from './entryOrder.ts';
import { indexStatements, type SectionTotals } from './indexStatements.ts';
import { Pace } from './pace.ts';

/** Where a recording was, before it changed. */
export interface Place {
  readonly from: number;
  readonly to: number;
}

/** In {@link RecordingIndex.changedSince}: not a recording, but gaps. */
export const GAPS_CHANGED = -1;

const PAGE = 200;
const LONGEST_SPLIT_MS = MAX_SPLIT_SECONDS * 1000;
const DAY_MS = 86_400_000;
/** So many changes are remembered at least. */
const CHANGES_KEPT = 2048;

/**
 * All recordings in memory, in order of time, so that any filter over 100,000 of them is answered at once. It is loaded
 * when it is first asked for, and follows the tables by what they note as changed.
 */
export class RecordingIndex {
  readonly #connection: Connection;
  readonly #sql: ReturnType<typeof indexStatements>;
  readonly #onChange: (entry: Entry, before: Place | undefined) => void;
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, Entry>();
  #order: readonly Entry[] = [];
  readonly #bySource = new Map<string, readonly Entry[]>();
  readonly #cells = new DayCells();
  #longestMs = 0;
  #generation = 0;
  #placeGeneration = 0;
  readonly #gapGenerations = new Map<string, number>();
  /** What changed, one item per generation, the newest last. */
  #changes: number[] = [];
  readonly #names = new Map<string, string>();
  #isLoaded = false;
  #work: Promise<void> | undefined;

  constructor(connection: Connection, onChange: (entry: Entry, before: Place | undefined) => void) {
    this.#connection = connection;
    this.#sql = indexStatements(connection);
    this.#onChange = onChange;
  }

  /** Brings it up to date. Everything else is then as the tables were at some moment since the call. */
  async refresh(): Promise<void> {
    // Whoever asks while it is being brought up to date may mean a later change.
    while (this.#work) await this.#work;
    if (this.#isLoaded && attempt(() => this.#sql.anyChange.get()) === undefined) return;
    this.#work = (this.#isLoaded ? this.#follow() : this.#load()).finally(() => {
      this.#work = undefined;
    });
    await this.#work;
  }

  /** Another number than before: something is not as it was. */
  get generation(): number {
    return this.#generation;
  }

  /** Ordinals of what changed after a generation, or {@link GAPS_CHANGED}; undefined when that is too long ago. */
  changedSince(generation: number): readonly number[] | undefined {
    const first = this.#changes.length - (this.#generation - generation);
    return first < 0 ? undefined : this.#changes.slice(first);
  }

  /** The same as {@link generation} for where recordings are, and which there are. */
  get placeGeneration(): number {
    return this.#placeGeneration;
  }

  /** The same for the gaps of one source. */
  gapGeneration(sourceId: string): number {
    return this.#gapGenerations.get(sourceId) ?? 0;
  }

  /** Oldest first. The array is replaced when it changes. */
  get order(): readonly Entry[] {
    return this.#order;
  }

  /** How many entries there are, with those whose recordings are gone. */
  get size(): number {
    return this.#entries.length;
  }

  entry(ordinal: number): Entry | undefined {
    return this.#entries[ordinal];
  }

  byId(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  /** Of each source, oldest first. The arrays are replaced when they change. */
  get bySource(): ReadonlyMap<string, readonly Entry[]> {
    return this.#bySource;
  }

  /** Days that have had a recording. */
  get days(): Iterable<string> {
    return this.#cells.days;
  }

  /** Totals of the recordings of a day; `sources`: of these alone. */
  totals(day: string, sources?: ReadonlySet<string>): Readonly<DayTotals> {
    return this.#cells.totals(day, sources);
  }

  /** Totals of the sections of days, also before anything is loaded: who looks at the list needs no more. */
  async sectionTotals(days: readonly string[]): Promise<readonly SectionTotals[]> {
    if (this.#isLoaded) {
      await this.refresh();
      return days.map((day) => this.totals(day));
    }
    const pace = new Pace();
    const found: SectionTotals[] = [];
    for (const day of days) {
      found.push(attempt(() => this.#sql.sectionTotals.get(day)) ?? { sections: 0, reviewed: 0 });
      if (pace.isOver()) await this.#rest(pace);
    }
    return found;
  }

  /** Recordings of `list` (oldest first) that have something between two instants, oldest first. */
  within(list: readonly Entry[], from: number, to: number): readonly Entry[] {
    const end = lowerBound(list, to);
    const found: Entry[] = [];
    for (let index = lowerBound(list, from - this.#longestMs); index < end; index += 1) {
      const entry = list[index];
      if (!entry) continue;
      // Of one that is being made it is not known yet how far it goes.
      if (entry.reachesTo > from || entry.startedAt >= from || entry.state === 'recording') found.push(entry);
    }
    return found;
  }

  async #load(): Promise<void> {
    this.#entries.length = 0;
    this.#byId.clear();
    this.#cells.clear();
    const pace = new Pace();
    const detections = await this.#loadDetections(pace);
    const days = await this.#loadEntries(detections, pace);
    const order: Entry[] = [];
    const bySource = new Map<string, Entry[]>();
    for (const number of [...days.keys()].sort((a, b) => a - b)) {
      for (const entry of (days.get(number) ?? []).sort(compareEntries)) {
        order.push(entry);
        const list = bySource.get(entry.sourceId);
        if (list) list.push(entry);
        else bySource.set(entry.sourceId, [entry]);
      }
      if (pace.isOver()) await this.#rest(pace);
    }
    this.#order = order;
    this.#bySource.clear();
    for (const [sourceId, list] of bySource) this.#bySource.set(sourceId, list);
    this.#generation += 1;
    this.#changes = [];
    this.#isLoaded = true;
    await this.#follow();
  }

  /** By recording. Both tables are read in the order in which they lie on disk: joined they take twice as long. */
  async #loadDetections(pace: Pace): Promise<ReadonlyMap<string, DetectionFields>> {
    const found = new Map<string, DetectionFields>();
    for (let after = 0; ;) {
      const rows = attempt(() => this.#sql.detections.all(after, PAGE));
      for (const [recordingId, ...fields] of rows) {
        found.set(recordingId, fields);
        [after] = fields;
      }
      if (rows.length < PAGE) return found;
      if (pace.isOver()) await this.#rest(pace);
    }
  }

  /** By day since 1970, UTC. */
  async #loadEntries(
    detections: ReadonlyMap<string, DetectionFields>,
    pace: Pace,
  ): Promise<ReadonlyMap<number, Entry[]>> {
    const days = new Map<number, Entry[]>();
    for (let after = -1; ;) {
      const rows = attempt(() => this.#sql.recordings.all(after, PAGE));
      for (const [rowid, ...fields] of rows) {
        const [id] = fields;
        const entry = this.#make(id);
        this.#fill(entry, fields, detections.get(id));
        const number = Math.floor(entry.startedAt / DAY_MS);
        const day = days.get(number);
        if (day) day.push(entry);
        else days.set(number, [entry]);
        after = rowid;
      }
      if (rows.length < PAGE) return days;
      if (pace.isOver()) await this.#rest(pace);
    }
  }

  async #follow(): Promise<void> {
    const moved = new Map<Entry, string | undefined>();
    try {
      await this.#lookAtChanged(moved);
    } finally {
      if (moved.size > 0) this.#putInOrder(moved);
    }
    for (const [id] of attempt(() => this.#sql.changedGaps.all())) {
      attempt(() => this.#sql.forgetGaps.run(id));
      this.#gapGenerations.set(id, this.gapGeneration(id) + 1);
      this.#noteChange(GAPS_CHANGED);
    }
  }

  async #lookAtChanged(moved: Map<Entry, string | undefined>): Promise<void> {
    const pace = new Pace();
    // One transaction for as many as fit: each of them costs more than what is looked at.
    const slice = this.#connection.transaction((): boolean => {
      const ids = this.#sql.changed.all(PAGE);
      for (const [id] of ids) {
        this.#lookAgain(id, moved);
        if (pace.isOver()) return true;
      }
      return ids.length === PAGE;
    });
    while (attempt(slice)) if (pace.isOver()) await this.#rest(pace);
  }

  async #rest(pace: Pace): Promise<void> {
    await pace.rest();
    if (!this.#connection.open) throw new LongtakeError('CANCELLED', 'The library was closed.');
  }

  /** `moved`: those whose place among the others is another one, with the source in whose list they are. */
  #lookAgain(id: string, moved: Map<Entry, string | undefined>): void {
    this.#sql.forget.run(id);
    const fields = this.#sql.recording.get(id);
    const entry = this.#byId.get(id) ?? (fields && this.#make(id));
    if (!entry) return;
    const { sourceId, sourceName, startedAt, reachesTo } = entry;
    const before = entry.isPresent ? { from: startedAt, to: reachesTo } : undefined;
    if (before) this.#cells.remove(entry);
    if (fields) this.#fill(entry, fields, this.#counted(id));
    else emptyEntry(entry);
    const isSamePlace =
      before?.from === entry.startedAt &&
      sourceId === entry.sourceId &&
      sourceName === entry.sourceName &&
      entry.isPresent;
    if (!isSamePlace && !moved.has(entry)) moved.set(entry, before && sourceId);
    this.#noteChange(entry.ordinal);
    this.#onChange(entry, before);
  }

  /** What was found in a recording, with how many of its sections have a verdict now. */
  #counted(id: string): DetectionFields | undefined {
    const found = this.#sql.detection.get(id);
    if (!found) return undefined;
    const [number, live, sections, before, topScore] = found;
    const [reviewed = 0] = this.#sql.reviewed.get(number, id) ?? [];
    if (reviewed !== before) this.#sql.noteReviewed.run(reviewed, id);
    return [number, live, sections, reviewed, topScore];
  }

  #fill(entry: Entry, fields: RecordingFields, detection: DetectionFields | undefined): void {
    const isOpen = fields[8] === 'recording';
    const [lastWindow = 0] = (isOpen && detection && this.#sql.lastWindow.get(detection[0])) || [];
    fillEntry(entry, fields, detection, lastWindow, (text) => this.#one(text));
    this.#longestMs = Math.max(this.#longestMs, isOpen ? LONGEST_SPLIT_MS : entry.reachesTo - entry.startedAt);
    this.#cells.add(entry);
  }

  #one(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    this.#names.set(text, text);
    return text;
  }

  #make(id: string): Entry {
    const entry = newEntry(id, this.#entries.length);
    this.#entries.push(entry);
    this.#byId.set(id, entry);
    return entry;
  }

  #noteChange(what: number): void {
    this.#generation += 1;
    this.#changes.push(what);
    if (this.#changes.length > 2 * CHANGES_KEPT) this.#changes = this.#changes.slice(-CHANGES_KEPT);
  }

  #putInOrder(moved: ReadonlyMap<Entry, string | undefined>): void {
    const all = [...moved];
    const gone = all.filter(([, before]) => before !== undefined);
    const come = all.flatMap(([entry]) => (entry.isPresent ? [entry] : []));
    this.#order = reordered(this.#order, new Set(gone.map(([entry]) => entry)), come);
    for (const sourceId of new Set([...gone.map(([, before]) => before), ...come.map((entry) => entry.sourceId)])) {
      if (sourceId === undefined) continue;
      const list = reordered(
        this.#bySource.get(sourceId) ?? [],
        new Set(gone.flatMap(([entry, before]) => (before === sourceId ? [entry] : []))),
        come.filter((entry) => entry.sourceId === sourceId),
      );
      if (list.length === 0) this.#bySource.delete(sourceId);
      else this.#bySource.set(sourceId, list);
    }
    this.#placeGeneration += 1;
  }
}
