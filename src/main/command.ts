import { rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { tellBundledFfmpeg } from './bundledFfmpeg.ts';
import { createElectronProcessHost } from './electronProcessHost.ts';
import { makeScratchFolder, removeLeftScratchFolders } from './scratchFolder.ts';

/** Runs the `longtake` command in place of the desktop program, and ends this process. Call it before the app is ready. */
export function runCommand(args: readonly string[]): void {
  run(args).then(exit, (error: unknown) => {
    process.stderr.write(`Longtake could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  });
}

async function run(args: readonly string[]): Promise<number> {
  tellBundledFfmpeg();
  // Chromium's own files: those of the profile belong to a window, which may be open.
  const scratch = makeScratchFolder(tmpdir());
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  app.setPath('userData', scratch);
  removeLeftScratchFolders(tmpdir(), (path, error) =>
    process.stderr.write(`What an earlier command left in ${path} could not be removed: ${String(error)}\n`),
  );
  app.disableHardwareAcceleration();
  process.exit = exit;
  app.dock?.hide();
  await app.whenReady();
  followSignals();
  const folder = import.meta.dirname;
  const { runLongtake } = await import('../headless/longtake.ts');
  return runLongtake({
    args,
    processHost: createElectronProcessHost(folder),
    pageFolder: join(folder, '../renderer'),
    program: programPath(),
  });
}

/** As Node ends: at once, with all written, for what goes to a file, a pipe or a terminal waits for it. */
function exit(code?: number | string | null): never {
  process.emit('exit', Number(code ?? 0));
  return (process as unknown as { reallyExit(code: number): never }).reallyExit(Number(code ?? 0));
}

/** Electron would quit by itself on these; a command that does not heed them ends as any program does. */
function followSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Electron has put its handlers over those of Node, which installs its own anew for the first listener.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) exit(128 + constants.signals[signal]);
    });
  }
}

/** Inside of an AppImage, the program is at another place after every start. */
function programPath(): string {
  if (process.platform !== 'linux') return process.execPath;
  return process.env['APPIMAGE'] ?? join(dirname(process.execPath), 'longtake');
}
