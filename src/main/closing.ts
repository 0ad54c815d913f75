import type { Settings } from '../shared/domain/settings.ts';
import type { ToldOnce } from './shellState.ts';

export interface ClosingOptions {
  /** How many sources are armed now. */
  readonly armedCount: () => number;
  /** There is a tray that leads back to the window. */
  readonly hasTray: () => Promise<boolean>;
  readonly whenClosed: () => Settings['whenClosed'];
  /** Lets go of the window. */
  readonly close: () => void;
  readonly minimise: () => void;
  readonly quit: () => void;
  readonly tell: (what: ToldOnce, message: string) => void;
}

/** What closing the window does: recording never stops for it, and the window never goes where nobody finds it again. */
export class Closing {
  readonly #options: ClosingOptions;
  #deciding: Promise<void> | undefined;

  constructor(options: ClosingOptions) {
    this.#options = options;
  }

  /** A person closes the window. */
  request(): Promise<void> {
    this.#deciding ??= this.#decide().finally(() => {
      this.#deciding = undefined;
    });
    return this.#deciding;
  }

  async #decide(): Promise<void> {
    const { armedCount, hasTray, whenClosed, close, minimise, quit, tell } = this.#options;
    if (armedCount() === 0 && whenClosed() === 'quit') return quit();
    const isTrayThere = await hasTray();
    const armed = armedCount();
    if (isTrayThere) {
      close();
      if (armed > 0) tell('recording', `${recorded(armed)} Its icon in the tray brings the window back, and quits.`);
      else tell('staying', 'Its icon in the tray brings the window back, and quits. The settings can say otherwise.');
    } else if (armed > 0) {
      minimise();
      tell('minimised', `This desktop has no tray, so the window was minimised instead of closed. ${recorded(armed)}`);
    } else {
      // Without a tray and with nothing to do, nothing is left to stay for.
      quit();
    }
  }
}

function recorded(armed: number): string {
  return `Recording goes on with ${armed === 1 ? '1 source' : `${armed} sources`}.`;
}
