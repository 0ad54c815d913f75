import type { FastifyRequest } from 'fastify';
import { randomId } from '../auth/secrets.ts';
import type { ServerConfig } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { isSigned, type LiveQuery, signedQuery } from './signedLink.ts';

interface Ports {
  readonly config: ServerConfig;
  readonly now: () => number;
}

/** Links that let somebody listen who has no account. */
export class LiveLinks {
  readonly #ports: Ports;
  readonly #secret: string;

  /** The secret is shared by all processes of the server. */
  static async create(database: Database, ports: Ports): Promise<LiveLinks> {
    return new LiveLinks(ports, await database.meta.getOrSet('live-key', randomId()));
  }

  private constructor(ports: Ports, secret: string) {
    this.#ports = ports;
    this.#secret = secret;
  }

  /** The playlist of a session that begins now, for as long as a session can last; `base` is this server's address. */
  linkTo(id: string, base: string): string {
    const { config, now } = this.#ports;
    const expires = Math.ceil((now() + config.maxDurationMs + config.sessionTtlMs) / 1000);
    return `${base}/live/${id}/index.m3u8${signedQuery(this.#secret, { id, expires })}`;
  }

  /** The link of the request is one of ours, for this session, and has not expired. */
  admits(id: string, query: LiveQuery): boolean {
    return isSigned(this.#secret, id, query, this.#ports.now());
  }
}

/** The part of a request that a link is checked by; undefined where it brings none. */
export function liveQuery(request: FastifyRequest): LiveQuery | undefined {
  const { expires, signature } = request.query as Readonly<Record<string, unknown>>;
  if (typeof expires !== 'string' || typeof signature !== 'string') return undefined;
  return { expires, signature };
}
