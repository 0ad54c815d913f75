import { isDeepStrictEqual } from 'node:util';
import type { Handlers } from '../../../shared/contract/handlers.ts';
import type { Retention } from '../../../shared/domain/retention.ts';
import type { Settings, SettingsPatch } from '../../../shared/domain/settings.ts';
import type { SourceConfig, SourceDraft } from '../../../shared/domain/source.ts';
import type { Target, TargetDraft } from '../../../shared/domain/target.ts';
import { LongtakeError, toWireError } from '../../../shared/errors.ts';
import type { SourceId, TargetId } from '../../../shared/units.ts';
import { WEBHOOK_SECRET_KEY } from '../hooks/hooks.ts';
import type { StudioParts } from '../studio.ts';
import { changesOf, type PlannedSettings } from './importPlan.ts';

/** What changes the studio, as everybody else changes it. */
export type Actions = Pick<
  Handlers,
  | 'settings.update'
  | 'sources.add'
  | 'sources.update'
  | 'sources.remove'
  | 'targets.add'
  | 'targets.update'
  | 'targets.remove'
  | 'alarms.setWebhookSecret'
>;

type Undo = () => unknown;

/** Takes over what a file has, and knows the way back, as long as the program runs. */
export class Importing {
  readonly #parts: StudioParts;
  readonly #actions: Actions;
  /** The last step first. */
  #undo: readonly Undo[] = [];

  constructor(parts: StudioParts, actions: Actions) {
    this.#parts = parts;
    this.#actions = actions;
  }

  /** Does all that can be done, and returns sentences about what could not. */
  async run(plan: PlannedSettings): Promise<string[]> {
    const problems = [...plan.problems];
    const undo: Undo[] = [];
    const attempt = async (what: string, step: () => Promise<void>): Promise<void> => {
      try {
        await step();
      } catch (error) {
        problems.push(`${what}: ${toWireError(error).message}`);
      }
    };
    const targets = new Map<string, TargetId>();
    for (const { wanted, here, forgetsSecret } of plan.targets) {
      await attempt(wanted.name, async () => {
        targets.set(wanted.id, await this.#target(wanted, here, forgetsSecret, undo));
      });
    }
    const sources = new Map<string, SourceId>();
    for (const { wanted, here, forgetsSecret } of plan.sources) {
      await attempt(wanted.name, async () => {
        const own = wanted.targets?.flatMap((id) => targets.get(id) ?? (this.#hasTarget(id) ? [id] : []));
        const { targets: _, ...rest } = wanted;
        const config = own === undefined || own.length === 0 ? rest : { ...rest, targets: own };
        sources.set(wanted.id, await this.#source(config, here, forgetsSecret, undo));
      });
    }
    await this.#settings(plan, sources, undo, attempt);
    this.#undo = undo.toReversed();
    return problems;
  }

  async undo(): Promise<void> {
    if (this.#undo.length === 0) throw new LongtakeError('CONFLICT', 'There is no import to take back.');
    const steps = this.#undo;
    this.#undo = [];
    for (const step of steps) await step();
  }

  #hasTarget(id: TargetId): boolean {
    return this.#parts.targets.find(id) !== undefined;
  }

  async #target(wanted: Target, here: Target | undefined, forgets: boolean, undo: Undo[]): Promise<TargetId> {
    if (!here) {
      const { target } = await this.#actions['targets.add'](draftOf(wanted));
      undo.push(() => this.#actions['targets.remove']({ id: target.id }));
      return target.id;
    }
    if (changesOf(here, wanted).length === 0) return here.id;
    const secret = await this.#parts.targets.secret(here.id);
    await this.#actions['targets.update']({
      id: here.id,
      draft: { ...draftOf(wanted), ...(forgets ? { secret: '' } : {}) },
    });
    undo.push(() =>
      this.#actions['targets.update']({
        id: here.id,
        draft: { ...draftOf(here), ...(secret === undefined ? {} : { secret }) },
      }),
    );
    return here.id;
  }

  async #source(
    wanted: SourceConfig,
    here: SourceConfig | undefined,
    forgets: boolean,
    undo: Undo[],
  ): Promise<SourceId> {
    if (!here) {
      const { config } = await this.#actions['sources.add'](sourceDraft(wanted));
      undo.push(() => this.#actions['sources.remove']({ id: config.id }));
      return config.id;
    }
    if (isDeepStrictEqual({ ...here, id: '' }, { ...wanted, id: '' })) return here.id;
    const password = await this.#parts.sources.password(here);
    await this.#actions['sources.update']({ id: here.id, draft: sourceDraft(wanted, forgets ? '' : undefined) });
    // What was not forgotten is left alone: a new password begins a new recording.
    const back = sourceDraft(here, forgets ? password : undefined);
    undo.push(() => this.#actions['sources.update']({ id: here.id, draft: back }));
    return here.id;
  }

  async #settings(
    { settings, forgetsHookSecret }: PlannedSettings,
    sources: ReadonlyMap<string, SourceId>,
    undo: Undo[],
    attempt: (what: string, step: () => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const { ports } = this.#parts;
    const before = ports.settingsStore.read().settings;
    const { recordingsFolder, ...wanted } = { ...settings, retention: this.#retention(settings.retention, sources) };
    const secret = forgetsHookSecret ? await ports.secrets.get(WEBHOOK_SECRET_KEY) : undefined;
    if (secret !== undefined) {
      await this.#actions['alarms.setWebhookSecret']({ secret: '' });
      undo.push(() => this.#actions['alarms.setWebhookSecret']({ secret }));
    }
    const update = async (patch: SettingsPatch): Promise<void> => {
      if (Object.keys(patch).length === 0) return;
      await this.#actions['settings.update'](patch);
      undo.push(() => this.#restore(before, patch));
    };
    await attempt('Settings', () => update(differing(wanted, before)));
    // A folder that is not on this computer keeps nothing else from being taken over.
    if (recordingsFolder !== before.recordingsFolder) {
      await attempt('Recordings folder', () => update({ recordingsFolder }));
    }
  }

  /** What was not there before has its default again. */
  async #restore(before: Settings, patch: SettingsPatch): Promise<void> {
    const known = Object.entries(before).filter(([key]) => key in patch);
    await this.#actions['settings.update'](Object.fromEntries(known));
    const { ports, events } = this.#parts;
    const state = ports.settingsStore.read();
    const surplus = Object.keys(patch).filter((key) => !(key in before));
    if (surplus.length === 0) return;
    const settings = Object.fromEntries(Object.entries(state.settings).filter(([key]) => !surplus.includes(key)));
    ports.settingsStore.write({ ...state, settings: settings as Settings });
    events.emit('settings.changed', settings as Settings);
  }

  /** Rules of single sources follow them to the ids that they have here. */
  #retention(retention: Retention, sources: ReadonlyMap<string, SourceId>): Retention {
    const { sources: rules, ...limits } = retention;
    if (!rules) return limits;
    const isHere = (id: string): boolean => this.#parts.sources.configs().some((config) => config.id === id);
    const own = Object.entries(rules).flatMap(([id, rule]) => {
      const mine = sources.get(id) ?? (isHere(id) ? id : undefined);
      return mine === undefined ? [] : [[mine, rule] as const];
    });
    return own.length === 0 ? limits : { ...limits, sources: Object.fromEntries(own) };
  }
}

function differing(wanted: Partial<Settings>, before: Settings): SettingsPatch {
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !isDeepStrictEqual(value, known.get(key))));
}

function draftOf(target: Target): TargetDraft {
  const { id: _, ...draft } = target;
  return draft as TargetDraft;
}

function sourceDraft(source: SourceConfig, password?: string): SourceDraft {
  const { id: _, ...config } = source;
  return (config.kind === 'stream' && password !== undefined ? { ...config, password } : config) as SourceDraft;
}
