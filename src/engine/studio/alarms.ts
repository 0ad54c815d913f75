import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { AlarmNotices } from '../alarms/notices.ts';
import { AlarmWatch } from '../alarms/alarmWatch.ts';
import { Outbox } from '../alarms/outbox.ts';
import { rulesOf } from '../../shared/domain/alarmRules.ts';
import { postMessage, type WebhookMessage, type WebhookTarget } from '../alarms/webhook.ts';
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
import type { Sources } from './sources.ts';
import { StreamSampler } from './streamSampler.ts';
import type { StudioPorts } from './studio.ts';

const TICK_MS = 1000;
const SAMPLE_TICK_MS = 2000;
const DISK_TICK_MS = 15_000;
const SECRET_KEY = 'alarms:webhook:secret';

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
}

/** Raises alarms from what the studio hears, and tells them: as events, in the history, on the desktop, to a webhook. */
export class Alarms {
  readonly #parts: AlarmsParts;
  readonly #scope = new Scope();
  readonly #watch: AlarmWatch;
  readonly #notices: AlarmNotices;
  readonly #outbox: Outbox;
  readonly #sampler: StreamSampler;
  #isAskingDisk = false;

  constructor(parts: AlarmsParts) {
    this.#parts = parts;
    const { ports, log, events, sources, analyst, library } = parts;
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
    this.#outbox = new Outbox({
      clock,
      log,
      store: {
        list: () => library().alarms.deliveries(),
        save: (delivery) => library().alarms.saveDelivery(delivery),
        remove: (id) => library().alarms.removeDelivery(id),
      },
      target: () => this.#target(this.#settings.webhookUrl),
      post: postMessage,
      pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    });
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
        else if (name === 'settings.changed') this.#outbox.retry();
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
    this.#outbox.start();
    this.#scope.interval(TICK_MS, () => this.#watch.tick());
    this.#scope.interval(SAMPLE_TICK_MS, () => this.#sampler.tick());
    this.#scope.interval(DISK_TICK_MS, () => void this.#lookAtDisk());
    void this.#lookAtDisk();
  }

  /** What is raised is closed in the history; what was not sent is kept for the next start. */
  async stop(): Promise<void> {
    await this.#scope.dispose();
    this.#watch.end();
    await this.#outbox.stop();
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

  async webhook(): Promise<{ hasSecret: boolean; waiting: number; problem?: string }> {
    const { problem, waiting } = this.#outbox;
    const secret = await this.#parts.ports.secrets.get(SECRET_KEY);
    return { hasSecret: secret !== undefined, waiting, ...(problem === undefined ? {} : { problem }) };
  }

  async setWebhookSecret(secret: string): Promise<void> {
    const { secrets } = this.#parts.ports;
    if (secret === '') await secrets.delete(SECRET_KEY);
    else await secrets.set(SECRET_KEY, secret);
  }

  async testWebhook(url: string): Promise<void> {
    const target = await this.#target(url);
    const now = this.#parts.ports.clock.now();
    const message: WebhookMessage = { type: 'test', host: hostname(), at: now };
    if (!target) throw new LongtakeError('INVALID_INPUT', 'Enter an address that starts with http:// or https://.');
    await postMessage(target, { id: randomUUID(), body: JSON.stringify(message) }, { now, signal: this.#scope.signal });
  }

  #onChange(alarm: Alarm): void {
    const { catalogue, events, log } = this.#parts;
    catalogue.saveAlarm(alarm);
    events.emit('alarms.changed', alarm);
    const { notify, webhookUrl } = this.#settings;
    const isNew = alarm.clearedAt === undefined && alarm.acknowledgedAt === undefined;
    if (isNew) {
      log.warn(`Alarm: ${alarm.message}`, { kind: alarm.kind, source: alarm.sourceName });
      if (notify) this.#notices.raised(alarm);
    }
    if (webhookUrl !== '' && (isNew || alarm.clearedAt !== undefined)) {
      this.#tellWebhook({ type: isNew ? 'raised' : 'cleared', alarm });
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

  #tellWebhook(what: Pick<WebhookMessage, 'type' | 'alarm'>): void {
    const at = this.#parts.ports.clock.now();
    const message: WebhookMessage = { ...what, host: hostname(), at };
    this.#outbox.add({ id: randomUUID(), madeAt: at, body: JSON.stringify(message) });
  }

  async #target(url: string): Promise<WebhookTarget | undefined> {
    if (url === '') return undefined;
    return { url, secret: await this.#parts.ports.secrets.get(SECRET_KEY) };
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
