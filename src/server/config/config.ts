import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { LongtakeError } from '../../shared/errors.ts';
import { type FaceConfig, faceOf } from './faceConfig.ts';
import { s3Of, type S3Config } from './s3Config.ts';
import {
  addressOf,
  type Environment,
  keyFolder,
  lengthOf,
  mediaTypes,
  oneOf,
  SettingProblem,
  SettingsReader,
} from './settings.ts';
import { trustOf } from './trust.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const SPEAKR_TYPES = ['audio/webm', 'audio/ogg', 'audio/mp4', 'audio/mpeg', 'audio/wav', 'audio/x-m4a'] as const;

/** All that the session server can be told. Lengths are ms unless the name says otherwise. */
export interface ServerConfig {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Absolute: database, spool, and the storage when it is a disk. */
  readonly dataFolder: string;
  /** Where people reach the server, without a slash at the end; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  /** Addresses of proxies whose X-Forwarded-* headers are believed; false: of nobody. */
  readonly trustProxy: string | false;
  readonly storage: { readonly kind: 'disk' } | ({ readonly kind: 's3' } & S3Config);
  readonly adminEmail: string;
  /** Requests per endpoint and address; 0: any number. */
  readonly requestsPerHour: number;
  readonly requestsPerDay: number;
  /** Tries to log in, per address and minute. */
  readonly loginsPerMinute: number;
  /** A sender that brings next to nothing for so long is cut off. */
  readonly slowSenderMs: number;

  /** ENABLE_SERVER_RECORDING_CHUNKS: sessions are offered. */
  readonly sessionsEnabled: boolean;
  /** RECORDING_ENABLED: anything new is taken. */
  readonly recordingEnabled: boolean;
  readonly sessionTtlMs: number;
  readonly maxBytesPerUser: number;
  readonly maxChunkBytes: number;
  readonly allowedMimeTypes: readonly string[];
  /** 0: never. */
  readonly cleanupIntervalMs: number;
  readonly startupCleanup: boolean;
  /** The shortest of RECORDING_MAX_HOURS, RECORDING_MAX_LENGTH and RECORDING_MAX_DURATION. */
  readonly maxDurationMs: number;
  /** Folder of keys for finished recordings. */
  readonly outputFolder: string;
  readonly expirationDays: number | undefined;
  readonly storageEvents: {
    readonly enabled: boolean;
    readonly token: string | undefined;
    readonly demandsToken: boolean;
  };
  readonly face: FaceConfig;
}

/**
 * The settings of the environment, with defaults for what it does not name.
 * @throws INVALID_INPUT with a sentence for each value that cannot be used
 */
export function readServerConfig(env: Environment): ServerConfig {
  const reader = new SettingsReader(env);
  const config: ServerConfig = {
    ...placeOf(reader, env),
    ...limitsOf(reader),
    storage: storageOf(reader),
    outputFolder: reader.read('RECORDING_OUTPUT_FOLDER', 'recordings', keyFolder),
    expirationDays: reader.read<number | undefined>('RECORDING_EXPIRATION_DAYS', undefined, days),
    storageEvents: storageEventsOf(reader),
    face: faceOf(reader),
  };
  if (reader.problems.length === 0) return config;
  throw new LongtakeError(
    'INVALID_INPUT',
    `The server cannot start with these settings:\n${reader.problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

function placeOf(reader: SettingsReader, env: Environment) {
  return {
    host: reader.text('LONGTAKE_SERVER_HOST') ?? '127.0.0.1',
    port: reader.whole('LONGTAKE_SERVER_PORT', 8484, 0, 65_535),
    dataFolder: dataFolderOf(reader, env),
    publicUrl: reader.read<string | undefined>('LONGTAKE_SERVER_PUBLIC_URL', undefined, addressOf),
    trustProxy: reader.read<string | false>('LONGTAKE_SERVER_TRUST_PROXY', false, trustOf),
    adminEmail: reader.text('LONGTAKE_SERVER_ADMIN_EMAIL') ?? 'admin@localhost',
    requestsPerHour: reader.whole('LONGTAKE_SERVER_REQUESTS_PER_HOUR', 1000, 0),
    requestsPerDay: reader.whole('LONGTAKE_SERVER_REQUESTS_PER_DAY', 5000, 0),
    loginsPerMinute: reader.whole('LONGTAKE_SERVER_LOGINS_PER_MINUTE', 10, 1),
    slowSenderMs: reader.whole('LONGTAKE_SERVER_SLOW_SENDER_SECONDS', 60, 1, 3600) * 1000,
  };
}

function limitsOf(reader: SettingsReader) {
  return {
    sessionsEnabled: reader.flag('ENABLE_SERVER_RECORDING_CHUNKS', true),
    recordingEnabled: reader.flag('RECORDING_ENABLED', true),
    sessionTtlMs: reader.read('RECORDING_SESSION_TTL_HOURS', 24 * 3_600_000, hours),
    maxBytesPerUser: reader.whole('RECORDING_SESSION_MAX_BYTES_PER_USER', 5 * GIB, 1),
    maxChunkBytes: reader.whole('RECORDING_SESSION_MAX_CHUNK_BYTES', 16 * MIB, 1, 2 * GIB),
    allowedMimeTypes: reader.read<readonly string[]>(
      'RECORDING_SESSION_ALLOWED_MIME_TYPES',
      [...SPEAKR_TYPES, 'audio/flac'],
      mediaTypes,
    ),
    cleanupIntervalMs: reader.whole('RECORDING_SESSION_CLEANUP_INTERVAL_SECONDS', 3600, 0, 30 * 86_400) * 1000,
    startupCleanup: reader.flag('RECORDING_STARTUP_CLEANUP_ENABLED', true),
    maxDurationMs: Math.min(
      reader.read('RECORDING_MAX_HOURS', 8 * 3_600_000, hours),
      reader.read('RECORDING_MAX_LENGTH', Infinity, lengthOf),
      reader.whole('RECORDING_MAX_DURATION', Infinity, 1),
    ),
  };
}

function storageOf(reader: SettingsReader): ServerConfig['storage'] {
  const kind = reader.read<'disk' | 's3'>('LONGTAKE_SERVER_STORAGE', 'disk', oneOf(['disk', 's3']));
  return kind === 'disk' ? { kind } : { kind, ...s3Of(reader) };
}

function storageEventsOf(reader: SettingsReader): ServerConfig['storageEvents'] {
  const enabled = reader.flag('RECORDING_STORAGE_EVENT_ENABLE', false);
  const token = reader.text('RECORDING_STORAGE_EVENT_TOKEN');
  const demandsToken = reader.flag('RECORDING_ENABLE_STORAGE_EVENT_AUTH', true);
  if (enabled && demandsToken && token === undefined) {
    reader.problems.push(
      'RECORDING_STORAGE_EVENT_TOKEN is missing: storage events are on and must bring a token. Set it, or set RECORDING_ENABLE_STORAGE_EVENT_AUTH to false.',
    );
  }
  return { enabled, token, demandsToken };
}

/** Where the system keeps what programs of one user have. */
function dataFolderOf(reader: SettingsReader, env: Environment): string {
  const named = reader.text('LONGTAKE_SERVER_DATA_FOLDER');
  if (named !== undefined) return resolve(named);
  const shared = env['XDG_DATA_HOME'];
  const base = shared !== undefined && isAbsolute(shared) ? shared : join(homedir(), '.local', 'share');
  return join(base, 'longtake-server');
}

function hours(text: string): number {
  const count = /^\d{1,6}(\.\d{1,4})?$/.test(text) ? Number(text) : 0;
  if (count > 0) return count * 3_600_000;
  throw new SettingProblem('enter hours, such as 8 or 0.5.');
}

function days(text: string): number {
  const count = /^\d{1,5}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (count > 0) return count;
  throw new SettingProblem('enter days, such as 30; leave it out and nothing expires.');
}
