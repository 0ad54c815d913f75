import { app } from 'electron';
import { tellBundledFfmpeg } from './bundledFfmpeg.ts';
import { OpenRequests, ownStart } from './openRequests.ts';
import { chooseProfile } from './profile.ts';
import { registerSchemes } from './protocols.ts';
import { failToStart, runShell } from './shell.ts';
import { LINK_SCHEME } from '../shared/domain/recordingLink.ts';

function main(): void {
  const profile = chooseProfile();
  registerSchemes();
  tellBundledFfmpeg();
  // macOS and Linux learn of the scheme from the package itself.
  if (app.isPackaged && process.platform === 'win32') app.setAsDefaultProtocolClient(LINK_SCHEME);
  // With the sandbox switched off from outside, as root has to, Electron's child processes cannot start with it on.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  if (app.requestSingleInstanceLock(ownStart(app.isPackaged))) {
    void runShell(profile, new OpenRequests(app));
  } else {
    process.stdout.write('Longtake is running already; its window comes to the front.\n');
    app.exit(0);
  }
}

// Nobody may be reading what is printed any more; that is no reason to end a recording.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
try {
  main();
} catch (error) {
  failToStart(error);
}
