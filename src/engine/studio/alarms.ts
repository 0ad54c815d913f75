import { randomUUID } from 'node:crypto';
import { AlarmNotices } from '../alarms/notices.ts';
import { AlarmWatch } from '../alarms/alarmWatch.ts';
import { rulesOf } from '../../shared/domain/alarmRules.ts';
import type { Library } from '../library/library.ts';
import type { Alarm, AlarmSettings } from '../../shared/domain/alarm.ts';
import type { SourceCoverage } from '../../shared/domain/coverage.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { Scope } from '../../shared/scope.ts';
import { type AlarmId, alarmId, type SourceId } from '../../shared/units.ts';
import type { Analyst } from './analyst.ts';
import type { CatalogueWriter } from './catalogueWriter.ts';
import type { Emitter } from './emitter.ts';
import type { Hooks } from './hooks/hooks.ts';
import type { Sources } from './sources.ts';
import { StreamSampler } from './streamSampler.ts';
import type { StudioPorts } from './studio.ts';

const TICK_MS = 1000;
const SAMPLE_TICK_MS = 2000;
const DISK_TICK_MS = 15_000;

export interface AlarmsParts {
  readonly ports: StudioPorts;
  readonly log: Log;
  readonly events: Emitter;
  readonly sources: Sources;
  readonly analyst: Pick<Analyst, 'sample'>;
  readonly library: () => Library;
  /** Of one source since an instant, ms since 1970 UTC; undefined when it was not armed. */
  readonly coverage: (id: SourceId, since: number) => Pick<SourceCoverage, 'armedMs' | 'capturedMs'> | undefined;
  readonly catalogue: CatalogueWriter;
  readonly hooks: Pick<Hooks, 'tell'>;
}

/** Raises alarms from what the studio hears, and tells them: as events, in the history, on the desktop, to a webhook. */
export class Alarms {
  readonly #parts: AlarmsParts;
  readonly #scope = new Scope();
  readonly #watch: AlarmWatch;
  readonly #notices: AlarmNotices;
  readonly #sampler: StreamSampler;
  #isAskingDisk = false;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
    const { ports, log, events, sources, analyst } = parts;
    const { clock } = ports;
    this.#watch = new AlarmWatch({
      clock,
      newId: () => alarmId(randomUUID()),
      settings: () => this.#settings,
      source: (id) => sources.configs().find((config) => config.id === id),
      missingMs: (id, windowMs) => this.#missingMs(id, windowMs),
      onChange: (alarm) => this.#onChange(alarm),
    });
    this.#notices = new AlarmNotices(ports.notifier, this.#scope, (alarms) => this.#seen(alarms));
    this.#sampler = new StreamSampler({
      clock,
      log,
      streams: () =>
        sources
          .configs()
          .filter(({ id, kind }) => kind === 'stream' && sources.status(id).state === 'recording')
          .map((config) => ({ id: config.id, rules: rulesOf(config, this.#settings.rules) })),
      sample: (id, seconds) => analyst.sample(id, seconds),
      onSignal: (report) => this.#watch.onSignal(report),
    });
    this.#scope.add(
      events.on((name, payload) => {
        // The compiler cannot follow that the payload belongs to the name.
        if (name === 'sources.status') this.#watch.onStatus(payload as Parameters<AlarmWatch['onStatus']>[0]);
      }),
    );
  }

  /** The library is open: nothing is armed yet. */
  start(): void {
    const { ports, library, log } = this.#parts;
    const now = ports.clock.now();
    try {
      library().alarms.closeLeft(now);
    } catch (error) {
      log.error('The alarms of an earlier run could not be closed.', { error: String(error) });
    }
    this.#scope.interval(TICK_MS, () => this.#watch.tick());
    this.#scope.interval(SAMPLE_TICK_MS, () => this.#sampler.tick());
    this.#scope.interval(DISK_TICK_MS, () => void this.#lookAtDisk());
    void this.#lookAtDisk();
  }

  /** What is raised is closed in the history. */
  async stop(): Promise<void> {
    await this.#scope.dispose();
    this.#watch.end();
  }

  /** From the recorder, once a second. */
  onSignals(signals: readonly SignalReport[]): void {
    for (const report of signals) this.#watch.onSignal(report);
  }

  active(): readonly Alarm[] {
    return this.#watch.active();
  }

  acknowledge(id: AlarmId): void {
    if (this.#watch.acknowledge(id)) return;
    const { library, catalogue, events, ports } = this.#parts;
    const past = library().alarms.alarm(id);
    if (!past) throw new LongtakeError('NOT_FOUND', 'This alarm is not in the history any more.');
    if (past.acknowledgedAt !== undefined) return;
    const seen = { ...past, acknowledgedAt: ports.clock.now() };
    catalogue.saveAlarm(seen);
    events.emit('alarms.changed', seen);
  }

  /** As the button of a notification says. One that is over long since may not be known any more. */
  #seen(alarms: readonly Alarm[]): void {
    for (const { id } of alarms) {
      try {
        this.acknowledge(id);
      } catch (error) {
        this.#parts.log.warn('That an alarm was seen could not be noted.', { error: String(error) });
      }
    }
  }

  #onChange(alarm: Alarm): void {
    const { catalogue, events, log } = this.#parts;
    catalogue.saveAlarm(alarm);
    events.emit('alarms.changed', alarm);
    const { notify } = this.#settings;
    const isNew = alarm.clearedAt === undefined && alarm.acknowledgedAt === undefined;
    if (isNew) {
      log.warn(`Alarm: ${alarm.message}`, { kind: alarm.kind, source: alarm.sourceName });
      if (notify) this.#notices.raised(alarm);
    }
    if (isNew || alarm.clearedAt !== undefined) {
      this.#parts.hooks.tell('alarm', { type: isNew ? 'raised' : 'cleared', alarm });
    }
  }

  #missingMs(id: SourceId, windowMs: number): number | undefined {
    const { coverage, ports, log } = this.#parts;
    try {
      const measured = coverage(id, ports.clock.now() - windowMs);
      return measured && measured.armedMs - measured.capturedMs;
    } catch (error) {
      log.debug('The coverage of a source could not be measured.', { sourceId: id, error: String(error) });
      return undefined;
    }
  }

  async #lookAtDisk(): Promise<void> {
    const { ports, sources, log } = this.#parts;
    const { recordingsFolder: place, warnFreeBytes, minFreeBytes } = ports.settingsStore.read().settings;
    // A disk that hangs is not asked again.
    if (this.#isAskingDisk) return;
    this.#isAskingDisk = true;
    try {
      const freeBytes = await ports.fileSystem.freeBytes(place);
      if (this.#scope.ended) return;
      const rates = sources.configs().map(({ id }) => {
        const { state, format } = sources.status(id);
        return state === 'recording' && format ? bytesPerSecond(format) : 0;
      });
      const rate = rates.reduce((sum, bytes) => sum + bytes, 0);
      this.#watch.onDisk({ freeBytes, keptBytes: minFreeBytes, bytesPerSecond: rate }, place, warnFreeBytes);
    } catch (error) {
      // A folder that is not there yet, or a disk that is gone, is told by the sources that record to it.
      log.debug('The free space could not be asked for.', { error: String(error) });
    } finally {
      this.#isAskingDisk = false;
    }
  }

  get #settings(): AlarmSettings {
    return this.#parts.ports.settingsStore.read().settings.alarms;
  }
}

function bytesPerSecond({ codec, sampleRate, channels, bitDepth, bitrate }: AudioFormat): number {
  return codec === 'pcm' ? (sampleRate * channels * (bitDepth ?? 16)) / 8 : (bitrate ?? 0) / 8;
}
