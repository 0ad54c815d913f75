import { BrowserWindow, app, nativeTheme } from 'electron';
import type { Log } from '../shared/ports/log.ts';
import { readConsoleMessage } from './consoleMessage.ts';

/** The page's ground, so that nothing flashes before it is drawn. */
const GROUND = { light: '#ffffff', dark: '#0f1113' } as const;
/** A page that crashes again within this time, ms, is given a rest before it is loaded again. */
const CRASH_LOOP_MS = 30_000;
const REST_MS = 5_000;

export interface WindowOptions {
  readonly url: string;
  /** Path of the preload script. */
  readonly preload: string;
  readonly log: Log;
  /** The person wants to close the window; it stays open until the program ends it. */
  readonly onCloseRequest: (event: { preventDefault: () => void }) => void;
  /** The page begins to load, for the first time or again. */
  readonly onPageChange: () => void;
}

/** Opens the window; it is shown once its page has something to show. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Longtake',
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
  window.once('ready-to-show', () => window.show());
  window.on('close', options.onCloseRequest);
  const followTheme = (): void => window.setBackgroundColor(ground());
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.off('updated', followTheme));
  watchPage(window, options);
  // A page that cannot be loaded is told by did-fail-load.
  window.loadURL(options.url).catch(() => undefined);
  return window;
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
