import { globalShortcut } from 'electron';
import type { Studio } from '../engine/studio/studio.ts';
import type { Background } from '../shared/contract/desktop.ts';
import type { ExportJob } from '../shared/contract/exports.ts';
import type { Settings } from '../shared/domain/settings.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Notifier } from '../shared/ports/notifier.ts';
import { Closing } from './closing.ts';
import { Controls } from './controls.ts';
import { tellOnce } from './desktop.ts';
import { ExportProgress } from './exportProgress.ts';
import { GlobalShortcuts } from './globalShortcuts.ts';
import type { Ipc } from './ipc.ts';
import { LoginItem } from './loginItem.ts';
import type { ShellState } from './shellState.ts';
import { SourceBook } from './sourceBook.ts';
import type { StudioWindow } from './studioWindow.ts';
import { StudioTray } from './tray.ts';
import { TrayHost } from './trayHost.ts';

export interface BackgroundOptions {
  readonly studio: Studio;
  readonly settings: () => Settings;
  readonly window: StudioWindow;
  readonly ipc: Ipc;
  readonly state: ShellState;
  readonly notifier: Notifier;
  /** Asks where something is armed, and ends the program. */
  readonly quit: () => void;
  readonly noDialogs: boolean;
  /** ms since 1970 UTC. */
  readonly now: () => number;
  readonly log: Log;
}

/** The studio's life beside its window: tray, keys that work everywhere, log-in, closing, and how far exports are. */
export class BackgroundLife {
  readonly #options: BackgroundOptions;
  readonly #sources: SourceBook;
  readonly #exporting: ExportProgress;
  readonly #tray: StudioTray;
  readonly #host: TrayHost;
  readonly #shortcuts: GlobalShortcuts;
  readonly #login: LoginItem;
  readonly #closing: Closing;
  #loginProblem: string | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(options: BackgroundOptions) {
    this.#options = options;
    const { studio, settings, window, state, ipc, notifier, noDialogs, quit, now, log } = options;
    this.#sources = new SourceBook(studio, log.scoped('tray'));
    this.#exporting = new ExportProgress(() => performance.now());
    const warn = (message: string): void => ipc.send('notice', { severity: 'warning', message });
    const controls = new Controls({
      handlers: studio.handlers,
      sources: this.#sources,
      open: () => window.toFront(),
      quit,
      onFailure: (message) => {
        warn(message);
        if (!window.isSeen()) notifier.notify({ title: 'Longtake', body: message, urgent: false });
      },
      onDone: (body) => {
        if (!window.isSeen()) notifier.notify({ title: 'Longtake', body, urgent: false });
      },
      now,
      log: log.scoped('controls'),
    });
    this.#tray = new StudioTray({
      studio,
      sources: this.#sources,
      exporting: this.#exporting,
      log: log.scoped('tray'),
      onAction: (action) => controls.do(action),
    });
    this.#host = new TrayHost(() => {
      if (this.#host.isThere) this.#tray.place();
      this.#changed();
    }, log.scoped('tray'));
    this.#shortcuts = new GlobalShortcuts({
      keyboard: globalShortcut,
      isMac: process.platform === 'darwin',
      settings,
      onPress: (action) => controls.press(action),
      onChange: () => this.#changed(),
      tell: warn,
      log: log.scoped('shortcuts'),
    });
    this.#login = new LoginItem({
      settings,
      onProblem: (problem) => {
        if (problem !== undefined) warn(problem);
        if (problem === this.#loginProblem) return;
        this.#loginProblem = problem;
        this.#changed();
      },
      log: log.scoped('login'),
    });
    this.#closing = new Closing({
      armedCount: () => studio.armedCount(),
      hasTray: () => this.hasTray(),
      whenClosed: () => settings().whenClosed,
      close: () => window.close(),
      minimise: () => window.minimise(),
      quit,
      tell: (what, message) => {
        log.info('The window was closed.', { what });
        if (what === 'minimised') ipc.send('notice', { severity: 'info', message });
        if (state.isNews(what)) tellOnce({ noDialogs }, notifier, message);
      },
    });
    studio.onEvent((name, payload) => {
      // The compiler cannot follow that the payload belongs to the name.
      if (name === 'exports.changed') this.#exportChanged(payload as ExportJob);
      else if (name === 'settings.changed') {
        this.#shortcuts.follow();
        void this.#login.follow(true);
      }
    });
  }

  /** Whether there is a tray that leads to a window that is not shown. */
  async hasTray(): Promise<boolean> {
    return (await this.#host.look()) && this.#tray.isPlaced;
  }

  /** The studio has started. */
  async start(): Promise<void> {
    this.#shortcuts.follow();
    await Promise.all([this.#sources.read(), this.#login.follow(false), this.#host.look()]);
    if (this.#tray.isPlaced) this.#tray.follow();
    else this.#tray.place();
    if (!this.#host.isThere) this.#stopWaiting = this.#host.waitForOne();
  }

  end(): void {
    this.#stopWaiting?.();
    this.#shortcuts.end();
  }

  /** Somebody asks how it is now. */
  look(): Background {
    this.#shortcuts.retry();
    return this.#state();
  }

  closeRequested(): void {
    this.#closing.request().catch((error: unknown) => {
      this.#options.log.error('The window could not be closed.', { error: String(error) });
    });
  }

  #state(): Background {
    const isWayland = process.platform === 'linux' && (process.env['WAYLAND_DISPLAY'] ?? '') !== '';
    return {
      hasTray: this.#host.isThere,
      ...(this.#loginProblem === undefined ? {} : { loginProblem: this.#loginProblem }),
      shortcuts: [...this.#shortcuts.list()],
      ...(isWayland
        ? { shortcutsNote: 'On Wayland, the desktop decides whether keys reach Longtake from other programs.' }
        : {}),
    };
  }

  #exportChanged(job: ExportJob): void {
    const { window, notifier } = this.#options;
    const hasTakenLong = this.#exporting.heard(job);
    window.showProgress(this.#exporting.fraction());
    if (!hasTakenLong || window.isSeen() || job.state === 'cancelled') return;
    const { title, state, message = 'The log has the details.' } = job;
    if (state === 'done') notifier.notify({ title: 'Export finished', body: title, urgent: false });
    else notifier.notify({ title: 'Export failed', body: `${title}: ${message}`, urgent: false });
  }

  #changed(): void {
    this.#options.ipc.send('desktop.backgroundChanged', this.#state());
  }
}
