import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BrowserWindow, Menu, app, nativeTheme, powerMonitor, session } from 'electron';
import { nodeFileSystem } from '../engine/platform/nodeFileSystem.ts';
import { systemClock } from '../engine/platform/systemClock.ts';
import { AutomationAccess } from '../engine/studio/automation/access.ts';
import { AutomationFace } from '../engine/studio/automation/face.ts';
import { createStudio, type Studio } from '../engine/studio/studio.ts';
import { LINK_SCHEME } from '../shared/domain/recordingLink.ts';
import type { Settings } from '../shared/domain/settings.ts';
import type { Log } from '../shared/ports/log.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import { createAppResponder } from './appFiles.ts';
import { BackgroundLife } from './background.ts';
import { confirmQuit, createDesktop } from './desktop.ts';
import { areDialogsOff, failToStart } from './failToStart.ts';
import { harden } from './hardening.ts';
import { openIpc } from './ipc.ts';
import { openLog } from './log.ts';
import { createMediaResponder } from '../engine/studio/mediaResponse.ts';
import { createKeepAwake } from './keepAwake.ts';
import { powerState } from './powerState.ts';
import { wasOpenedAtLogin } from './loginItem.ts';
import { buildMenu } from './menu.ts';
import { DesktopNotifier } from './notifications.ts';
import { openInStudio } from './opening.ts';
import { HIDDEN, type OpenRequests, ownStart, wantsWindow } from './openRequests.ts';
import { type PageAddress, pageAddress } from './pageAddress.ts';
import { firstSettings } from './profile.ts';
import { handleProtocols } from './protocols.ts';
import { holdDesktopProfile } from './holdDesktopProfile.ts';
import { openSecrets } from './secrets.ts';
import { openSettingsStore } from './settingsStore.ts';
import { ShellState } from './shellState.ts';
import { Shutdown } from './shutdown.ts';
import { StudioWindow } from './studioWindow.ts';

/** After the start there is other work, ms. What is written before then waits for it. */
const PREPARE_MS = 10_000;
const UNHANDLED =
  'Something went wrong inside Longtake. Recording goes on; the log has the details. Restart Longtake when you can.';

export interface ShellOptions {
  /** Where the build puts the entries of main and of the child processes; absolute. */
  readonly mainFolder: string;
  /** Everything that this program keeps, recordings excepted; absolute. */
  readonly folder: string;
  readonly openRequests: OpenRequests;
  readonly processHost: ProcessHost;
}

/**
 * Runs the desktop program until it is ended; call it when the app is ready. A failure to start is told and ends it with
 * code 1.
 */
export async function runShell(options: ShellOptions): Promise<void> {
  const page = pageAddress(process.env['ELECTRON_RENDERER_URL'], app.isPackaged);
  const noDialogs = areDialogsOff();
  const log = openLog({ folder: join(options.folder, 'logs'), echo: page.developmentServer !== undefined });
  // The recorder is another process: whatever fails here, recording goes on.
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => log.error('An error was not handled.', { error }));
  }
  try {
    await start({ ...options, page, noDialogs, log });
  } catch (error) {
    log.error('Longtake could not start.', { error });
    failToStart(error);
  }
}

interface Surroundings extends ShellOptions {
  readonly page: PageAddress;
  readonly noDialogs: boolean;
  readonly log: Log;
}

async function start({
  mainFolder,
  folder,
  openRequests,
  processHost,
  page,
  noDialogs,
  log,
}: Surroundings): Promise<void> {
  // macOS and Linux learn of the scheme from the package itself.
  if (app.isPackaged && process.platform === 'win32') app.setAsDefaultProtocolClient(LINK_SCHEME);
  // Windows shows notifications of programs that it knows by this name, which the installer gives to the shortcut.
  if (process.platform === 'win32') app.setAppUserModelId('app.longtake.studio');
  log.info('Longtake starts.', { version: app.getVersion(), runtime: runtimeName(), platform: process.platform });
  const held = await holdDesktopProfile(folder, log);
  const defaults = firstSettings();
  const { store, notices, prepare } = openSettingsStore(folder, defaults);
  nativeTheme.themeSource = store.read().settings.theme;
  const secrets = openSecrets(folder);
  const state = new ShellState(folder, log);
  const settings = (): Settings => store.read().settings;
  const studioWindow = new StudioWindow({
    url: page.url,
    preload: join(mainFolder, '../preload/index.cjs'),
    state,
    log,
    onCloseRequest: () => background.closeRequested(),
    onPageChange: () => ipc.pageChanged(),
    onClosed: () => {
      ipc.pageChanged();
      leaveAlone(studio, log);
    },
  });
  const window = (): BrowserWindow | undefined => studioWindow.get();
  const toFront = (): void => studioWindow.toFront();
  const notifier = new DesktopNotifier(toFront, log);
  const studio = createStudio({
    clock: systemClock,
    fileSystem: nodeFileSystem,
    processHost,
    secrets,
    notifier,
    log,
    settingsStore: store,
    dataFolder: folder,
    logFolder: join(folder, 'logs'),
    appInfo: {
      version: app.getVersion(),
      platform: process.platform,
      runtime: runtimeName(),
      recordingsFolder: defaults.recordingsFolder,
      licences: runtimeLicences(),
    },
    desktop: createDesktop({ window, noDialogs, background: () => background.look() }),
    keepAwake: createKeepAwake(log),
    power: powerState,
  });
  const shutdown = new Shutdown({
    armedCount: () => studio.armedCount(),
    confirm: (armed) => confirmQuit({ window, noDialogs }, armed),
    stop: async () => {
      background.end();
      notifier.end();
      void automation.close();
      await studio.stop();
      held.close();
    },
    exit: (code) => app.exit(code),
    log,
  });
  followEnds(shutdown);

  harden(session.defaultSession, page, log);
  handleProtocols(session.defaultSession, {
    app: createAppResponder(join(mainFolder, '../renderer')),
    media: createMediaResponder({
      open: (path) => studio.media.open(path),
      pageOrigin: page.origin,
      log: log.scoped('media'),
    }),
  });
  Menu.setApplicationMenu(
    buildMenu((wanted) => {
      toFront();
      ipc.send('desktop.dialogWanted', { dialog: wanted });
    }),
  );

  let started = Promise.resolve();
  const ipc = openIpc({
    handlers: studio.handlers,
    ready: () => started,
    page: () => window()?.webContents,
    origin: page.origin,
    log: log.scoped('ipc'),
  });
  const automation = new AutomationFace({
    studio,
    access: new AutomationAccess(secrets),
    settings: () => settings().automation,
    version: app.getVersion(),
    log: log.scoped('automation'),
    tell: (message) => ipc.send('notice', { severity: 'warning', message }),
  });
  studio.onEvent((name, payload) => {
    if (name === 'settings.changed') {
      nativeTheme.themeSource = settings().theme;
      void automation.follow();
    }
    ipc.send(name, payload);
  });
  for (const message of notices) {
    log.warn(message);
    ipc.send('notice', { severity: 'warning', message });
  }

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    // Once is enough to know that the log has something to read.
    process.once(event, () => ipc.send('notice', { severity: 'error', message: UNHANDLED }));
  }

  // The window opens while the studio starts; its requests wait for it. What takes time of this process comes after.
  started = studio.start();
  held.answerWith(studio, started);
  const isHidden = isHiddenStart(settings());
  if (!isHidden) studioWindow.open();
  const background = new BackgroundLife({
    studio,
    settings,
    window: studioWindow,
    ipc,
    state,
    notifier,
    quit: () => void shutdown.request(),
    noDialogs,
    now: () => systemClock.now(),
    log,
  });
  if (isHidden && !(await background.hasTray())) studioWindow.open({ isMinimised: true });
  openRequests.follow((request) => {
    if (wantsWindow(request)) toFront();
    void started.then(() => openInStudio(request, app.isPackaged, studio.handlers, log.scoped('opening')));
  });
  app.on('activate', toFront);
  await started;
  await Promise.all([background.start(), automation.follow()]);
  setTimeout(prepare, PREPARE_MS).unref();
  process.stdout.write(`Longtake ${app.getVersion()} is running. Recordings go to ${settings().recordingsFolder}.\n`);
}

/** A start at log-in says so by its argument, on macOS by the system. */
function isHiddenStart({ startHidden }: Settings): boolean {
  if (startHidden === 'always' || ownStart(app.isPackaged).given.includes(HIDDEN)) return true;
  return startHidden === 'atLogin' && wasOpenedAtLogin();
}

/** Nobody looks any more: what was made for the page only comes to rest. */
function leaveAlone({ handlers }: Studio, log: Log): void {
  const rest = async (): Promise<void> => {
    await handlers['levels.watch']({ ids: [] });
    await handlers['devices.watch']({ watch: false });
    await handlers['preview.stop']({});
  };
  rest().catch((error: unknown) => log.error('What the window watched goes on.', { error: String(error) }));
}

/** Everything that ends the program leads to one orderly end. */
function followEnds(shutdown: Shutdown): void {
  app.on('before-quit', (event) => {
    event.preventDefault();
    void shutdown.request();
  });
  // Without a listener, Electron quits by itself.
  app.on('window-all-closed', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Until it is ready, Electron installs handlers over those of Node, which only installs its own anew for the
    // first listener. A library listens from the start, to clean up and kill this process.
    process.removeAllListeners(signal);
    process.on(signal, () => void shutdown.end(`${signal} was received.`));
  }
  powerMonitor.on('shutdown', (...[event]: readonly { readonly preventDefault?: () => void }[]) => {
    // The system then waits for this program to end. Electron's types leave the event out.
    event?.preventDefault?.();
    void shutdown.end('The computer shuts down.');
  });
}

/** Electron brings them beside its program. */
function runtimeLicences(): { readonly name: string; readonly path: string }[] {
  const folder = dirname(process.execPath);
  return [
    { name: 'Electron', path: join(folder, 'LICENSE') },
    // As packaging names it.
    { name: 'Electron', path: join(folder, 'LICENSE.electron.txt') },
    { name: 'Chromium', path: join(folder, 'LICENSES.chromium.html') },
  ].filter(({ path }) => existsSync(path));
}

function runtimeName(): string {
  return `Electron ${process.versions.electron}`;
}
