import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Coverage, SourceCoverage } from '../../shared/domain/coverage.ts';
import type { LedgerEntry } from '../../shared/domain/ledger.ts';
import { gapCauseSchema } from '../../shared/domain/recording.ts';
import { gapId, type SourceId, sourceId } from '../../shared/units.ts';
import { type ArmEvent, type CapturedSpan, type GapSpan, measureCoverage } from './coverage.ts';
import type { Command, Connection, Query } from './database.ts';
import type { Interval } from './intervals.ts';

/** No recording is longer: every one ends at midnight, and the longest day has 25 hours. */
const LONGEST_RECORDING_MS = 26 * 3_600_000;
/** A stream that stands still for longer is lost: a longer hole is a clock that was set. */
const LONGEST_STALL_MS = 60_000;
/** A source that records is this close behind: it tells of itself once a second, and a stalled stream later is lost. */
const LIVE_MS = 25_000;
/** Longest piece of work between two turns of the event loop, ms. */
const SLICE_MS = 4;

/** What a source does now, as far as the library cannot know it. */
export interface LiveSource {
  readonly armed: boolean;
  /** The open recording, and until when it has audio, ms since 1970 UTC. */
  readonly open?: { readonly id: string; readonly to: number } | undefined;
}

export interface CoverageOptions extends Interval {
  /** ms since 1970 UTC. */
  readonly now: number;
  live(id: SourceId): LiveSource;
}

interface CapturedRow {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly seam: string;
  readonly deleted: number;
}

/** When sources were armed, and what of it they captured. */
export class CoverageStore {
  readonly #sql: ReturnType<typeof statements>;

  constructor(connection: Connection) {
    this.#sql = statements(connection);
  }

  /** Notes that a source was armed or disarmed. False when that is known. */
  saveArmEvent(id: string, name: string, event: ArmEvent): boolean {
    this.#sql.noteSource.run(id, name);
    return this.#sql.saveEvent.run(id, event.at, event.armed ? 1 : 0, event.reason ?? null).changes > 0;
  }

  /** Nothing was ever armed, as far as is known. */
  isEmpty(): boolean {
    return this.#sql.anyEvent.get() === undefined;
  }

  /** Of every source that was armed in this time. */
  async coverage(options: CoverageOptions): Promise<Coverage> {
    const to = Math.max(options.from, Math.min(options.to, options.now));
    const sources: SourceCoverage[] = [];
    let sliceEnds = performance.now() + SLICE_MS;
    for (const row of this.#sql.sources.all()) {
      const measured = this.#measure(sourceId(row.id), row.name, { ...options, to });
      if (measured) sources.push(measured);
      if (performance.now() < sliceEnds) continue;
      await nextTurn();
      sliceEnds = performance.now() + SLICE_MS;
    }
    return { from: options.from, to, sources };
  }

  /** Of one source; undefined when it was not armed in this time. */
  coverageOf(id: SourceId, options: CoverageOptions): SourceCoverage | undefined {
    const to = Math.max(options.from, Math.min(options.to, options.now));
    return this.#measure(id, this.#sql.sourceName.get(id)?.name ?? '', { ...options, to });
  }

  #measure(id: SourceId, sourceName: string, options: CoverageOptions): SourceCoverage | undefined {
    const { from, to, now } = options;
    const events = this.#events(id, from, to);
    if (!events.some(({ armed }) => armed)) return undefined;
    const live = options.live(id);
    const armedNow = live.armed || this.#sql.nextEvent.get(id, to) !== undefined;
    const captured = this.#captured(id, from, to, live.open);
    const kind = this.#sql.kind.get(id)?.kind;
    const figures = measureCoverage({
      from,
      to: liveEnd(to, now, captured, live),
      events,
      armedNow,
      captured,
      gaps: this.#gaps(id, from, to),
      isClockStep: (hole) => kind !== 'stream' || hole.to - hole.from > LONGEST_STALL_MS,
    });
    return figures.armed.length === 0 ? undefined : { sourceId: id, sourceName, ...figures };
  }

  #events(id: string, from: number, to: number): ArmEvent[] {
    const before = this.#sql.eventBefore.get(id, from);
    const within = this.#sql.events.all(id, from, to);
    // Of several armings in a row the first one counts.
    const first =
      before?.armed === 1 ? { ...before, at: this.#sql.armedSince.get(id, from, id, from)?.at ?? before.at } : before;
    return [...(first ? [first] : []), ...within].map(({ at, armed, reason }) => ({
      at,
      armed: armed === 1,
      reason: reason ?? undefined,
    }));
  }

  #captured(id: string, from: number, to: number, open: LiveSource['open']): CapturedSpan[] {
    const earliest = from - LONGEST_RECORDING_MS;
    const rows = this.#sql.captured.all(id, earliest, to);
    const removed = this.#sql.removed.all(id, earliest, to);
    // Each comes in order by its index.
    const all = removed.length === 0 ? rows : [...rows, ...removed].toSorted((a, b) => a.from - b.from);
    return all
      .map((row) => ({
        from: row.from,
        to: row.id === open?.id ? Math.max(row.to, open.to) : row.to,
        deleted: row.deleted === 1,
        gapless: row.seam === 'gapless' || row.seam === 'unverified',
      }))
      .filter((span, index, spans) => span.to > from || (spans[index + 1]?.to ?? Infinity) > from);
  }

  #gaps(id: string, from: number, to: number): GapSpan[] {
    return this.#sql.gaps.all(id, from, to, id, from).flatMap((row) => {
      const cause = gapCauseSchema.safeParse(row.cause);
      return cause.success
        ? [{ id: gapId(row.id), cause: cause.data, from: row.began_at, to: row.ended_at ?? undefined }]
        : [];
    });
  }
}

export function armEventOf(entry: Extract<LedgerEntry, { type: 'armed' | 'disarmed' }>): ArmEvent {
  const armed = entry.type === 'armed';
  return { at: entry.at, armed, reason: armed ? undefined : entry.reason };
}

/** Where a source records now, its time ends with what it has told of: the rest is on its way. */
function liveEnd(to: number, now: number, captured: readonly CapturedSpan[], { open }: LiveSource): number {
  if (!open || now - to > LIVE_MS) return to;
  const end = captured.reduce((last, span) => Math.max(last, span.to), 0);
  return end < to && now - end <= LIVE_MS ? end : to;
}

function statements(db: Connection) {
  const command = <Parameters extends unknown[]>(sql: string): Command<Parameters> => db.prepare<Parameters>(sql);
  const query = <Parameters extends unknown[], Row>(sql: string): Query<Parameters, Row> =>
    db.prepare<Parameters, Row>(sql);
  interface EventRow {
    readonly at: number;
    readonly armed: number;
    readonly reason: string | null;
  }
  interface GapTimeRow {
    readonly id: string;
    readonly cause: string;
    readonly began_at: number;
    readonly ended_at: number | null;
  }
  return {
    noteSource: command<[string, string]>('INSERT OR IGNORE INTO sources (id, name) VALUES (?, ?)'),
    saveEvent: command<[string, number, number, string | null]>(
      'INSERT OR IGNORE INTO arm_events (source_id, at, armed, reason) VALUES (?, ?, ?, ?)',
    ),
    anyEvent: query<[], EventRow>('SELECT at, armed, reason FROM arm_events LIMIT 1'),
    sources: query<[], { id: string; name: string }>('SELECT id, name FROM sources ORDER BY name COLLATE NOCASE, id'),
    sourceName: query<[string], { name: string }>('SELECT name FROM sources WHERE id = ?'),
    kind: query<[string], { kind: string | null }>('SELECT kind FROM sources WHERE id = ?'),
    eventBefore: query<[string, number], EventRow>(
      'SELECT at, armed, reason FROM arm_events WHERE source_id = ? AND at < ? ORDER BY at DESC, armed DESC LIMIT 1',
    ),
    events: query<[string, number, number], EventRow>(
      'SELECT at, armed, reason FROM arm_events WHERE source_id = ? AND at >= ? AND at < ? ORDER BY at, armed',
    ),
    /** The source is armed at an instant when what comes next about it is a disarming. */
    nextEvent: query<[string, number], EventRow>(
      'SELECT at, armed, reason FROM arm_events WHERE source_id = ? AND at >= ? ORDER BY at, armed LIMIT 1',
    ),
    armedSince: query<[string, number, string, number], { at: number }>(`
      SELECT min(at) AS at FROM arm_events WHERE source_id = ? AND at < ? AND armed = 1
        AND at > coalesce((SELECT max(at) FROM arm_events WHERE source_id = ? AND at < ? AND armed = 0), -1)`),
    captured: query<[string, number, number], CapturedRow>(`
      SELECT id, started_at AS "from", started_at + duration_us / 1000.0 AS "to", seam, 0 AS deleted
      FROM recordings WHERE source_id = ? AND started_at >= ? AND started_at < ? ORDER BY started_at`),
    removed: query<[string, number, number], CapturedRow>(`
      SELECT id, started_at AS "from", ended_at AS "to", json_extract(recording, '$.seam') AS seam, 1 AS deleted
      FROM removed WHERE source_id = ? AND started_at >= ? AND started_at < ? ORDER BY started_at`),
    /** Gaps of a source do not overlap, but for one that a crash left: those that began last reach furthest. */
    gaps: query<[string, number, number, string, number], GapTimeRow>(`
      SELECT id, cause, began_at, ended_at FROM gaps WHERE source_id = ? AND began_at >= ? AND began_at < ?
      UNION ALL
      SELECT * FROM (SELECT id, cause, began_at, ended_at FROM gaps WHERE source_id = ? AND began_at < ?
        ORDER BY began_at DESC LIMIT 8)
      ORDER BY began_at`),
  };
}
