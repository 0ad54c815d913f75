import type { IncomingHttpHeaders } from 'node:http';
import type { Database, StoredUser } from '../database/database.ts';
import { checkCsrf, type CsrfVerdict, isPassword, makeCsrf, randomId, sha256Hex } from './secrets.ts';

/** How long a log-in in the browser lasts, ms. */
const LOGIN_MS = 30 * 24 * 3_600_000;
/** A token's last use is noted no more often than this, ms. */
const USE_NOTED_MS = 60_000;
/** Longer ones are nobody's, and cost to hash. */
const MAX_SECRET_LENGTH = 1024;

/** Who asks: by token, or by the cookie of a log-in. */
export class Auth {
  readonly #database: Database;
  readonly #now: () => number;
  /** Shared by all processes of the server. */
  readonly #key: string;

  static async create(database: Database, now: () => number): Promise<Auth> {
    return new Auth(database, now, await database.meta.getOrSet('cookie-key', randomId()));
  }

  private constructor(database: Database, now: () => number, key: string) {
    this.#database = database;
    this.#now = now;
    this.#key = key;
  }

  /** By `Authorization: Bearer`, `X-API-Token` or `API-Token`. */
  async byHeaders(headers: IncomingHttpHeaders): Promise<StoredUser | undefined> {
    const token = tokenOf(headers);
    if (token === undefined || token.length > MAX_SECRET_LENGTH) return undefined;
    const found = await this.#database.users.byToken(sha256Hex(token));
    if (!found) return undefined;
    const now = this.#now();
    if (now - (found.token.lastUsedAt ?? 0) > USE_NOTED_MS) await this.#database.users.useToken(found.token.id, now);
    return found.user;
  }

  async byCookie(cookie: string | undefined): Promise<StoredUser | undefined> {
    if (cookie === undefined || cookie.length > MAX_SECRET_LENGTH) return undefined;
    return this.#database.users.byLogin(sha256Hex(cookie), this.#now());
  }

  /** The new cookie of who has this password; undefined when nobody has. */
  async login(email: string, password: string): Promise<string | undefined> {
    const isLong = password.length > MAX_SECRET_LENGTH || email.length > MAX_SECRET_LENGTH;
    const user = isLong ? undefined : await this.#database.users.byEmail(email.trim());
    if (!(await isPassword(isLong ? '' : password, user?.password)) || !user) return undefined;
    const cookie = randomId();
    await this.#database.users.addLogin(sha256Hex(cookie), user.id, this.#now() + LOGIN_MS);
    return cookie;
  }

  async logout(cookie: string): Promise<void> {
    await this.#database.users.removeLogin(sha256Hex(cookie));
  }

  csrfFor(cookie: string): string {
    return makeCsrf(this.#key, cookie, this.#now());
  }

  checkCsrf(cookie: string | undefined, token: string | undefined): CsrfVerdict {
    return checkCsrf(this.#key, cookie, token, this.#now());
  }
}

function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  const own = [headers['x-api-token'], headers['api-token']].find((value) => typeof value === 'string' && value !== '');
  return bearer ?? (typeof own === 'string' ? own.trim() : undefined);
}
