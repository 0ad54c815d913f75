import { app } from 'electron';
import { tellBundledFfmpeg } from './bundledFfmpeg.ts';
import { runCommand } from './command.ts';
import { commandLine } from './commandLine.ts';
import { createElectronProcessHost } from './electronProcessHost.ts';
import { failToStart } from './failToStart.ts';
import { OpenRequests, ownStart } from './openRequests.ts';
import { chooseProfileFolder } from './profileFolder.ts';
import { registerSchemes } from './protocols.ts';

/** What must be said before Electron is ready, and no more: the rest is loaded while the recorder's process starts. */
function main(): void {
  const command = app.isPackaged ? commandLine(process.argv) : undefined;
  if (command) {
    runCommand(command);
    return;
  }
  const folder = chooseProfileFolder();
  registerSchemes();
  tellBundledFfmpeg();
  // With the sandbox switched off from outside, as root has to, Electron's child processes cannot start with it on.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  if (!app.requestSingleInstanceLock(ownStart(app.isPackaged))) {
    process.stdout.write('Longtake is running already; its window comes to the front.\n');
    app.exit(0);
    return;
  }
  run(folder, new OpenRequests(app)).catch(failToStart);
}

async function run(folder: string, openRequests: OpenRequests): Promise<void> {
  await app.whenReady();
  const mainFolder = import.meta.dirname;
  const processHost = createElectronProcessHost(mainFolder);
  processHost.prepare('recorder');
  const { runShell } = await import('./shell.ts');
  await runShell({ mainFolder, folder, openRequests, processHost });
}

// Nobody may be reading what is printed any more; that is no reason to end a recording.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
try {
  main();
} catch (error) {
  failToStart(error);
}
