import type { Alarm, AlarmKind, AlarmRules, AlarmSettings } from '../../shared/domain/alarm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { SourceConfig, SourceStatus } from '../../shared/domain/source.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { AlarmId, SourceId } from '../../shared/units.ts';
import { AlarmBook, type Look } from './alarmBook.ts';
import type { Timing } from './hysteresis.ts';
import {
  type DiskState,
  isDown,
  type Judgement,
  judgeClipping,
  judgeCoverage,
  judgeDeadChannel,
  judgeDisk,
  judgeDown,
  judgeFrozen,
  judgeSilence,
} from './judge.ts';
import { rulesOf } from '../../shared/domain/alarmRules.ts';

/** Clipping is counted over this long. */
const CLIPPING_MS = 10_000;
/** The recorder tells of its signals once a second; what it does not tell of for so long is not known. */
const STALE_MS = 15_000;
/** Coverage is looked at this often. */
const COVERAGE_MS = 15_000;
/** Of so many sources in one tick. */
const MOST_COVERAGE_LOOKS = 4;
/** Coded audio is listened to every minute or so. */
const SAMPLED_STALE_MS = 900_000;

export interface AlarmWatchPorts {
  readonly clock: Clock;
  readonly newId: () => AlarmId;
  readonly settings: () => AlarmSettings;
  /** Undefined once it is removed. */
  readonly source: (id: SourceId) => Pick<SourceConfig, 'name' | 'kind' | 'alarms'> | undefined;
  /**
   * How much of the last `windowMs` was not captured although the source was armed, ms; a pause is not. Undefined where
   * that is not known.
   */
  readonly missingMs: (id: SourceId, windowMs: number) => number | undefined;
  readonly onChange: (alarm: Alarm) => void;
}

interface Watched {
  status: SourceStatus;
  /** When its coverage was last looked at; monotonic. */
  coverageAt: number | undefined;
  /** Windows with clipping, with when they were told. Monotonic. */
  clipped: { readonly at: number; readonly windows: number }[];
}

interface Rules {
  readonly name: string;
  readonly rules: AlarmRules;
  readonly isStream: boolean;
}

/**
 * Turns what is known of sources and the disk into alarms. It is told what happens and called once a second; time
 * comes from its clock only.
 */
export class AlarmWatch {
  readonly #ports: AlarmWatchPorts;
  readonly #book: AlarmBook;
  readonly #sources = new Map<SourceId, Watched>();

  constructor(ports: AlarmWatchPorts) {
    this.#ports = ports;
    this.#book = new AlarmBook(ports);
  }

  active(): readonly Alarm[] {
    return this.#book.active();
  }

  acknowledge(id: AlarmId): boolean {
    return this.#book.acknowledge(id);
  }

  /** What a source does now. One that is not asked to record has no alarms. */
  onStatus(status: SourceStatus): void {
    const { sourceId } = status;
    if (status.state !== 'recording' && !isDown(status.state)) {
      this.#sources.delete(sourceId);
      this.#book.drop({ sourceId });
      return;
    }
    const known = this.#sources.get(sourceId);
    if (known) known.status = status;
    else this.#sources.set(sourceId, { status, coverageAt: undefined, clipped: [] });
  }

  /** What a source that records sounded like since the report before. */
  onSignal(report: SignalReport): void {
    const { sourceId } = report;
    const watched = this.#sources.get(sourceId);
    const source = this.#rulesOf(sourceId);
    if (!source || watched?.status.state !== 'recording') return;
    const { rules } = source;
    const look = (
      kind: keyof AlarmRules,
      judgement: Judgement | undefined,
      unit: Alarm['unit'],
      seconds: number,
    ): void => this.#look(source, { kind, sourceId, judgement, unit, seconds });
    if (rules.silence.enabled) {
      look('silence', judgeSilence(rules.silence, report), 'dBFS', rules.silence.seconds);
    }
    if (rules.deadChannel.enabled) {
      look('deadChannel', judgeDeadChannel(rules.deadChannel, report), 'dBFS', rules.deadChannel.seconds);
    }
    if (rules.frozen.enabled) {
      look('frozen', judgeFrozen(rules.frozen, rules.silence.levelDbfs, report), 's', rules.frozen.seconds);
    }
    if (rules.clipping.enabled && report.windows > 0) {
      const now = this.#ports.clock.monotonic();
      watched.clipped = watched.clipped.filter(({ at }) => now - at < CLIPPING_MS);
      watched.clipped.push({ at: now, windows: report.clippedWindows });
      const sum = watched.clipped.reduce((total, { windows }) => total + windows, 0);
      look('clipping', judgeClipping(rules.clipping, sum), 'windows', CLIPPING_MS / 1000);
    }
  }

  onDisk(disk: DiskState, place: string, warnBytes: number): void {
    const { lowDisk } = this.#ports.settings();
    if (!lowDisk.enabled) return;
    const judgement = judgeDisk({ warnBytes, hours: lowDisk.hours }, disk);
    this.#book.observe({
      kind: 'lowDisk',
      name: place,
      judgement,
      unit: judgement.unit,
      seconds: 0,
      // Free space is looked at every now and then.
      timing: { raiseAfterMs: 0, clearAfterMs: this.#clearAfterMs, staleMs: SAMPLED_STALE_MS },
    });
  }

  /** To be called once a second. */
  tick(): void {
    const { clock, settings } = this.#ports;
    if (!settings().lowDisk.enabled) this.#book.drop({ kind: 'lowDisk' });
    let looks = 0;
    for (const [sourceId, watched] of this.#sources) {
      const { status } = watched;
      const source = this.#rulesOf(sourceId);
      if (!source) {
        this.#sources.delete(sourceId);
        this.#book.drop({ sourceId });
        continue;
      }
      const { sourceDown, lowCoverage } = source.rules;
      for (const [kind, { enabled }] of Object.entries(source.rules)) {
        if (!enabled) this.#book.drop({ kind: kind as AlarmKind, sourceId });
      }
      if (sourceDown.enabled) {
        this.#look(source, {
          kind: 'sourceDown',
          sourceId,
          judgement: judgeDown(sourceDown, status.state, clock.now() - status.since),
          unit: 's',
          seconds: sourceDown.seconds,
          problem: status.problem?.message,
          ...(isDown(status.state) ? { since: status.since } : {}),
        });
      }
      if (lowCoverage.enabled && looks < MOST_COVERAGE_LOOKS && this.#lookAtCoverage(source, sourceId, watched))
        looks += 1;
    }
  }

  /** The program ends: what is raised is closed in the history. */
  end(): void {
    this.#book.drop({}, 'quit');
  }

  #look(
    { name, isStream }: Rules,
    look: Omit<Look, 'name' | 'timing' | 'judgement'> & { readonly judgement: Judgement | undefined },
  ): void {
    const { judgement } = look;
    if (!judgement) return;
    this.#book.observe({ ...look, name, judgement, timing: this.#timing(look.kind, look.seconds, isStream) });
  }

  /** The library is asked, which costs more than the other looks: now and then. False when it was not time. */
  #lookAtCoverage(source: Rules, sourceId: SourceId, watched: Watched): boolean {
    const { clock, missingMs } = this.#ports;
    const now = clock.monotonic();
    if (watched.coverageAt !== undefined && now - watched.coverageAt < COVERAGE_MS) return false;
    watched.coverageAt = now;
    const windowMs = source.rules.lowCoverage.hours * 3_600_000;
    const missing = missingMs(sourceId, windowMs);
    if (missing === undefined) return true;
    const judgement = judgeCoverage(source.rules.lowCoverage, Math.min(missing, windowMs), windowMs);
    this.#look(source, { kind: 'lowCoverage', sourceId, judgement, unit: '%', seconds: windowMs / 1000 });
    return true;
  }

  #timing(kind: AlarmKind, seconds: number, isStream: boolean): Timing {
    const isLevel = kind === 'silence' || kind === 'deadChannel';
    const isSampled = isStream && (isLevel || kind === 'clipping');
    return {
      // The others measure their length themselves.
      raiseAfterMs: isLevel || kind === 'sourceDown' ? seconds * 1000 : 0,
      clearAfterMs: this.#clearAfterMs,
      staleMs: isSampled || kind === 'lowCoverage' ? SAMPLED_STALE_MS : STALE_MS,
    };
  }

  get #clearAfterMs(): number {
    return this.#ports.settings().clearSeconds * 1000;
  }

  #rulesOf(id: SourceId): Rules | undefined {
    const config = this.#ports.source(id);
    if (!config) return undefined;
    return {
      name: config.name,
      rules: rulesOf(config, this.#ports.settings().rules),
      isStream: config.kind === 'stream',
    };
  }
}
