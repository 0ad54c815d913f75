import { WINDOW_MS } from '../sectionStore.ts';

/** What filters, totals and timelines need of a recording. Kept in memory, one object for as long as the library is open. */
export interface Entry {
  /** Number of the entry, from 0; also of one whose recording is gone, which may come back. */
  readonly ordinal: number;
  readonly id: string;
  /** It is in the library. */
  isPresent: boolean;
  sourceId: string;
  sourceName: string;
  /** ms since 1970 UTC. */
  startedAt: number;
  /** When its audio ends, as far as known; ms since 1970 UTC. */
  endsAt: number;
  /** Not before its last section ends; ms since 1970 UTC. */
  reachesTo: number;
  day: string;
  durationMs: number;
  bytes: number;
  state: string;
  isGapless: boolean;
  /** Number of its detection; undefined when it was never searched. */
  detection: number | undefined;
  isLive: boolean;
  sections: number;
  reviewed: number;
  topScore: number;
  /** Name of source and file and the last title. */
  text: string;
  /** The same as texts are compared, once somebody searched. */
  foldedText: string | undefined;
}

export interface EntryRow {
  readonly id: string;
  readonly source_id: string;
  readonly source_name: string;
  readonly path: string;
  readonly started_at: number;
  readonly day: string;
  readonly duration_us: number;
  readonly bytes: number;
  readonly state: string;
  readonly seam: string;
  readonly title: string | null;
  readonly number: number | null;
  readonly live: number | null;
  readonly sections: number | null;
  readonly reviewed: number | null;
  readonly top_score: number | null;
  /** Only of a recording that is being made: what it has as its duration comes late. */
  readonly last_window: number | null;
}

export const ENTRY_SELECT = `
  SELECT recordings.id AS id, source_id, source_name, path, started_at, day, duration_us, bytes, state, seam, title,
    number, live, sections, reviewed, top_score,
    iif(state = 'recording' AND number IS NOT NULL,
      (SELECT ending FROM sections WHERE detection = number ORDER BY first DESC LIMIT 1), NULL) AS last_window
  FROM recordings LEFT JOIN detections ON recording_id = recordings.id`;

export function newEntry(id: string, ordinal: number): Entry {
  return {
    ordinal,
    id,
    isPresent: false,
    sourceId: '',
    sourceName: '',
    startedAt: 0,
    endsAt: 0,
    reachesTo: 0,
    day: '',
    durationMs: 0,
    bytes: 0,
    state: '',
    isGapless: false,
    detection: undefined,
    isLive: false,
    sections: 0,
    reviewed: 0,
    topScore: 0,
    text: '',
    foldedText: undefined,
  };
}

export function fillEntry(entry: Entry, row: EntryRow): void {
  entry.isPresent = true;
  entry.sourceId = row.source_id;
  entry.sourceName = row.source_name;
  entry.startedAt = row.started_at;
  entry.durationMs = row.duration_us / 1000;
  entry.endsAt = row.started_at + entry.durationMs;
  entry.reachesTo = Math.max(entry.endsAt, row.started_at + (row.last_window ?? 0) * WINDOW_MS);
  entry.day = row.day;
  entry.bytes = row.bytes;
  entry.state = row.state;
  entry.isGapless = row.seam === 'gapless';
  entry.detection = row.number ?? undefined;
  entry.isLive = row.live === 1;
  entry.sections = row.sections ?? 0;
  entry.reviewed = row.reviewed ?? 0;
  entry.topScore = row.top_score ?? 0;
  entry.text = `${row.source_name}\n${row.path}\n${row.title ?? ''}`;
  entry.foldedText = undefined;
}

/** Oldest first; of those that began together the last one that the list shows. */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  const one = a.sourceName.toLowerCase();
  const other = b.sourceName.toLowerCase();
  if (one !== other) return one < other ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}
