import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { holdProfile } from '../engine/platform/heldProfile.ts';
import { readPrivateFile } from '../engine/platform/privateFile.ts';
import { openPlainSettings } from '../engine/platform/settingsOnDisk.ts';
import { AutomationAccess } from '../engine/studio/automation/access.ts';
import { errnoOf, errorText, LongtakeError } from '../shared/errors.ts';
import type { ProcessHost } from '../shared/ports/processHost.ts';
import { VERSION } from '../shared/version.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { type HeadlessLog, openHeadlessLog } from './log.ts';
import { logFolderOf, type Profile } from './profile.ts';
import { followSignals } from './signals.ts';
import { createHeadlessStudio } from './studio.ts';
import { Downloads } from './web/downloads.ts';
import { openProfileSecrets } from './web/profileSecrets.ts';
import { WebAccess } from './web/webAccess.ts';
import { readWebConfig, type WebConfig, type WebFlags } from './web/webConfig.ts';
import { createWebServer, type WebServer } from './web/webServer.ts';

const PASSWORD_FILE_VARIABLE = 'LONGTAKE_SERVE_PASSWORD_FILE';

export interface ServeOptions {
  readonly profile: Profile;
  readonly flags: WebFlags;
  readonly processHost: ProcessHost;
  /** The built page; absolute. */
  readonly pageFolder: string;
}

export const webAccessOf = ({ folder }: Profile): WebAccess => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new WebAccess(join(folder, 'web.json'));
};

/** `longtake serve`: the studio of a profile, in browsers and for programs, until told to end. */
export async function serve({ profile, flags, processHost, pageFolder }: ServeOptions): Promise<ExitCode> {
  const config = readWebConfig(flags, process.env);
  const access = webAccessOf(profile);
  const log = openHeadlessLog({
    level: 'info',
    file: join(logFolderOf(profile), 'longtake.log'),
    ofProfile: true,
    terminal: process.stderr,
    now: Date.now,
  });
  try {
    return await run({ profile, config, access, processHost, pageFolder, log });
  } finally {
    await log.close();
  }
}

interface Run {
  readonly profile: Profile;
  readonly config: WebConfig;
  readonly access: WebAccess;
  readonly processHost: ProcessHost;
  readonly pageFolder: string;
  readonly log: HeadlessLog;
}

async function run({ profile, config, access, processHost, pageFolder, log }: Run): Promise<ExitCode> {
  const { folder } = profile;
  let ready: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    ready = resolve;
  });
  // The profile is taken before anything in it is touched.
  const held = await holdProfile({ folder, kind: 'serve', log: log.scoped('control') });
  try {
    const { store, notices } = openPlainSettings(folder, profile.defaults);
    for (const notice of notices) log.warn(notice);
    const secrets = openProfileSecrets(folder, () => store.read(), { env: process.env, uid: process.getuid?.() });
    const automation = new AutomationAccess(secrets);
    // Nobody who asks with it would be let in. What is recorded is recorded all the same.
    const problem = automation.problem();
    if (problem !== undefined) log.warn(`Programs cannot use the HTTP API: ${problem}`);
    const downloads = new Downloads(join(folder, 'cache', 'downloads'), log);
    const studio = createHeadlessStudio({
      processHost,
      log,
      kept: { settingsStore: store, secrets },
      sharesFolder: false,
      dataFolder: folder,
      logFolder: logFolderOf(profile),
      desktop: downloads.desktop,
    });
    held.answerWith(studio, started);
    const server = createWebServer({
      config,
      access,
      automation,
      studio,
      downloads,
      pageFolder,
      ready: () => started,
      log: log.scoped('web'),
    });
    const password = await firstPassword(access);
    const address = await listen(server, config);
    const end = new Promise<void>((resolve) => followSignals(log, resolve));
    try {
      await studio.start();
      ready();
      await downloads.start();
      log.info('The studio runs.', { version: VERSION, address });
      tell({ address, password, folder: store.read().settings.recordingsFolder, warning: config.warning });
      await end;
    } finally {
      downloads.stop();
      // Files first: whoever looks on can wait.
      await studio.stop();
      await server.close();
    }
    log.info('Every file is closed.');
    return EXIT.done;
  } finally {
    held.close();
  }
}

/** One that is told once, where nobody has set one. */
async function firstPassword(access: WebAccess): Promise<string | undefined> {
  const named = process.env['LONGTAKE_SERVE_PASSWORD'] || passwordFile();
  if (named) {
    await access.keepPassword(named);
    return undefined;
  }
  return access.hasPassword() ? undefined : access.makePassword();
}

function passwordFile(): string | undefined {
  const path = process.env[PASSWORD_FILE_VARIABLE];
  if (path === undefined || path === '') return undefined;
  try {
    return readPrivateFile(path, PASSWORD_FILE_VARIABLE).trim();
  } catch (error) {
    throw error instanceof LongtakeError ? new Failure(EXIT.usage, error.message) : error;
  }
}

/** What keeps it from listening, by the system's names. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens on this port. End it, or choose another one with --port.',
  EADDRNOTAVAIL: 'this computer has no such address. Choose another one with --host.',
  ENOTFOUND: 'this computer has no such address. Choose another one with --host.',
  EACCES: 'this user may not use that port. Choose one from 1024 up with --port.',
};

async function listen(server: WebServer, { host, port }: WebConfig): Promise<string> {
  try {
    return await server.listen();
  } catch (error) {
    const hint = HINTS[errnoOf(error) ?? ''];
    throw new Failure(EXIT.failed, `Longtake cannot listen on ${host}, port ${port}: ${hint ?? errorText(error)}`);
  }
}

interface Told {
  readonly address: string;
  readonly password: string | undefined;
  readonly folder: string;
  readonly warning: string | undefined;
}

function tell({ address, password, folder, warning }: Told): void {
  const lines = [
    `Longtake is open in a browser at ${address}`,
    ...(password === undefined ? [] : [`Password, told this once: ${password}`]),
    ...(warning === undefined ? [] : [`Warning: ${warning}`]),
    `Recordings go to ${folder}.`,
    'Press Ctrl+C to stop.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
