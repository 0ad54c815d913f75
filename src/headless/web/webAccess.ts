import { randomInt } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { hashPassword, isPassword, randomId, sha256Hex } from '../../server/auth/secrets.ts';
import { errnoOf, LongtakeError } from '../../shared/errors.ts';

/** How long a log-in lasts, ms. */
const SESSION_MS = 30 * 24 * 3_600_000;
/** Log-ins that are good at a time; the oldest make room. */
const MOST_SESSIONS = 50;
export const MIN_PASSWORD_LENGTH = 10;
const MAX_PASSWORD_LENGTH = 500;
/** Without those that look like others. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

const fileSchema = z.object({
  version: z.literal(1),
  /** As scrypt made it. */
  password: z.string().optional(),
  /** SHA-256 of the cookie; until when it is good, ms since 1970 UTC. */
  sessions: z.array(z.object({ hash: z.string(), until: z.number() })),
});
type Kept = z.infer<typeof fileSchema>;
const NOTHING: Kept = { version: 1, sessions: [] };

/**
 * Who may use the studio in a browser: whoever has the one password. Kept in a file of its owner alone, as hashes; what
 * another process changes there counts at once.
 */
export class WebAccess {
  readonly #path: string;
  readonly #now: () => number;
  #kept: Kept = NOTHING;
  #seen = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, now: () => number = Date.now) {
    this.#path = path;
    this.#now = now;
  }

  hasPassword(): boolean {
    return this.#read().password !== undefined;
  }

  /** Everybody is logged out. Throws INVALID_INPUT for one that is too short. */
  async setPassword(password: string): Promise<void> {
    if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
      throw new LongtakeError(
        'INVALID_INPUT',
        `A password takes ${MIN_PASSWORD_LENGTH} to ${MAX_PASSWORD_LENGTH} characters.`,
      );
    }
    const hash = await hashPassword(password);
    await this.#change(() => ({ version: 1, password: hash, sessions: [] }));
  }

  /** Sets it unless it is that one already, which logs nobody out. */
  async keepPassword(password: string): Promise<void> {
    if (!(await isPassword(password, this.#read().password))) await this.setPassword(password);
  }

  /** Makes a password, told this once: 100 random bits. */
  async makePassword(): Promise<string> {
    const letter = (): string => LETTERS.charAt(randomInt(LETTERS.length));
    const made = Array.from({ length: 4 }, () => Array.from({ length: 5 }, letter).join('')).join('-');
    await this.setPassword(made);
    return made;
  }

  /** The cookie of a new log-in; undefined when it is another password. */
  async login(password: string): Promise<string | undefined> {
    const isLong = password.length > MAX_PASSWORD_LENGTH;
    const { password: stored } = this.#read();
    if (!(await isPassword(isLong ? '' : password, stored)) || isLong) return undefined;
    const cookie = randomId();
    const until = this.#now() + SESSION_MS;
    let isIn = false;
    await this.#change((kept) => {
      // It was changed while this one was being checked.
      isIn = kept.password === stored;
      if (!isIn) return kept;
      const others = kept.sessions.filter((session) => session.until > this.#now()).slice(1 - MOST_SESSIONS);
      return { ...kept, sessions: [...others, { hash: sha256Hex(cookie), until }] };
    });
    return isIn ? cookie : undefined;
  }

  isSession(cookie: string | undefined): boolean {
    if (cookie === undefined || cookie.length > 128) return false;
    const hash = sha256Hex(cookie);
    return this.#read().sessions.some((session) => session.hash === hash && session.until > this.#now());
  }

  endSession(cookie: string): Promise<void> {
    const hash = sha256Hex(cookie);
    return this.#change((kept) => ({ ...kept, sessions: kept.sessions.filter((session) => session.hash !== hash) }));
  }

  endAll(): Promise<void> {
    return this.#change((kept) => ({ ...kept, sessions: [] }));
  }

  #change(edit: (kept: Kept) => Kept): Promise<void> {
    const next = this.#writing.then(() => this.#write(edit(this.#read())));
    // The caller hears of a failure; the next change must not.
    this.#writing = next.catch(() => undefined);
    return next;
  }

  #read(): Kept {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const seen = `${mtimeMs} ${size} ${ino}`;
      if (seen === this.#seen) return this.#kept;
      this.#kept = fileSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      this.#seen = seen;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') {
        const why = errnoOf(error) ?? 'it is damaged';
        throw new LongtakeError(
          'SECRETS_UNAVAILABLE',
          `${this.#path} cannot be read (${why}). Remove it, and set a password anew.`,
          {
            cause: error,
          },
        );
      }
      this.#kept = NOTHING;
      this.#seen = '';
    }
    return this.#kept;
  }

  /** A crash leaves the old file or the new one. */
  async #write(kept: Kept): Promise<void> {
    const temporary = `${this.#path}.new`;
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify(kept));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
  }
}
