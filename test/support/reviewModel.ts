import type { LibraryFilter } from '../../src/shared/domain/filter.ts';
import type { Gap, Recording } from '../../src/shared/domain/recording.ts';
import type { FoundSection, Marker, Verdict } from '../../src/shared/domain/section.ts';

/** What the library was told, in plain lists. Everything is answered by looking at all of it. */
export interface World {
  readonly recordings: Map<string, Recording>;
  readonly sections: Map<string, readonly FoundSection[]>;
  readonly gaps: Gap[];
  readonly markers: Marker[];
  /** By source and instant. */
  readonly remarks: Map<string, { sourceId: string; at: number; verdict?: Verdict; label?: string; note?: string }>;
  readonly titles: { readonly recordingId: string; readonly text: string }[];
}

export interface ModelSection {
  readonly id: string;
  readonly recording: Recording;
  readonly from: number;
  readonly to: number;
  readonly score: number;
  readonly first: number;
  readonly verdict: Verdict | undefined;
}

export interface ModelEvent {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly score: number;
  readonly sections: readonly ModelSection[];
  readonly verdict: Verdict | undefined;
}

const endOf = ({ startedAt, samples, format }: Recording): number => startedAt + (samples / format.sampleRate) * 1000;

export function modelSections(world: World, recordings: readonly Recording[]): ModelSection[] {
  return recordings.flatMap((recording) =>
    (world.sections.get(recording.id) ?? []).map((found) => {
      const from = recording.startedAt + found.first * 100;
      const whole = recording.startedAt + found.end * 100;
      const peak = recording.startedAt + found.peak * 100;
      const to = recording.state === 'recording' || endOf(recording) >= whole ? whole : endOf(recording);
      const said = [...world.remarks.values()].filter(
        ({ sourceId, at, verdict }) =>
          sourceId === recording.sourceId && at >= from && at < whole && verdict !== undefined,
      );
      said.sort((a, b) => Math.abs(a.at - peak) - Math.abs(b.at - peak) || a.at - b.at);
      const { first, score } = found;
      return { id: `${recording.id}:${first}`, recording, from, to, score, first, verdict: said[0]?.verdict };
    }),
  );
}

function areOne(a: ModelSection, b: ModelSection): boolean {
  if (a.recording.id === b.recording.id) return false;
  const overlap = Math.min(a.to, b.to) - Math.max(a.from, b.from);
  if (overlap > 0 && overlap >= Math.min(a.to - a.from, b.to - b.from) / 2) return true;
  return goesOn(a, b) || goesOn(b, a);
}

function goesOn(before: ModelSection, after: ModelSection): boolean {
  return (
    after.recording.seam === 'gapless' &&
    after.first === 0 &&
    before.recording.sourceId === after.recording.sourceId &&
    before.from <= after.from &&
    Math.abs(after.from - before.to) <= 100
  );
}

/** In order of time. */
export function modelEvents(sections: readonly ModelSection[]): ModelEvent[] {
  const left = new Set(sections);
  const events: ModelEvent[] = [];
  for (const section of sections) {
    if (!left.delete(section)) continue;
    const members = [section];
    for (const member of members) {
      for (const other of left) if (areOne(member, other)) members.push(other);
      for (const known of members) left.delete(known);
    }
    members.sort((a, b) => b.score - a.score);
    events.push({
      id: members[0]?.id ?? '',
      from: Math.min(...members.map(({ from }) => from)),
      to: Math.max(...members.map(({ to }) => to)),
      score: members[0]?.score ?? 0,
      sections: members,
      verdict: members.find(({ verdict }) => verdict !== undefined)?.verdict,
    });
  }
  return events.sort((a, b) => a.from - b.from);
}

/** Oldest first. */
export function modelFind(world: World, filter: LibraryFilter): Recording[] {
  const all = [...world.recordings.values()];
  return all.filter((recording) => isMeant(world, all, recording, filter)).sort(olderFirst);
}

function olderFirst(a: Recording, b: Recording): number {
  if (a.startedAt !== b.startedAt) return a.startedAt - b.startedAt;
  if (a.sourceName !== b.sourceName) return a.sourceName.toLowerCase() < b.sourceName.toLowerCase() ? 1 : -1;
  return a.id < b.id ? -1 : 1;
}

function isMeant(world: World, all: readonly Recording[], recording: Recording, filter: LibraryFilter): boolean {
  if (filter.fromDay !== undefined && recording.day < filter.fromDay) return false;
  if (filter.toDay !== undefined && recording.day > filter.toDay) return false;
  if (filter.sourceIds && !filter.sourceIds.includes(recording.sourceId)) return false;
  const hasSections = (world.sections.get(recording.id) ?? []).length > 0;
  if (filter.hasSections !== undefined && filter.hasSections !== hasSections) return false;
  const seconds = recording.samples / recording.format.sampleRate;
  if (filter.longerThanSeconds !== undefined && !(seconds > filter.longerThanSeconds)) return false;
  if (filter.withGaps !== undefined && filter.withGaps !== hasGap(world, all, recording)) return false;
  const words = (filter.text ?? '').toLowerCase().split(' ').filter(Boolean);
  const texts = textsOf(world, recording).map((text) => text.toLowerCase());
  return words.every((word) => texts.some((text) => text.includes(word)));
}

function hasGap(world: World, all: readonly Recording[], { sourceId, startedAt }: Recording): boolean {
  const later = all.filter((other) => other.sourceId === sourceId && other.startedAt > startedAt);
  const next = Math.min(Infinity, ...later.map((other) => other.startedAt));
  return world.gaps.some((gap) => gap.sourceId === sourceId && gap.from >= startedAt && gap.from < next);
}

function textsOf(world: World, recording: Recording): string[] {
  const { id, sourceId, startedAt, sourceName, path, state } = recording;
  const covers = (at: number): boolean => at >= startedAt && (state === 'recording' || at < endOf(recording));
  return [
    sourceName,
    path,
    ...world.titles.filter(({ recordingId }) => recordingId === id).map(({ text }) => text),
    ...world.markers
      .filter((marker) => (marker.sourceId === undefined || marker.sourceId === sourceId) && covers(marker.at))
      .map(({ label }) => label),
    ...[...world.remarks.values()]
      .filter((remark) => remark.sourceId === sourceId && covers(remark.at))
      .flatMap(({ label, note }) => [label ?? '', note ?? '']),
  ];
}
