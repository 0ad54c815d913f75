import type { Log } from '../shared/ports/log.ts';

/** The studio gives itself about 5 s; after this long, ms, the program ends without it. */
const STOP_MS = 5500;

export interface ShutdownOptions {
  /** How many sources are armed now. */
  readonly armedCount: () => number;
  /** Asks the person whether to quit although sources are armed. */
  readonly confirm: (armed: number) => Promise<boolean>;
  /** Closes every file and ends every child. */
  readonly stop: () => Promise<void>;
  /** Ends the process. */
  readonly exit: (code: number) => void;
  readonly log: Log;
}

/** Ends the program in order: recording never stops because somebody closed a window without being told. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  #asking = false;
  #ending: Promise<void> | undefined;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** A person closes the last window or quits: they are asked when something is armed. */
  async request(): Promise<void> {
    if (this.#ending || this.#asking) return this.#ending;
    const armed = this.#options.armedCount();
    if (armed > 0) {
      this.#asking = true;
      try {
        if (!(await this.#options.confirm(armed))) return undefined;
      } finally {
        this.#asking = false;
      }
    }
    return this.end('A person quit.');
  }

  /** The system or another program ends this one: nobody is asked. Resolves after `exit` was called. */
  end(reason: string): Promise<void> {
    this.#ending ??= this.#end(reason);
    return this.#ending;
  }

  async #end(reason: string): Promise<void> {
    const { log, stop, exit } = this.#options;
    log.info(`Ending. ${reason}`);
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The studio did not stop within ${STOP_MS} ms.`)), STOP_MS);
    });
    try {
      await Promise.race([stop(), tooLong]);
      log.info('Ended.');
      exit(0);
    } catch (error) {
      log.error('The studio did not stop cleanly.', { error });
      exit(1);
    } finally {
      clearTimeout(timer);
    }
  }
}
