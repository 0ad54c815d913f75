import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { assertNever } from '../../shared/assertNever.ts';
import type { Gap } from '../../shared/domain/recording.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { armEventOf, type CoverageStore } from './coverageStore.ts';
import type { KeepingStore } from './keepingStore.ts';
import { listLedger, parseLedgerLine, readLines } from './ledgerReader.ts';
import { absolutePath, staysBelow } from './paths.ts';
import { whatWasRemoved } from './removedEntry.ts';
import { fromGapRow, toGapRow, toRecordingRow } from './rows.ts';
import type { Statements } from './statements.ts';
import type { TitleStore } from './titleStore.ts';
import type { MarkerStore } from './markerStore.ts';
import type { SectionStore } from './sectionStore.ts';
import type { VerdictStore } from './verdictStore.ts';

/** How much of the end of the ledger is read: thousands of events, also where stations change titles all the time. */
const TAIL_BYTES = 2 * 1024 * 1024;
/** Lines are written so much out of order, ms. */
const DISORDER_MS = 60_000;
const DAY_MS = 86_400_000;

/** What a ledger is taken into. */
export interface Tables {
  readonly statements: Statements;
  readonly coverage: CoverageStore;
  readonly keeping: KeepingStore;
  readonly titles: TitleStore;
  readonly sections: SectionStore;
  readonly verdicts: VerdictStore;
  readonly markers: MarkerStore;
}

export interface CatchUpOptions {
  /** Recordings folder, absolute. It may be missing. */
  readonly root: string;
  readonly fileSystem: FileSystem;
  /**
   * Hears of each gap that has ended here and, as far as the end of the ledger goes, not there: the recorder may have
   * been killed before its disk had the line.
   */
  readonly onBehind?: (gap: Gap) => void;
}

/**
 * Takes the last events of the ledger into the catalogue that it has not heard of: main may have ended before the
 * recorder did. Rows that are finished are left alone. Returns how many rows changed.
 */
export async function catchUp(tables: Tables, { root, fileSystem, onBehind }: CatchUpOptions): Promise<number> {
  let changed = 0;
  // A library from before armings were kept has none at all.
  const tail = tables.coverage.isEmpty() ? Infinity : TAIL_BYTES;
  const entries = await lastEntries(root, fileSystem, tail);
  for (const entry of entries) {
    if (await apply(tables, entry, root, fileSystem)) changed += 1;
  }
  if (onBehind) for (const gap of gapsBehind(tables, entries)) onBehind(gap);
  return changed;
}

/** Those whose end the ledger lacks, and those about the time of its end that it does not have at all. */
function gapsBehind({ statements }: Tables, entries: readonly LedgerEntry[]): readonly Gap[] {
  const told = entries.flatMap((entry) => (entry.type === 'gap' ? [entry.gap] : []));
  const unended = told
    .filter(({ to }) => to === undefined)
    .flatMap(({ id }) => statements.gapById.get(id) ?? [])
    .filter((row) => row.ended_at !== null);
  if (entries.length === 0) return [];
  const last = entries.reduce((latest, { at }) => Math.max(latest, at), 0);
  const ids = new Set<string>(told.map(({ id }) => id));
  const day = new Date(Math.max(0, last - 2 * DAY_MS)).toISOString().slice(0, 10);
  const untold = statements.gapsEnded.all(day, last - DISORDER_MS, last + DAY_MS).filter(({ id }) => !ids.has(id));
  return [...unended, ...untold].map(fromGapRow);
}

/** The newest entry about each thing in the tail of the ledger, oldest first. */
async function lastEntries(root: string, fileSystem: FileSystem, tail: number): Promise<readonly LedgerEntry[]> {
  const entries = new Map<string, LedgerEntry>();
  // A month may have just begun: the last file alone can be almost empty.
  for (const file of (await listLedger(fileSystem, root)).slice(tail === Infinity ? 0 : -2)) {
    for await (const lines of readLines(fileSystem, absolutePath(root, file), tail)) {
      for (const entry of lines.map(parseLedgerLine)) {
        if (!entry) continue;
        const id = idOf(entry);
        entries.delete(id);
        entries.set(id, entry);
      }
    }
  }
  return [...entries.values()];
}

/** What an entry is about: a later one about the same replaces it. */
function idOf(entry: LedgerEntry): string {
  switch (entry.type) {
    case 'recording':
    case 'removed':
      return entry.recording.id;
    case 'gap':
      return entry.gap.id;
    case 'armed':
    case 'disarmed':
      return `${entry.type} ${entry.sourceId} ${entry.at}`;
    case 'title':
      return `title ${entry.title.recordingId} ${entry.title.position}`;
    case 'locked':
    case 'purged':
      return `${entry.type} ${entry.recordingId}`;
    case 'verdict':
      return `verdict ${entry.sourceId} ${entry.peakAt}`;
    case 'marker':
      return `marker ${entry.marker.id}`;
    default:
      return assertNever(entry);
  }
}

async function apply(tables: Tables, entry: LedgerEntry, root: string, fileSystem: FileSystem): Promise<boolean> {
  const { statements, coverage, keeping } = tables;
  switch (entry.type) {
    case 'gap': {
      const known = statements.gapById.get(entry.gap.id);
      if (known && (known.ended_at !== null || entry.gap.to === undefined)) return false;
      statements.putGap(toGapRow(entry.gap));
      return true;
    }
    case 'armed':
    case 'disarmed':
      return coverage.saveArmEvent(entry.sourceId, entry.sourceName, armEventOf(entry));
    case 'locked':
      if (keeping.isLocked(entry.recordingId) === entry.locked) return false;
      keeping.setLocked(entry.recordingId, entry.locked);
      return true;
    case 'removed': {
      if (!statements.recordingById.get(entry.recording.id)) return false;
      const removed = await whatWasRemoved(entry, root, fileSystem);
      if (removed) keeping.saveRemoved([removed]);
      return removed !== undefined;
    }
    case 'purged':
      return false;
    case 'title':
      tables.titles.save(entry.title, entry.at);
      return false;
    case 'verdict':
      return tables.verdicts.save(entry);
    case 'marker':
      return tables.markers.save(entry, root);
    case 'recording':
      return applyRecording(tables, entry, root, fileSystem);
    default:
      return assertNever(entry);
  }
}

async function applyRecording(
  { statements, keeping }: Tables,
  { recording }: Extract<LedgerEntry, { type: 'recording' }>,
  root: string,
  fileSystem: FileSystem,
): Promise<boolean> {
  if (!staysBelow(recording.path)) return false;
  const known = statements.recordingById.get(recording.id);
  if (known && (known.state !== 'recording' || recording.state === 'recording')) return false;
  // Without a row, its file may have been deleted since.
  if (!known && !(await fileSystem.stat(absolutePath(root, recording.path)))) return false;
  statements.putRecording(toRecordingRow({ ...recording, root }));
  keeping.takeBack(recording.id);
  return true;
}
