import type { Lane } from '../../../shared/contract/review.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { SoundEvent } from '../../../shared/domain/section.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { type Day, day, type RecordingId, type SourceId } from '../../../shared/units.ts';
import type { Connection } from '../database.ts';
import { Calendar, type CalendarDay } from './calendar.ts';
import { textOf } from './entry.ts';
import type { SectionTotals } from './indexStatements.ts';
import { Pace } from './pace.ts';
import { RecordingIndex } from './recordingIndex.ts';
import { Scopes } from './scopes.ts';
import { BLOCK_MS, SectionBlocks } from './sectionBlocks.ts';
import type { Events } from './events.ts';
import { type ReadSections, SoundEvents } from './soundEvents.ts';
import { Timeline, type TimelineOptions } from './timeline.ts';

export interface Highlights {
  readonly events: readonly SoundEvent[];
  readonly total: number;
  readonly reviewed: number;
  readonly starred: number;
}

export interface Step {
  readonly event: SoundEvent | undefined;
  /** From 0, of all events; -1 without one. */
  readonly index: number;
  readonly total: number;
}

export interface StepOptions {
  /** ms since 1970 UTC. */
  readonly at: number | undefined;
  readonly direction: 'next' | 'previous';
  readonly unreviewed: boolean;
}

export interface FoundDay {
  readonly day: Day;
  readonly recordings: number;
  readonly durationMs: number;
  readonly bytes: number;
}

export interface ReviewIndexPorts {
  readonly connection: Connection;
  readonly readSections: ReadSections;
  /** Another number than before: a text that filters look at may have changed, beside those of recordings. */
  readonly words: () => number;
  /** The same for titles on air alone. */
  readonly titles: () => number;
  /** Aborted when the library is closed. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

/** Between two days that are loaded before anybody asks. */
const WARM_PAUSE_MS = 25;
/** Recordings that are looked at between two looks at the clock. */
const STEP = 512;

/**
 * Answers at once what is asked of all recordings and sections: from memory, since no index of a table serves every
 * filter. What takes longer than a moment is done in slices, so that nothing else has to wait.
 */
export class ReviewIndex {
  readonly #recordings: RecordingIndex;
  readonly #scopes: Scopes;
  readonly #events: SoundEvents;
  readonly #timeline: Timeline;
  readonly #calendar: Calendar;
  readonly #blocks: SectionBlocks;
  readonly #closing: AbortSignal;
  readonly #log: Log;
  readonly #recordingsReady = { isDone: false };
  readonly #sectionsReady = { isDone: false };

  constructor({ connection, readSections, words, titles, closing, log }: ReviewIndexPorts) {
    this.#closing = closing;
    this.#log = log;
    const blocks: SectionBlocks = new SectionBlocks(connection, () => this.#recordings);
    this.#blocks = blocks;
    this.#recordings = new RecordingIndex(connection, (entry, before) => blocks.changed(entry, before));
    this.#scopes = new Scopes(connection, this.#recordings, words, titles);
    this.#events = new SoundEvents(this.#recordings, blocks, this.#scopes, readSections);
    this.#timeline = new Timeline(connection, this.#recordings, blocks);
    this.#calendar = new Calendar(connection, this.#recordings);
  }

  /** The events with the highest scores. */
  async highlights(filter: LibraryFilter, limit: number): Promise<Highlights> {
    const events = await this.#eventsOf(filter);
    const told: SoundEvent[] = [];
    for (const number of await events.highest(limit)) {
      const event = await this.#events.tell(events, number);
      if (event) told.push(event);
    }
    return { events: told, total: events.count, reviewed: events.reviewed, starred: events.starred };
  }

  /** The event that begins next after an instant, or last before it; without one, the first or the last of all. */
  async step(filter: LibraryFilter, options: StepOptions): Promise<Step> {
    const events = await this.#eventsOf(filter);
    const index =
      options.direction === 'next' ? events.next(options.at, options) : events.previous(options.at, options);
    const event = index < 0 ? undefined : await this.#events.tell(events, index);
    return { event, index: event ? index : -1, total: events.count };
  }

  async lanes(options: TimelineOptions): Promise<readonly Lane[]> {
    await this.#recordings.refresh();
    return this.#timeline.lanes(options, options.filter && (await this.#scopes.of(options.filter)));
  }

  /** Ids of the recordings that the filter means, newest first; how many it means, and how many there are. */
  async find(
    filter: LibraryFilter,
    offset: number,
    limit: number,
  ): Promise<{ readonly ids: readonly RecordingId[]; readonly shown: number; readonly total: number }> {
    await this.#recordings.refresh();
    const { entries, total } = await this.#scopes.of(filter);
    const end = Math.max(0, entries.length - offset);
    const page = entries.slice(Math.max(0, end - limit), end).toReversed();
    return { ids: page.map(({ id }) => id as RecordingId), shown: entries.length, total };
  }

  /** Days that hold recordings the filter means, newest first. */
  async findDays(
    filter: LibraryFilter,
  ): Promise<{ readonly days: readonly FoundDay[]; readonly shown: number; readonly total: number }> {
    await this.#recordings.refresh();
    const { entries, total } = await this.#scopes.of(filter);
    const found = new Map<string, { recordings: number; durationMs: number; bytes: number }>();
    const pace = new Pace();
    for (const [index, entry] of entries.entries()) {
      if (index % STEP === 0 && pace.isOver()) await pace.rest();
      const totals = found.get(entry.day) ?? { recordings: 0, durationMs: 0, bytes: 0 };
      totals.recordings += 1;
      totals.durationMs += entry.durationMs;
      totals.bytes += entry.bytes;
      found.set(entry.day, totals);
    }
    const days = [...found].map(([name, totals]) => ({ day: day(name), ...totals }));
    days.sort((a, b) => (a.day < b.day ? 1 : -1));
    return { days, shown: entries.length, total };
  }

  /** Days with anything on them, in order. Both days inclusive. */
  async calendar(fromDay: Day, toDay: Day, sourceIds?: readonly SourceId[]): Promise<readonly CalendarDay[]> {
    await this.#recordings.refresh();
    return this.#calendar.days(fromDay, toDay, sourceIds);
  }

  /** Totals of the sections of days' recordings. Who looks at them asks for more soon, which is loaded meanwhile. */
  async totals(days: readonly Day[]): Promise<readonly SectionTotals[]> {
    const totals = await this.#recordings.sectionTotals(days);
    void this.#inBackground(this.#recordingsReady, () => this.#readyRecordings());
    return totals.map(({ sections, reviewed }) => ({ sections, reviewed }));
  }

  async #readyRecordings(): Promise<void> {
    await this.#recordings.refresh();
    const pace = new Pace();
    for (const entry of this.#recordings.order) {
      textOf(entry);
      if (!pace.isOver()) continue;
      await pace.rest();
      this.#closing.throwIfAborted();
    }
  }

  /** Who looks at one day looks at others soon: their sections are loaded, the newest first, while nobody asks. */
  async #readySections(): Promise<void> {
    const days = new Set(this.#recordings.order.map(({ startedAt }) => Math.floor(startedAt / BLOCK_MS)));
    for (const number of [...days].sort((a, b) => b - a)) {
      await wait(WARM_PAUSE_MS, undefined, { ref: false, signal: this.#closing });
      if (this.#blocks.isFull) return;
      await this.#blocks.get(number);
    }
  }

  /** Does what nobody waits for, once. */
  async #inBackground(once: { isDone: boolean }, work: () => Promise<void>): Promise<void> {
    if (once.isDone) return;
    once.isDone = true;
    try {
      await work();
    } catch (error) {
      if (this.#closing.aborted) return;
      once.isDone = false;
      this.#log.warn('The library could not be loaded; it is tried again.', { error: String(error) });
    }
  }

  async #eventsOf(filter: LibraryFilter): Promise<Events> {
    await this.#recordings.refresh();
    const events = await this.#events.of(filter);
    void this.#inBackground(this.#sectionsReady, () => this.#readySections());
    return events;
  }
}
