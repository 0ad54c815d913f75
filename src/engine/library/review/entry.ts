import { WINDOW_MS } from '../sectionStore.ts';
import { folded } from '../titleStore.ts';

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
  /** Name of source and file and the last title; as texts are compared, once {@link textOf} was asked for it. */
  text: string;
  isFolded: boolean;
}

/** Of a recording, in the order of {@link RECORDING_COLUMNS}. */
export type RecordingFields = readonly [
  id: string,
  sourceId: string,
  sourceName: string,
  path: string,
  startedAt: number,
  day: string,
  durationUs: number,
  bytes: number,
  state: string,
  seam: string,
  title: string | null,
];

export const RECORDING_COLUMNS =
  'id, source_id, source_name, path, started_at, day, duration_us, bytes, state, seam, title';

/** Of what was found in a recording, in the order of {@link DETECTION_COLUMNS}. */
export type DetectionFields = readonly [
  number: number,
  live: number,
  sections: number,
  reviewed: number,
  topScore: number,
];

export const DETECTION_COLUMNS = 'number, live, sections, reviewed, top_score';

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
    isFolded: true,
  };
}

/**
 * `lastWindow`: where the last section ends of a recording that is being made, whose duration comes late. `one` returns
 * the same string for equal strings, so that thousands of recordings do not keep a copy each.
 */
export function fillEntry(
  entry: Entry,
  [, sourceId, sourceName, path, startedAt, day, durationUs, bytes, state, seam, title]: RecordingFields,
  detection: DetectionFields | undefined,
  lastWindow: number,
  one: (text: string) => string,
): void {
  const [number, live = 0, sections = 0, reviewed = 0, topScore = 0] = detection ?? [];
  entry.isPresent = true;
  entry.sourceId = one(sourceId);
  entry.sourceName = one(sourceName);
  entry.startedAt = startedAt;
  entry.durationMs = durationUs / 1000;
  entry.endsAt = startedAt + entry.durationMs;
  entry.reachesTo = Math.max(entry.endsAt, startedAt + lastWindow * WINDOW_MS);
  entry.day = one(day);
  entry.bytes = bytes;
  entry.state = one(state);
  entry.isGapless = seam === 'gapless';
  entry.detection = number;
  entry.isLive = live === 1;
  entry.sections = sections;
  entry.reviewed = reviewed;
  entry.topScore = topScore;
  entry.text = `${sourceName}\n${path}\n${title ?? ''}`;
  entry.isFolded = false;
}

/** Its recording is gone; where it was stays known. */
export function emptyEntry(entry: Entry): void {
  entry.isPresent = false;
  entry.text = '';
  entry.isFolded = true;
}

/** Names and last title, as texts are compared. */
export function textOf(entry: Entry): string {
  if (!entry.isFolded) {
    entry.text = folded(entry.text);
    entry.isFolded = true;
  }
  return entry.text;
}

/** Oldest first; of those that began together the last one that the list shows. */
export function compareEntries(a: Entry, b: Entry): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  if (a.sourceName !== b.sourceName) {
    const one = a.sourceName.toLowerCase();
    const other = b.sourceName.toLowerCase();
    if (one !== other) return one < other ? 1 : -1;
  }
  return a.id < b.id ? -1 : 1;
}
