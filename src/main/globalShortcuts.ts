import type { Background } from '../shared/contract/desktop.ts';
import { areSameKeys, type GlobalAction, globalActions, problemOfKeys } from '../shared/domain/globalKeys.ts';
import type { Settings } from '../shared/domain/settings.ts';
import type { Log } from '../shared/ports/log.ts';

/** Electron's global shortcuts, as far as they are needed. */
interface Keyboard {
  /** False when another program has the keys; throws for what are no keys. */
  register(accelerator: string, callback: () => void): boolean;
  unregister(accelerator: string): void;
}

type Shortcut = Background['shortcuts'][number];
type ShortcutSettings = Pick<Settings, (typeof globalActions)[GlobalAction]['setting']>;

export interface GlobalShortcutsOptions {
  readonly keyboard: Keyboard;
  readonly isMac: boolean;
  readonly settings: () => ShortcutSettings;
  /** The keys of this action went down. */
  readonly onPress: (action: GlobalAction) => void;
  /** What the keys do has changed. */
  readonly onChange: () => void;
  /** Keys that were set do nothing, as a sentence. */
  readonly tell: (message: string) => void;
  readonly log: Log;
}

const ACTIONS = Object.keys(globalActions) as readonly GlobalAction[];

/** Keys that work everywhere on the desktop, as the settings have them; and why those do not that do not. */
export class GlobalShortcuts {
  readonly #options: GlobalShortcutsOptions;
  #shortcuts: readonly Shortcut[] = [];

  constructor(options: GlobalShortcutsOptions) {
    this.#options = options;
  }

  /** Those that are set. */
  list(): readonly Shortcut[] {
    return this.#shortcuts;
  }

  /** Takes the keys of the settings and gives those back that it had. Nothing happens when they are the same. */
  follow(): void {
    const { settings, onChange, tell, log } = this.#options;
    const wanted = ACTIONS.map((action) => ({ action, keys: settings()[globalActions[action].setting] })).filter(
      ({ keys }) => keys !== '',
    );
    const before = this.#shortcuts;
    const isSame = (one: Shortcut, other: Shortcut | undefined): boolean =>
      one.action === other?.action && one.keys === other.keys;
    if (wanted.length === before.length && wanted.every((one, index) => isSame(one, before[index]))) return;
    this.end();
    const taken: Shortcut[] = [];
    for (const { action, keys } of wanted) {
      const problem = this.#take(action, keys, taken);
      taken.push({ action, keys, ...(problem === undefined ? {} : { problem }) });
      if (problem === undefined || before.some((one) => isSame(one, { action, keys }))) continue;
      log.warn(problem, { action, keys });
      tell(problem);
    }
    this.#shortcuts = taken;
    onChange();
  }

  /** Tries those again that could not be had: the program that had them may have ended. */
  retry(): void {
    const before = this.#shortcuts;
    if (before.every(({ problem }) => problem === undefined)) return;
    const taken: Shortcut[] = [];
    for (const one of before) {
      if (one.problem === undefined) taken.push(one);
      else {
        // Those that come after this one have their keys already.
        const others = before.filter((other) => other !== one && other.problem === undefined);
        const problem = this.#take(one.action, one.keys, [...others, ...taken]);
        taken.push({ action: one.action, keys: one.keys, ...(problem === undefined ? {} : { problem }) });
      }
    }
    this.#shortcuts = taken;
  }

  /** Gives all keys back. */
  end(): void {
    for (const { keys, problem } of this.#shortcuts) {
      if (problem === undefined) this.#options.keyboard.unregister(keys);
    }
    this.#shortcuts = [];
  }

  /** Returns why it could not. */
  #take(action: GlobalAction, keys: string, taken: readonly Shortcut[]): string | undefined {
    const { keyboard, isMac, onPress, log } = this.#options;
    const none = problemOfKeys(keys, isMac);
    if (none !== undefined) return none;
    const other = taken.find((one) => areSameKeys(one.keys, keys, isMac));
    if (other) return `${keys} are the keys to ${globalActions[other.action].does}. Choose others.`;
    try {
      if (keyboard.register(keys, () => onPress(action))) return undefined;
      return `${keys} cannot be taken to ${globalActions[action].does}: another program has them. Choose others.`;
    } catch (error) {
      log.warn('What was set as keys are none.', { keys, error: String(error) });
      return `"${keys}" are no keys. Write them like CommandOrControl+Alt+M.`;
    }
  }
}
