import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';
import { readPrivateFile } from '../../platform/privateFile.ts';

const HASH_KEY = 'automation:token:sha256';
const TOKEN_BYTES = 32;
/** Longer ones are nobody's. */
const MAX_TOKEN_LENGTH = 500;
/** Shorter ones could be guessed. */
const MIN_TOKEN_LENGTH = 16;
const TOKEN_VARIABLE = 'LONGTAKE_API_TOKEN';
const FILE_VARIABLE = 'LONGTAKE_API_TOKEN_FILE';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The token of the automation API; of one that was made here, only the hash is kept. */
export class AutomationAccess {
  readonly #secrets: Secrets;
  readonly #env: Environment;

  constructor(secrets: Secrets, env: Environment = process.env) {
    this.#secrets = secrets;
    this.#env = env;
  }

  /** Throws SECRETS_UNAVAILABLE when the environment names a file or a token that cannot be used. */
  async hasToken(): Promise<boolean> {
    return tokenOf(this.#env) !== undefined || (await this.#secrets.get(HASH_KEY)) !== undefined;
  }

  async isToken(given: string): Promise<boolean> {
    if (given === '' || given.length > MAX_TOKEN_LENGTH) return false;
    const hash = sha256(given);
    const named = tokenOf(this.#env);
    if (named !== undefined && timingSafeEqual(hash, sha256(named))) return true;
    const kept = Buffer.from((await this.#secrets.get(HASH_KEY)) ?? '', 'hex');
    return kept.length === hash.length && timingSafeEqual(hash, kept);
  }

  /** Why the token that the environment names cannot be used, for a person; undefined when it can, or names none. */
  problem(): string | undefined {
    try {
      tokenOf(this.#env);
      return undefined;
    } catch (error) {
      if (error instanceof LongtakeError) return error.message;
      throw error;
    }
  }

  /** A new one, told this once. The one before is no longer good. */
  async makeToken(): Promise<string> {
    const token = `lt_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    await this.#secrets.set(HASH_KEY, sha256(token).toString('hex'));
    return token;
  }

  removeToken(): Promise<void> {
    return this.#secrets.delete(HASH_KEY);
  }
}

function tokenOf(env: Environment): string | undefined {
  const named = env[TOKEN_VARIABLE] || fromFile(env[FILE_VARIABLE]);
  if (!named) return undefined;
  if (named.length >= MIN_TOKEN_LENGTH && named.length <= MAX_TOKEN_LENGTH) return named;
  throw new LongtakeError(
    'SECRETS_UNAVAILABLE',
    `${TOKEN_VARIABLE} takes ${MIN_TOKEN_LENGTH} to ${MAX_TOKEN_LENGTH} characters.`,
  );
}

function fromFile(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : readPrivateFile(path, FILE_VARIABLE).trim();
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
