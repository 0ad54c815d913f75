import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Source } from '../../shared/contract/requests.ts';
import type { Settings } from '../../shared/domain/settings.ts';
import type { SourceConfig, SourceDraft, SourceStatus } from '../../shared/domain/source.ts';
import { LongtakeError, toWireError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Secrets } from '../../shared/ports/secrets.ts';
import type { SettingsStore } from '../../shared/ports/settingsStore.ts';
import { type SourceId, sourceId } from '../../shared/units.ts';
import { credentialsIn } from '../../shared/webAddress.ts';
import { withoutCredentials } from '../capture/stream/address.ts';
import type { ArmedSource, ArmTerms } from '../recorder/protocol.ts';
import { Armings } from './armings.ts';
import type { EventListener } from './emitter.ts';
import { recorderStopped } from './recorderHost.ts';

export interface SourcesPorts {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly settingsStore: SettingsStore;
  readonly armTerms?: (id: SourceId) => ArmTerms;
  readonly emit: EventListener;
}

/** The configured sources: what they are, which are armed, and what each does now. */
export class Sources {
  readonly #ports: SourcesPorts;
  readonly armings: Armings;
  readonly #statuses = new Map<SourceId, SourceStatus>();
  readonly #armedAt = new Map<SourceId, number>();

  constructor(ports: SourcesPorts) {
    this.#ports = ports;
    this.armings = new Armings(ports.settingsStore);
  }

  configs(): readonly SourceConfig[] {
    return this.#ports.settingsStore.read().sources;
  }

  config(id: SourceId): SourceConfig {
    const found = this.configs().find((config) => config.id === id);
    if (!found) throw new LongtakeError('NOT_FOUND', 'This source does not exist any more.');
    return found;
  }

  async list(): Promise<Source[]> {
    return Promise.all(this.configs().map((config) => this.describe(config)));
  }

  async describe(config: SourceConfig): Promise<Source> {
    const hasPassword =
      config.kind === 'stream' && (await this.#ports.secrets.get(passwordKey(config.id))) !== undefined;
    return { config, status: this.status(config.id), hasPassword };
  }

  async add(draft: SourceDraft): Promise<SourceConfig> {
    return this.#save(sourceId(randomUUID()), draft);
  }

  async update(id: SourceId, draft: SourceDraft): Promise<SourceConfig> {
    this.config(id);
    return this.#save(id, draft);
  }

  /** Takes passwords out of addresses that an earlier version, or an edited file, left in the settings. */
  async moveLogins(): Promise<void> {
    for (const config of this.configs()) {
      if (config.kind !== 'stream' || !credentialsIn(new URL(config.url))) continue;
      const stored = await this.password(config);
      const { id, ...draft } = config;
      await this.#save(id, { ...draft, ...(stored === undefined ? {} : { password: stored }) });
    }
  }

  async remove(id: SourceId): Promise<void> {
    this.config(id);
    const state = this.#ports.settingsStore.read();
    this.#ports.settingsStore.write({ ...state, sources: state.sources.filter((config) => config.id !== id) });
    await this.#ports.secrets.delete(passwordKey(id));
    this.#statuses.delete(id);
    this.#ports.emit('sources.changed', {});
  }

  /** What main remembers as armed, with the instant at which a person asked for it. */
  armed(): readonly SourceId[] {
    return [...this.#armedAt.keys()];
  }

  /** What was armed when the program ended, as far as it still exists. */
  #storedArmed(): readonly SourceId[] {
    const { armed, sources } = this.#ports.settingsStore.read();
    return armed.filter((id) => sources.some((config) => config.id === id));
  }

  /** What is armed when the studio starts. */
  armedAtStart({ armAtStart, resumeArmed }: Pick<Settings, 'armAtStart' | 'resumeArmed'>): readonly SourceId[] {
    if (armAtStart) return this.configs().map(({ id }) => id);
    return resumeArmed ? this.#storedArmed() : [];
  }

  /** When a person asked for it; ms since 1970 UTC. */
  armedAt(id: SourceId): number | undefined {
    return this.#armedAt.get(id);
  }

  markArmed(id: SourceId): number {
    const known = this.#armedAt.get(id);
    if (known !== undefined) return known;
    const armedAt = this.#ports.clock.now();
    this.#armedAt.set(id, armedAt);
    this.#storeArmed();
    return armedAt;
  }

  /** What was armed when the program ended, or is to be at every start, is armed from now on. */
  resume(ids: readonly SourceId[]): void {
    const armedAt = this.#ports.clock.now();
    for (const id of ids) if (!this.#armedAt.has(id)) this.#armedAt.set(id, armedAt);
    // Mostly it is what is stored already: a write would hold up the first sample.
    if (!isDeepStrictEqual(this.armed(), this.#ports.settingsStore.read().armed)) this.#storeArmed();
  }

  markDisarmed(id: SourceId): void {
    this.#armedAt.delete(id);
    this.#storeArmed();
  }

  /** With the password, for the recorder's memory only. */
  async armedSource(id: SourceId): Promise<ArmedSource> {
    const config = this.config(id);
    const password = await this.password(config);
    return {
      config,
      ...this.#ports.armTerms?.(id),
      ...(password === undefined ? {} : { password }),
      // It goes on counting where the recorder before it stopped.
      failures: this.status(id).attempt ?? 0,
      ...this.armings.of(id),
    };
  }

  async password(config: SourceConfig): Promise<string | undefined> {
    return config.kind === 'stream' ? this.#ports.secrets.get(passwordKey(config.id)) : undefined;
  }

  status(id: SourceId): SourceStatus {
    return this.#statuses.get(id) ?? { sourceId: id, state: 'disarmed', since: this.#ports.clock.now() };
  }

  setStatus(status: SourceStatus): void {
    this.#statuses.set(status.sourceId, status);
    this.#ports.emit('sources.status', status);
  }

  setDisarmed(id: SourceId): void {
    this.setStatus({ sourceId: id, state: 'disarmed', since: this.#ports.clock.now() });
  }

  /** It is armed, and has a longest length. */
  isLimited(id: SourceId): boolean {
    return (
      this.#armedAt.has(id) &&
      this.configs().some((config) => config.id === id && config.maxLengthSeconds !== undefined)
    );
  }

  /** It cannot even be handed to the recorder now. */
  setArmFailed(id: SourceId, error: unknown): void {
    const armedAt = this.#armedAt.get(id);
    if (armedAt === undefined) return;
    this.setStatus({
      sourceId: id,
      state: 'failed',
      since: this.#ports.clock.now(),
      armedAt,
      problem: toWireError(error),
    });
  }

  /** Their recorder is gone for a moment: nothing is recorded, and the window says so. */
  setInterrupted(ids: readonly SourceId[]): void {
    for (const id of ids) {
      const { armedAt } = this.status(id);
      this.setStatus({
        sourceId: id,
        state: this.armings.of(id).paused ? 'paused' : 'reconnecting',
        since: this.#ports.clock.now(),
        ...(armedAt === undefined ? {} : { armedAt }),
        problem: toWireError(recorderStopped),
      });
    }
  }

  async #save(id: SourceId, draft: SourceDraft): Promise<SourceConfig> {
    const { config, password } = split(id, draft);
    this.#refuseSameName(config);
    if (password === '') await this.#ports.secrets.delete(passwordKey(id));
    else if (password !== undefined) await this.#ports.secrets.set(passwordKey(id), password);
    const state = this.#ports.settingsStore.read();
    const exists = state.sources.some((other) => other.id === id);
    const sources = exists
      ? state.sources.map((other) => (other.id === id ? config : other))
      : [...state.sources, config];
    this.#ports.settingsStore.write({ ...state, sources });
    this.#ports.emit('sources.changed', {});
    return config;
  }

  /** Names make folders: two sources with one name would be mixed up in them. */
  #refuseSameName(config: SourceConfig): void {
    const taken = this.configs().some((other) => other.id !== config.id && sameName(other.name, config.name));
    if (taken) {
      throw new LongtakeError('CONFLICT', `There is a source named "${config.name}" already. Choose another name.`, {
        details: { field: 'name' },
      });
    }
  }

  #storeArmed(): void {
    const state = this.#ports.settingsStore.read();
    this.#ports.settingsStore.write({ ...state, armed: this.armed() });
  }
}

/** As the settings have it. */
const LONGEST_USERNAME = 200;

function split(id: SourceId, draft: SourceDraft): { config: SourceConfig; password: string | undefined } {
  if (draft.kind !== 'stream') return { config: { id, ...draft }, password: undefined };
  const { password, ...config } = draft;
  const url = new URL(config.url);
  if (url.username === '' && url.password === '') return { config: { id, ...config }, password };
  // A password has no place in the settings, wherever it was typed.
  const login = credentialsIn(url);
  const bare = {
    ...config,
    url: withoutCredentials(url).href,
    username: config.username || (login?.username ?? '').slice(0, LONGEST_USERNAME),
  };
  return { config: { id, ...bare }, password: password || login?.password || password };
}

function sameName(one: string, other: string): boolean {
  return one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();
}

/** Where the password of a stream is among the secrets. */
export function passwordKey(id: SourceId): string {
  return `source:${id}:password`;
}
