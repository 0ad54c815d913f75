import { nextSample } from '../../../shared/domain/recordingFile.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { lengthMs } from '../../format/recording.ts';
import type { DayEntry } from '../../stores/dayEntry.ts';

/** Frames do not end on the clock, and a card's clock is not that of the computer, ms and ms per ms. */
const FRAME_MS = 50;
const DRIFT = 1e-4;
const MOST_MS = 500;

/**
 * The instant at which a line says that a recording ends, ms since 1970 UTC: the beginning `next` of the one that goes
 * on, where there is one, so that two lines that follow each other never look a second apart.
 */
export function shownEnd(recording: Recording, next: number | undefined): number {
  if (next !== undefined) return next;
  const length = lengthMs(recording);
  return recording.startedAt + length + Math.min(MOST_MS, FRAME_MS + length * DRIFT);
}

/** The instant at which a line says that a gap begins or ends: beside that of a recording it is a moment off. */
export const shownEdge = (at: number): number => at + FRAME_MS;

/** When the recording that goes on without anything missing began; undefined when there is none, or it is not loaded. */
export function followedAt(entry: DayEntry | undefined, recording: Recording): number | undefined {
  const next = entry && keyOf(recording.connection, nextSample(recording));
  return entry === undefined || next === undefined ? undefined : beginningsOf(entry).get(next);
}

const beginnings = new WeakMap<DayEntry, ReadonlyMap<string, number>>();

function beginningsOf(entry: DayEntry): ReadonlyMap<string, number> {
  let known = beginnings.get(entry);
  if (!known) {
    known = new Map(
      entry.slots.flatMap((slot) => {
        const key = slot && keyOf(slot.connection, slot.firstSample);
        return key === undefined ? [] : [[key, slot?.startedAt ?? 0] as const];
      }),
    );
    beginnings.set(entry, known);
  }
  return known;
}

function keyOf(connection: string | undefined, sample: number | undefined): string | undefined {
  return connection === undefined || sample === undefined ? undefined : `${connection} ${sample}`;
}
