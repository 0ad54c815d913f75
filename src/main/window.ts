import { join } from 'node:path';
import { BrowserWindow, app, nativeTheme, screen } from 'electron';
import type { Log } from '../shared/ports/log.ts';
import { readConsoleMessage } from './consoleMessage.ts';
import type { KeptWindow } from './shellState.ts';
import { type Area, placeWindow } from './windowPlace.ts';

/** The page's ground, so that nothing flashes before it is drawn. */
const GROUND = { light: '#ffffff', dark: '#0f1113' } as const;
const MIN_SIZE = { width: 900, height: 600 };
const FIRST_SIZE = { width: 1280, height: 800 };
/** A place that holds for so long is kept, ms: a window that is dragged is somewhere else in every frame. */
const KEEP_PLACE_MS = 500;
/** A page that crashes again within this time, ms, is given a rest before it is loaded again. */
const CRASH_LOOP_MS = 30_000;
const REST_MS = 5_000;

export interface WindowOptions {
  readonly url: string;
  /** Path of the preload script. */
  readonly preload: string;
  readonly log: Log;
  /** Where it was before; absent: never. */
  readonly kept: KeptWindow | undefined;
  readonly onPlace: (place: KeptWindow) => void;
  /** It is there for those who look for it, and not shown. */
  readonly isMinimised: boolean;
  /** The person wants to close the window; what becomes of it is for the program to say. */
  readonly onCloseRequest: (event: { preventDefault: () => void }) => void;
  /** The page begins to load, for the first time or again. */
  readonly onPageChange: () => void;
}

/** Opens the window; it is shown once its page has something to show. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...(options.kept ? placeOf(options.kept) : FIRST_SIZE),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'Longtake',
    // Elsewhere the program's own.
    ...(process.platform === 'linux' ? { icon: iconPath() } : {}),
    autoHideMenuBar: true,
    backgroundColor: ground(),
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      // The spelling checker would download dictionaries.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => showFirst(window, options));
  followPlace(window, options.onPlace);
  window.on('close', options.onCloseRequest);
  const followTheme = (): void => window.setBackgroundColor(ground());
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.off('updated', followTheme));
  watchPage(window, options);
  // A page that cannot be loaded is told by did-fail-load.
  window.loadURL(options.url).catch(() => undefined);
  return window;
}

/** A package has it beside what was built. */
function iconPath(): string {
  return join(import.meta.dirname, app.isPackaged ? '../icons' : '../../packaging/icons', '256x256.png');
}

function showFirst(window: BrowserWindow, { kept, isMinimised }: WindowOptions): void {
  if (isMinimised) {
    // A window that was never shown has no place in the taskbar.
    window.showInactive();
    window.minimize();
    return;
  }
  if (kept?.isMaximized) window.maximize();
  if (kept?.isFullScreen) window.setFullScreen(true);
  window.show();
}

function placeOf(kept: Area): Area {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  return placeWindow(
    kept,
    [main, ...others].map(({ workArea }) => workArea),
  );
}

/** Keeps where the window is, and brings it back when its screen goes away. */
function followPlace(window: BrowserWindow, onPlace: WindowOptions['onPlace']): void {
  let timer: NodeJS.Timeout | undefined;
  const keep = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const [isMaximized, isFullScreen] = [window.isMaximized(), window.isFullScreen()];
    onPlace({ ...window.getNormalBounds(), isMaximized, isFullScreen });
  };
  const soon = (): void => {
    timer ??= setTimeout(keep, KEEP_PLACE_MS);
  };
  const bringBack = (): void => {
    if (!window.isMinimized()) window.setBounds(placeOf(window.getBounds()));
  };
  // Electron's types have an overload for each name, and none for several.
  window.on('move', soon);
  window.on('resize', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('enter-full-screen', soon);
  window.on('leave-full-screen', soon);
  window.on('close', keep);
  screen.on('display-removed', bringBack);
  window.once('closed', () => {
    clearTimeout(timer);
    screen.off('display-removed', bringBack);
  });
}

/** Brings the window to the front. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function ground(): string {
  return nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light;
}

/** Recording does not need the page: when it crashes, it is loaded again and finds everything as it is. */
function watchPage(window: BrowserWindow, { log, onPageChange }: WindowOptions): void {
  const contents = window.webContents;
  let crashedAt = -Infinity;
  contents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) onPageChange();
  });
  contents.on('render-process-gone', (_, { reason, exitCode }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    log.error('The window’s page ended. It is loaded again; recording goes on.', { reason, exitCode });
    const now = performance.now();
    const restMs = now - crashedAt < CRASH_LOOP_MS ? REST_MS : 0;
    crashedAt = now;
    setTimeout(() => {
      if (!window.isDestroyed()) contents.reload();
    }, restMs);
  });
  window.on('unresponsive', () => log.warn('The window’s page does not respond. Recording goes on.'));
  window.on('responsive', () => log.info('The window’s page responds again.'));
  contents.on('preload-error', (_, path, error) => log.error('The preload script failed.', { path, error }));
  contents.on('did-fail-load', (_, code, description, url, isMainFrame) => {
    if (isMainFrame) log.error('The window’s page could not be loaded.', { code, description, url });
  });
  const pageLog = log.scoped('page');
  contents.on('console-message', (...told: readonly unknown[]) => {
    const { level, message } = readConsoleMessage(told);
    pageLog[level](message);
  });
}
