import { randomUUID } from 'node:crypto';
import type { TargetView } from '../../../shared/contract/uploads.ts';
import { type Target, targetAddress, type TargetDraft, type TargetKind } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import type { Log } from '../../../shared/ports/log.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';
import type { SettingsStore } from '../../../shared/ports/settingsStore.ts';
import { targetId, type TargetId } from '../../../shared/units.ts';
import { isLoopback } from '../../../shared/webAddress.ts';
import type { CreateDriver } from '../../upload/driver.ts';
import type { EventListener } from '../emitter.ts';

const PROBE_TIMEOUT_MS = 15_000;

export interface TargetsPorts {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly settingsStore: SettingsStore;
  readonly log: Log;
  readonly emit: EventListener;
  readonly createDriver: CreateDriver;
}

/** Where recordings can be uploaded to. */
export class Targets {
  readonly #ports: TargetsPorts;

  constructor(ports: TargetsPorts) {
    this.#ports = ports;
  }

  all(): readonly Target[] {
    return this.#ports.settingsStore.read().targets ?? [];
  }

  find(id: TargetId): Target | undefined {
    return this.all().find((target) => target.id === id);
  }

  get(id: TargetId): Target {
    const found = this.find(id);
    if (!found) throw new LongtakeError('NOT_FOUND', 'This target does not exist any more.');
    return found;
  }

  secret(id: TargetId): Promise<string | undefined> {
    return this.#ports.secrets.get(targetSecretKey(id));
  }

  list(): Promise<TargetView[]> {
    return Promise.all(this.all().map((target) => this.describe(target)));
  }

  async describe(target: Target): Promise<TargetView> {
    const sources = this.#ports.settingsStore
      .read()
      .sources.filter(({ targets }) => targets?.includes(target.id))
      .map(({ name }) => name);
    return { target, hasSecret: (await this.secret(target.id)) !== undefined, sources };
  }

  async add(draft: TargetDraft): Promise<Target> {
    return this.#save(targetId(randomUUID()), draft);
  }

  async update(id: TargetId, draft: TargetDraft): Promise<Target> {
    const before = this.get(id);
    if (before.kind !== draft.kind) {
      throw new LongtakeError('INVALID_INPUT', 'The kind of a target cannot be changed. Add another target.', {
        details: { field: 'kind' },
      });
    }
    return this.#save(id, draft);
  }

  /** Sources upload there no more; its secret is forgotten. */
  async remove(id: TargetId): Promise<void> {
    this.get(id);
    const state = this.#ports.settingsStore.read();
    const sources = state.sources.map((source) =>
      source.targets?.includes(id) ? { ...source, targets: source.targets.filter((other) => other !== id) } : source,
    );
    this.#ports.settingsStore.write({ ...state, sources, targets: this.all().filter((target) => target.id !== id) });
    await this.#ports.secrets.delete(targetSecretKey(id));
    this.#ports.emit('targets.changed', {});
    this.#ports.emit('sources.changed', {});
  }

  /** Tries what a person typed, with the stored secret where none was typed. */
  async probe(draft: TargetDraft, id: TargetId | undefined): Promise<string> {
    refuseOpen(draft);
    const { config, secret } = split(id ?? targetId(randomUUID()), draft);
    const stored = id === undefined ? undefined : await this.secret(id);
    const driver = this.#ports.createDriver(config, {
      secret: () => Promise.resolve(secret === undefined ? stored : secret || undefined),
      clock: this.#ports.clock,
      log: this.#ports.log,
    });
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    try {
      return await driver.probe(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new LongtakeError(
        'UPLOAD_UNREACHABLE',
        `${config.name} did not answer within 15 s. Check the address, and whether the server runs.`,
        { cause: error },
      );
    } finally {
      await driver.close();
    }
  }

  async #save(id: TargetId, draft: TargetDraft): Promise<Target> {
    refuseOpen(draft);
    const { config, secret } = split(id, draft);
    this.#refuseSameName(config);
    if (secret === '') await this.#ports.secrets.delete(targetSecretKey(id));
    else if (secret !== undefined) await this.#ports.secrets.set(targetSecretKey(id), secret);
    const others = this.all();
    const exists = others.some((other) => other.id === id);
    const targets = exists ? others.map((other) => (other.id === id ? config : other)) : [...others, config];
    this.#ports.settingsStore.write({ ...this.#ports.settingsStore.read(), targets });
    this.#ports.emit('targets.changed', {});
    return config;
  }

  #refuseSameName({ id, name }: Target): void {
    const same = (other: string): boolean =>
      other.normalize('NFC').toLowerCase() === name.normalize('NFC').toLowerCase();
    if (!this.all().some((other) => other.id !== id && same(other.name))) return;
    throw new LongtakeError('CONFLICT', `There is a target named "${name}" already. Choose another name.`, {
      details: { field: 'name' },
    });
  }
}

/** Where the token, password or key of a target is among the secrets. */
export function targetSecretKey(id: TargetId): string {
  return `target:${id}`;
}

function split(id: TargetId, draft: TargetDraft): { readonly config: Target; readonly secret: string | undefined } {
  const { secret, ...config } = draft;
  return { config: { id, ...config } as Extract<Target, { kind: TargetKind }>, secret };
}

/** A password or a recording does not cross a network in the open, unless a person says so. */
function refuseOpen(draft: TargetDraft): void {
  const address = targetAddress(draft);
  if (address === undefined || draft.insecure === true) return;
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw new LongtakeError(
    'INVALID_INPUT',
    'This address has no encryption: everyone on the way could read the audio and the password. Use https://, or allow it for this target.',
    { details: { field: 'insecure' } },
  );
}
