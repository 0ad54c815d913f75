import { createHash, createHmac, randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';

const TOKEN_PREFIX = 'lt_';
const TOKEN_BYTES = 32;
const HINT_LENGTH = 9;
/** 32 MiB and about 0.1 s for each try. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Without telling by its time where they differ. */
export function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(one)), Buffer.from(sha256Hex(other)));
}

export interface NewToken {
  /** Told once, never kept. */
  readonly token: string;
  readonly hash: string;
  readonly hint: string;
}

/** A token has 256 random bits, so that a plain hash of it tells nothing. */
export function makeToken(): NewToken {
  const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  return { token, hash: sha256Hex(token), hint: token.slice(0, HINT_LENGTH) };
}

export const randomId = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** `scrypt$N$r$p$salt$key`, for the database. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, SCRYPT);
  return ['scrypt', SCRYPT.N, SCRYPT.r, SCRYPT.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Takes as long for nobody's password as for somebody's. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [kind, n, r, p, salt = '', key = ''] = (stored ?? '').split('$');
  if (kind !== 'scrypt') {
    await derive(password, Buffer.alloc(SALT_BYTES), SCRYPT);
    return false;
  }
  const expected = Buffer.from(key, 'base64url');
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: SCRYPT.maxmem };
  const found = await derive(password, Buffer.from(salt, 'base64url'), options);
  return found.length === expected.length && timingSafeEqual(found, expected);
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** How long a CSRF token may be used, s. */
export const CSRF_SECONDS = 3600;

export type CsrfVerdict = 'good' | 'missing' | 'expired' | 'wrong';

/** Made for one cookie, so that nobody else's page has it. `now` is ms. */
export function makeCsrf(key: string, cookie: string, now: number): string {
  const until = String(Math.floor(now / 1000) + CSRF_SECONDS);
  return `${until}.${signature(key, cookie, until)}`;
}

export function checkCsrf(
  key: string,
  cookie: string | undefined,
  token: string | undefined,
  now: number,
): CsrfVerdict {
  if (token === undefined || token === '') return 'missing';
  const [until = '', signed = ''] = token.split('.');
  if (cookie === undefined || !isEqual(signed, signature(key, cookie, until))) return 'wrong';
  return Number(until) * 1000 > now ? 'good' : 'expired';
}

function signature(key: string, cookie: string, until: string): string {
  return createHmac('sha256', key).update(`csrf\0${until}\0${cookie}`).digest('base64url');
}
