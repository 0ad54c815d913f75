import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { EventName, EventPayload } from '../../../shared/contract/events.ts';
import { DEFAULT_WEBHOOK_KINDS, type HookKind } from '../../../shared/domain/hooks.ts';
import { errorText, LongtakeError } from '../../../shared/errors.ts';
import type { Log } from '../../../shared/ports/log.ts';
import { Scope } from '../../../shared/scope.ts';
import type { RecordingId, UploadId } from '../../../shared/units.ts';
import { Outbox } from '../../alarms/outbox.ts';
import { ScriptRunner } from '../../alarms/scriptRunner.ts';
import { postMessage, type WebhookMessage, type WebhookTarget } from '../../alarms/webhook.ts';
import type { Library } from '../../library/library.ts';
import type { Emitter } from '../emitter.ts';
import type { Review } from '../review.ts';
import type { StudioPorts } from '../studio.ts';
import { HookFile } from './hookFile.ts';
import { FirstTime, ToldSections } from './toldOnce.ts';

/** Where the secret of the webhook is among the secrets. */
export const WEBHOOK_SECRET_KEY = 'alarms:webhook:secret';
/** A section that nothing was added to for so long is told, ms; longer than a detection may wait for more of it. */
const SETTLED_MS = 20_000;

type Told = Omit<WebhookMessage, 'host' | 'at'>;

export interface HooksParts {
  readonly ports: StudioPorts;
  readonly log: Log;
  readonly events: Emitter;
  readonly library: () => Library;
  readonly review: Pick<Review, 'sections'>;
}

/** Tells other programs what happens: a webhook, through one outbox that outlives this run, and a script. */
export class Hooks {
  readonly #parts: HooksParts;
  readonly #scope = new Scope();
  readonly #outbox: Outbox;
  readonly #file: HookFile;
  readonly #runner: ScriptRunner;
  readonly #opened = new FirstTime<RecordingId>();
  readonly #closed = new FirstTime<RecordingId>();
  readonly #uploaded = new FirstTime<UploadId>();
  readonly #sections = new ToldSections();
  readonly #looking = new Set<RecordingId>();
  #startedAt = Infinity;

  constructor(parts: HooksParts) {
    this.#parts = parts;
    const { ports, log, events, library } = parts;
    this.#outbox = new Outbox({
      clock: ports.clock,
      log,
      store: {
        list: () => library().alarms.deliveries(),
        save: (delivery) => library().alarms.saveDelivery(delivery),
        remove: (id) => library().alarms.removeDelivery(id),
      },
      target: () => this.#target(this.#settings.alarms.webhookUrl),
      post: postMessage,
      pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
    });
    const onProblem = (message: string): void => {
      log.warn(message);
      events.emit('notice', { severity: 'warning', message });
    };
    this.#file = new HookFile(join(ports.dataFolder, 'hooks.json'), onProblem);
    this.#runner = new ScriptRunner({
      log,
      folder: ports.dataFolder,
      onProblem: (message) => events.emit('notice', { severity: 'warning', message }),
    });
    this.#scope.add(events.on((name, payload) => this.#heard(name, payload)));
  }

  /** The library is open: what an earlier run left is sent. */
  start(): void {
    this.#startedAt = this.#parts.ports.clock.now();
    this.#outbox.start();
    this.#file.script();
  }

  /** What was not sent is kept for the next start. */
  async stop(): Promise<void> {
    await this.#scope.dispose();
    await Promise.all([this.#runner.stop(), this.#outbox.stop()]);
  }

  tell(kind: HookKind, told: Told): void {
    const { webhookUrl } = this.#settings.alarms;
    const wanted = this.#settings.hooks?.webhook ?? DEFAULT_WEBHOOK_KINDS;
    const script = this.#file.script();
    const posts = webhookUrl !== '' && wanted.includes(kind);
    const runs = script !== undefined && (script.events?.includes(kind) ?? true);
    if (!posts && !runs) return;
    const at = this.#parts.ports.clock.now();
    const message: WebhookMessage = { ...told, host: hostname(), at };
    const body = JSON.stringify(message);
    if (posts) this.#outbox.add({ id: randomUUID(), madeAt: at, body });
    if (runs) this.#runner.add({ script, type: told.type, body });
  }

  status() {
    const { waiting, dropped, problem } = this.#outbox;
    const script = this.#file.script();
    return {
      webhook: { waiting, ...(dropped === 0 ? {} : { dropped }), ...(problem === undefined ? {} : { problem }) },
      ...(script ? { script: { program: script.program, ...this.#runner.status } } : {}),
    };
  }

  async webhook(): Promise<{ hasSecret: boolean; waiting: number; dropped?: number; problem?: string }> {
    const secret = await this.#parts.ports.secrets.get(WEBHOOK_SECRET_KEY);
    return { hasSecret: secret !== undefined, ...this.status().webhook };
  }

  async setWebhookSecret(secret: string): Promise<void> {
    const { secrets } = this.#parts.ports;
    if (secret === '') await secrets.delete(WEBHOOK_SECRET_KEY);
    else await secrets.set(WEBHOOK_SECRET_KEY, secret);
  }

  async testWebhook(url: string): Promise<void> {
    const target = await this.#target(url);
    const now = this.#parts.ports.clock.now();
    const message: WebhookMessage = { type: 'test', host: hostname(), at: now };
    if (!target) throw new LongtakeError('INVALID_INPUT', 'Enter an address that starts with http:// or https://.');
    await postMessage(target, { id: randomUUID(), body: JSON.stringify(message) }, { now, signal: this.#scope.signal });
  }

  #heard<Name extends EventName>(name: Name, payload: EventPayload<Name>): void {
    switch (name) {
      case 'settings.changed':
        this.#outbox.retry();
        return;
      case 'recordings.opened': {
        const recording = payload as EventPayload<'recordings.opened'>;
        if (this.#opened.note(recording.id)) this.tell('opened', { type: 'opened', recording });
        return;
      }
      case 'recordings.closed': {
        const recording = payload as EventPayload<'recordings.closed'>;
        if (this.#closed.note(recording.id)) this.tell('closed', { type: 'closed', recording });
        return;
      }
      case 'sections.changed':
        this.#lookForSections((payload as EventPayload<'sections.changed'>).recordingId);
        return;
      case 'uploads.changed':
        for (const upload of (payload as EventPayload<'uploads.changed'>).uploads) {
          if (upload.state !== 'done' || upload.updatedAt < this.#startedAt) continue;
          if (this.#uploaded.note(upload.id)) this.tell('uploaded', { type: 'uploaded', upload });
        }
        return;
      default:
    }
  }

  /** Sections of what was captured since the start; those from before are found anew whenever a setting changes. */
  #lookForSections(id: RecordingId): void {
    const { ports, review, log } = this.#parts;
    if (this.#looking.has(id) || !this.#isWanted('section')) return;
    try {
      const settledAt = ports.clock.now() - SETTLED_MS;
      const recent = review.sections(id).filter(({ to }) => to > this.#startedAt);
      for (const section of this.#sections.pick(id, recent, settledAt))
        this.tell('section', { type: 'section', section });
      if (!recent.some(({ live, to }) => live === true && to > settledAt)) return;
      this.#looking.add(id);
      this.#scope.timeout(SETTLED_MS, () => {
        this.#looking.delete(id);
        this.#lookForSections(id);
      });
    } catch (error) {
      log.warn('The sections of a recording cannot be told.', { recordingId: id, error: errorText(error) });
    }
  }

  #isWanted(kind: HookKind): boolean {
    const { alarms, hooks } = this.#settings;
    const script = this.#file.script();
    const posts = alarms.webhookUrl !== '' && (hooks?.webhook ?? DEFAULT_WEBHOOK_KINDS).includes(kind);
    return posts || (script !== undefined && (script.events?.includes(kind) ?? true));
  }

  async #target(url: string): Promise<WebhookTarget | undefined> {
    if (url === '') return undefined;
    return { url, secret: await this.#parts.ports.secrets.get(WEBHOOK_SECRET_KEY) };
  }

  get #settings() {
    return this.#parts.ports.settingsStore.read().settings;
  }
}
