import type { Log } from '../shared/ports/log.ts';

/** Electron's global shortcuts, as far as they are needed. */
export interface GlobalShortcuts {
  /** False when another program has the keys; throws for what are no keys. */
  register(accelerator: string, callback: () => void): boolean;
  unregister(accelerator: string): void;
}

export interface MarkShortcutOptions {
  readonly shortcuts: GlobalShortcuts;
  /** The keys of the settings; empty: none. */
  readonly keys: () => string;
  /** The key went down at `at`, ms since 1970 UTC. */
  readonly onMark: (at: number) => Promise<void>;
  readonly tell: (message: string) => void;
  readonly now: () => number;
  readonly log: Log;
}

/** Sets a marker by keys that work everywhere on the desktop. */
export class MarkShortcut {
  readonly #options: MarkShortcutOptions;
  #registered = '';

  constructor(options: MarkShortcutOptions) {
    this.#options = options;
  }

  /** Takes the keys of the settings; gives those back that it had. */
  follow(): void {
    const { keys, log } = this.#options;
    const wanted = keys();
    if (wanted === this.#registered) return;
    this.end();
    if (wanted === '') return;
    try {
      if (!this.#register(wanted)) {
        this.#refuse(`The keys ${wanted} cannot be taken for markers: another program has them. Choose others.`);
        return;
      }
    } catch (error) {
      log.warn('The keys for markers are none.', { keys: wanted, error: String(error) });
      this.#refuse(`"${wanted}" are no keys. Write them like CommandOrControl+Alt+M.`);
      return;
    }
    this.#registered = wanted;
  }

  end(): void {
    if (this.#registered !== '') this.#options.shortcuts.unregister(this.#registered);
    this.#registered = '';
  }

  /** Sets a marker at this instant, as the keys do. */
  mark(): void {
    const { now, onMark, log, tell } = this.#options;
    const at = now();
    onMark(at).catch((error: unknown) => {
      log.error('A marker could not be set.', { at, error: String(error) });
      tell('The marker could not be set. The log has the details.');
    });
  }

  #register(keys: string): boolean {
    return this.#options.shortcuts.register(keys, () => this.mark());
  }

  #refuse(message: string): void {
    this.#options.log.warn(message);
    this.#options.tell(message);
  }
}
