import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readServerConfig, type ServerConfig } from '../server/config/config.ts';
import { createSessionServer } from '../server/server.ts';
import { errnoOf, LongtakeError } from '../shared/errors.ts';
import { EXIT, type ExitCode, Failure } from './exit.ts';
import { type FileLock, lockFile } from '../engine/platform/fileLock.ts';
import { openHeadlessLog } from './log.ts';
import { followSignals } from './signals.ts';

export interface ServerFlags {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
}

/** `longtake serve-sessions`: receives what studios upload, until told to end. `program` is typed in front of it. */
export async function serveSessions(flags: ServerFlags, program: string): Promise<ExitCode> {
  const config = serverConfig(flags);
  const log = openHeadlessLog({ level: 'info', file: undefined, terminal: process.stderr, now: Date.now });
  const lock = await started(async () => lockFolder(config.dataFolder));
  if (!lock) {
    throw new Failure(
      EXIT.busy,
      `A session server runs on ${config.dataFolder} already. End it, or name another folder.`,
    );
  }
  const server = await started(() => createSessionServer({ config, log }));
  const token = await server.makeFirstAdmin();
  // Told before anything else can fail: nobody can tell it again.
  if (token !== undefined) {
    process.stdout.write(
      `Admin: ${config.adminEmail}\nAPI token, told this once: ${token}\n` +
        `For the web page, set a password: ${passwordCommand(program, config)}\n`,
    );
  }
  const address = await started(() => server.listen());
  process.stdout.write(`The Longtake session server listens on ${address}\n`);
  if (config.publicUrl !== undefined) process.stdout.write(`Its links begin with ${config.publicUrl}\n`);
  const { storage } = config;
  process.stdout.write(`Recordings: ${storage.kind === 'disk' ? config.dataFolder : `bucket ${storage.bucket}`}\n`);
  process.stdout.write('Press Ctrl+C to stop.\n');
  await new Promise<void>((resolve) => {
    followSignals(log, resolve);
  });
  await server.close();
  lock.release();
  return EXIT.done;
}

/** In the folder itself, so that no other path to it and no other place for temporary files gets around it. */
function lockFolder(folder: string): FileLock | undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return lockFile(join(folder, 'server.lock'));
}

/** As typed by who has another shell than the server's, without the server's environment. */
function passwordCommand(program: string, { dataFolder, adminEmail }: ServerConfig): string {
  return `${program} serve-sessions --data "${dataFolder}" user password ${adminEmail}`;
}

/** The environment's settings, with what the command line says instead. */
export function serverConfig(flags: ServerFlags): ServerConfig {
  const named = {
    ...(flags.host === undefined ? {} : { LONGTAKE_SERVER_HOST: flags.host }),
    ...(flags.port === undefined ? {} : { LONGTAKE_SERVER_PORT: flags.port }),
    ...(flags.data === undefined ? {} : { LONGTAKE_SERVER_DATA_FOLDER: flags.data }),
  };
  try {
    return readServerConfig({ ...process.env, ...named });
  } catch (error) {
    throw error instanceof LongtakeError ? new Failure(EXIT.usage, error.message) : error;
  }
}

/** What keeps a server from starting, by the system's names. */
const HINTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens on this port. End it, or choose another one with --port.',
  EADDRNOTAVAIL: 'this computer has no such address. Choose another one with --host.',
  ENOTFOUND: 'this computer has no such address. Choose another one with --host.',
  EACCES: 'this user may not use that port or folder. Choose others with --port and --data.',
  EPERM: 'this user may not use that port or folder. Choose others with --port and --data.',
  EROFS: 'the data folder is on a disk that cannot be written. Choose another one with --data.',
  ENOSPC: 'the disk of the data folder is full. Free some space.',
  SQLITE_FULL: 'the disk of the data folder is full. Free some space.',
  SQLITE_CANTOPEN: 'the database in the data folder cannot be opened. Check its owner, and the space on its disk.',
};

async function started<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LongtakeError) throw new Failure(EXIT.failed, error.message);
    const hint = HINTS[errnoOf(error) ?? ''];
    if (hint === undefined) throw error;
    throw new Failure(EXIT.failed, `The session server cannot start: ${hint}`);
  }
}
