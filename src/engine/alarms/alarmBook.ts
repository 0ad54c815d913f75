import type { Alarm, AlarmEnd, AlarmKind } from '../../shared/domain/alarm.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { AlarmId, SourceId } from '../../shared/units.ts';
import { Hysteresis, type Timing } from './hysteresis.ts';
import type { Judgement } from './judge.ts';
import { alarmWords } from './words.ts';

export interface AlarmBookPorts {
  readonly clock: Clock;
  readonly newId: () => AlarmId;
  /** An alarm was raised, cleared or acknowledged. */
  readonly onChange: (alarm: Alarm) => void;
}

/** One look at one condition of one subject. */
export interface Look {
  readonly kind: AlarmKind;
  /** Absent: of the disk, which belongs to no source. */
  readonly sourceId?: SourceId;
  /** Of the source, or the place of the disk. */
  readonly name: string;
  readonly judgement: Judgement;
  readonly unit: Alarm['unit'];
  readonly timing: Timing;
  /** See AlarmFacts. */
  readonly seconds: number;
  readonly problem?: string | undefined;
  /** When the condition began, where that is known better than by when it was first seen; ms since 1970 UTC. */
  readonly since?: number;
}

interface Entry {
  readonly kind: AlarmKind;
  readonly sourceId: SourceId | undefined;
  readonly hysteresis: Hysteresis;
  alarm?: Alarm;
}

/** The alarms that are raised now. There is at most one of a kind for each source. */
export class AlarmBook {
  readonly #ports: AlarmBookPorts;
  readonly #entries = new Map<string, Entry>();

  constructor(ports: AlarmBookPorts) {
    this.#ports = ports;
  }

  /** Newest first. */
  active(): readonly Alarm[] {
    return [...this.#entries.values()]
      .flatMap(({ alarm }) => (alarm ? [alarm] : []))
      .sort((a, b) => b.raisedAt - a.raisedAt);
  }

  isRaised(kind: AlarmKind, sourceId: SourceId | undefined): boolean {
    return this.#entries.get(keyOf(kind, sourceId))?.alarm !== undefined;
  }

  observe(look: Look): void {
    const entry = this.#entryOf(look.kind, look.sourceId);
    const { clock } = this.#ports;
    const at = clock.monotonic();
    const before = entry.hysteresis.since ?? at;
    const change = entry.hysteresis.observe(look.judgement.finding, at, look.timing);
    if (change === 'raise') this.#raise(entry, look, clock.now() - (at - before));
    else if (change === 'clear') this.#clear(entry, 'over');
  }

  /** Nobody asks for these any more: what is raised of them is cleared, what was about to be is forgotten. */
  drop(which: { readonly kind?: AlarmKind; readonly sourceId?: SourceId }, end: AlarmEnd = 'dropped'): void {
    for (const [key, entry] of this.#entries) {
      if (which.kind !== undefined && entry.kind !== which.kind) continue;
      if (which.sourceId !== undefined && entry.sourceId !== which.sourceId) continue;
      this.#entries.delete(key);
      this.#clear(entry, end);
    }
  }

  /** A person has seen it; false when it is not raised any more. */
  acknowledge(id: AlarmId): boolean {
    for (const entry of this.#entries.values()) {
      if (entry.alarm?.id !== id) continue;
      if (entry.alarm.acknowledgedAt === undefined) {
        entry.alarm = { ...entry.alarm, acknowledgedAt: this.#ports.clock.now() };
        this.#ports.onChange(entry.alarm);
      }
      return true;
    }
    return false;
  }

  #raise(entry: Entry, look: Look, seenSince: number): void {
    const { kind, sourceId, name, judgement, unit, seconds, problem } = look;
    const { value, threshold, channel, channels } = judgement;
    const words = alarmWords({ kind, name, value, threshold, unit, seconds, channel, channels, problem });
    const raisedAt = this.#ports.clock.now();
    entry.alarm = {
      id: this.#ports.newId(),
      kind,
      ...(sourceId === undefined ? {} : { sourceId, sourceName: name }),
      since: Math.round(Math.min(raisedAt, look.since ?? seenSince)),
      raisedAt,
      value,
      threshold,
      unit,
      ...words,
    };
    this.#ports.onChange(entry.alarm);
  }

  #clear(entry: Entry, end: AlarmEnd): void {
    const { alarm } = entry;
    if (!alarm) return;
    delete entry.alarm;
    this.#ports.onChange({ ...alarm, clearedAt: this.#ports.clock.now(), end });
  }

  #entryOf(kind: AlarmKind, sourceId: SourceId | undefined): Entry {
    const key = keyOf(kind, sourceId);
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = { kind, sourceId, hysteresis: new Hysteresis() };
      this.#entries.set(key, entry);
    }
    return entry;
  }
}

function keyOf(kind: AlarmKind, sourceId: SourceId | undefined): string {
  return `${kind} ${sourceId ?? ''}`;
}
