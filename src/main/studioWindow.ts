import type { BrowserWindow } from 'electron';
import type { Log } from '../shared/ports/log.ts';
import type { ShellState } from './shellState.ts';
import { focusWindow, openWindow } from './window.ts';

export interface StudioWindowOptions {
  readonly url: string;
  /** Path of the preload script. */
  readonly preload: string;
  readonly state: ShellState;
  readonly log: Log;
  /** The person wants to close the window. */
  readonly onCloseRequest: () => void;
  /** The page begins to load, for the first time or again. */
  readonly onPageChange: () => void;
  /** The window and its page are gone; the studio goes on. */
  readonly onClosed: () => void;
}

/** The one window, which comes and goes while the studio records. */
export class StudioWindow {
  readonly #options: StudioWindowOptions;
  #window: BrowserWindow | undefined;

  constructor(options: StudioWindowOptions) {
    this.#options = options;
  }

  /** Undefined while it is closed. */
  get(): BrowserWindow | undefined {
    return this.#window;
  }

  open({ isMinimised = false } = {}): void {
    const { url, preload, state, log, onCloseRequest, onPageChange, onClosed } = this.#options;
    const window = openWindow({
      url,
      preload,
      log,
      kept: state.window,
      onPlace: (place) => state.keepWindow(place),
      isMinimised,
      onCloseRequest: (event) => {
        event.preventDefault();
        onCloseRequest();
      },
      onPageChange,
    });
    window.once('closed', () => {
      this.#window = undefined;
      onClosed();
    });
    this.#window = window;
  }

  toFront(): void {
    if (this.#window) focusWindow(this.#window);
    else this.open();
  }

  minimise(): void {
    this.#window?.minimize();
  }

  /** Lets go of the window, and of the process of its page. */
  close(): void {
    this.#window?.destroy();
  }

  /** Whether a person can be expected to see what it shows. */
  isSeen(): boolean {
    return this.#window?.isFocused() === true;
  }

  /** Shows in the taskbar or the dock how far something is, 0..1; undefined: nothing. */
  showProgress(fraction: number | undefined): void {
    this.#window?.setProgressBar(fraction ?? -1);
  }
}
