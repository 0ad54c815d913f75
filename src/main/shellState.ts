import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';

const pixels = z.int().min(-100_000).max(100_000);
const shellStateSchema = z.object({
  /** Where the window was, in the units of the desktop. */
  window: z
    .object({
      x: pixels,
      y: pixels,
      width: pixels.min(1),
      height: pixels.min(1),
      isMaximized: z.boolean(),
      isFullScreen: z.boolean(),
    })
    .optional(),
  /** What a person has been told once, and need not be told again. */
  told: z.array(z.enum(['recording', 'staying', 'minimised'])).optional(),
});
type State = z.infer<typeof shellStateSchema>;
export type KeptWindow = NonNullable<State['window']>;
export type ToldOnce = NonNullable<State['told']>[number];

/** What this desktop's window remembers, in `shell.json`: nothing that a person chose, and nothing that would be missed. */
export class ShellState {
  readonly #path: string;
  readonly #log: Log;
  #state: State;

  constructor(folder: string, log: Log) {
    this.#path = join(folder, 'shell.json');
    this.#log = log;
    this.#state = this.#read();
  }

  get window(): KeptWindow | undefined {
    return this.#state.window;
  }

  keepWindow(window: KeptWindow): void {
    if (JSON.stringify(window) !== JSON.stringify(this.#state.window)) this.#write({ ...this.#state, window });
  }

  /** True the first time it is asked for this. */
  isNews(what: ToldOnce): boolean {
    const { told = [] } = this.#state;
    if (told.includes(what)) return false;
    this.#write({ ...this.#state, told: [...told, what] });
    return true;
  }

  #read(): State {
    try {
      return shellStateSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        this.#log.warn('What the window remembered could not be read; it begins anew.', { error: String(error) });
      }
      return {};
    }
  }

  #write(state: State): void {
    this.#state = state;
    try {
      const half = `${this.#path}.new`;
      writeFileSync(half, JSON.stringify(state), { mode: 0o600 });
      renameSync(half, this.#path);
    } catch (error) {
      this.#log.warn('What the window remembers could not be written.', { error: String(error) });
    }
  }
}
