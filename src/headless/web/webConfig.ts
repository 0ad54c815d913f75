import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { createSecureContext } from 'node:tls';
import { readPrivateFile } from '../../engine/platform/privateFile.ts';
import { trustOf } from '../../server/config/trust.ts';
import { EXIT, Failure } from '../exit.ts';

export const DEFAULT_WEB_PORT = 8486;

/** What the command line says. */
export interface WebFlags {
  readonly host?: string;
  readonly port?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trustProxy?: string;
  readonly plainHttp?: boolean;
  readonly name?: readonly string[];
}

export interface WebConfig {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls: { readonly certPath: string; readonly keyPath: string } | undefined;
  /** Addresses of proxies whose word about the client is taken. */
  readonly trustProxy: string | false;
  /** By which names browsers may ask for it, besides addresses and localhost. */
  readonly names: readonly string[];
  /** A sentence that a person should read before anybody else does. */
  readonly warning: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Throws {@link Failure} with a sentence for what does not go together. */
export function readWebConfig(flags: WebFlags, env: Env): WebConfig {
  const host = flags.host ?? (env['LONGTAKE_SERVE_HOST'] || '127.0.0.1');
  const port = flags.port ?? (env['LONGTAKE_SERVE_PORT'] || String(DEFAULT_WEB_PORT));
  const certPath = flags.tlsCert ?? env['LONGTAKE_SERVE_TLS_CERT'];
  const keyPath = flags.tlsKey ?? env['LONGTAKE_SERVE_TLS_KEY'];
  const proxy = flags.trustProxy ?? env['LONGTAKE_SERVE_TRUST_PROXY'];
  const named = flags.name ?? env['LONGTAKE_SERVE_NAMES']?.split(',') ?? [];
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw wrong('Enter a port from 0 to 65535.');
  if (!certPath !== !keyPath) throw wrong('TLS takes both, --tls-cert and --tls-key.');
  const tls = certPath && keyPath ? { certPath, keyPath } : undefined;
  if (tls) {
    demand(() => readFileSync(tls.certPath), `${tls.certPath} cannot be read`);
    demand(() => readFileSync(tls.keyPath), `${tls.keyPath} cannot be read`);
  }
  const trustProxy = readTrust(proxy);
  const isOpen = !isLoopback(host) && !tls && trustProxy === false;
  if (isOpen && flags.plainHttp !== true) {
    throw wrong(
      `On ${host} others could read the password on its way. Give --tls-cert and --tls-key; or put it behind a web server that does TLS, and name that with --trust-proxy; or say --plain-http if you know that nobody listens.`,
    );
  }
  return {
    host,
    port: Number(port),
    tls,
    trustProxy,
    names: [...named.map((name) => name.trim()).filter((name) => name !== ''), hostname(), `${hostname()}.local`],
    warning: isOpen
      ? `Without TLS everybody on the network of ${host} can read the password and all audio.`
      : tls && keyFault(tls.keyPath),
  };
}

/** Keys are often shared with other servers, whose way of keeping them is not ours to refuse: it is told. */
function keyFault(path: string): string | undefined {
  try {
    readPrivateFile(path, '--tls-key');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Certificate and key as they are on the disk now.
 * @throws {Failure} when they are none, or not of each other
 */
export function readTls({ certPath, keyPath }: NonNullable<WebConfig['tls']>): { readonly cert: Buffer; key: Buffer } {
  const pair = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
  demand(() => createSecureContext(pair), `${certPath} and ${keyPath} are no certificate with its key`);
  return pair;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readTrust(text: string | undefined): string | false {
  if (text === undefined || text === '') return false;
  try {
    return trustOf(text);
  } catch (error) {
    throw wrong(`--trust-proxy: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function demand(read: () => unknown, problem: string): void {
  try {
    read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw wrong(`${problem} (${why}).`);
  }
}

function wrong(message: string): Failure {
  return new Failure(EXIT.usage, message);
}
