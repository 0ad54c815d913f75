import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { LongtakeError, errnoOf } from '../../shared/errors.ts';
import type { Secrets } from '../../shared/ports/secrets.ts';

/** What the operating system's keychain does for us. */
export interface Cipher {
  encrypt(text: string): Buffer;
  /** Throws when the keychain no longer has the key. */
  decrypt(bytes: Buffer): string;
}

const fileSchema = z.object({
  version: z.literal(1),
  secrets: z.record(z.string(), z.object({ protection: z.enum(['keychain', 'private-file']), value: z.base64() })),
});
type SecretsFile = z.infer<typeof fileSchema>;

/**
 * Secrets in one file that only its owner may read. With a `cipher` they are encrypted; without one, the file's
 * permissions are all their protection. What was stored without a cipher is still read when there is one.
 * Errors have the code SECRETS_UNAVAILABLE.
 */
export function openSecretsFile(path: string, cipher: Cipher | undefined): Secrets {
  let writing: Promise<void> = Promise.resolve();

  const change = (edit: (secrets: SecretsFile['secrets']) => void): Promise<void> => {
    const next = writing.then(async () => {
      const secrets = { ...read(path) };
      edit(secrets);
      await write(path, secrets);
    });
    // The caller hears of a failure; the next change must not.
    writing = next.catch(() => undefined);
    return next;
  };

  return {
    protection: cipher ? 'keychain' : 'private-file',
    get: async (key) => {
      await writing;
      const entry = read(path)[key];
      if (!entry) return undefined;
      const bytes = Buffer.from(entry.value, 'base64');
      if (entry.protection === 'private-file') return bytes.toString('utf8');
      return decrypt(cipher, bytes);
    },
    set: (key, secret) =>
      change((secrets) => {
        secrets[key] = cipher
          ? { protection: 'keychain', value: cipher.encrypt(secret).toString('base64') }
          : { protection: 'private-file', value: Buffer.from(secret).toString('base64') };
      }),
    delete: (key) =>
      change((secrets) => {
        delete secrets[key];
      }),
  };
}

function decrypt(cipher: Cipher | undefined, bytes: Buffer): string {
  if (!cipher) throw unavailable('The keychain that protects this password cannot be reached.');
  try {
    return cipher.decrypt(bytes);
  } catch (error) {
    throw unavailable('The keychain no longer opens this password.', error);
  }
}

function read(path: string): SecretsFile['secrets'] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return {};
    throw unavailable(`Stored passwords cannot be read (${errnoOf(error) ?? 'unknown error'}).`, error);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).secrets;
  } catch {
    // The parser's own words could quote a secret.
    throw unavailable(`Stored passwords cannot be read: ${path} is damaged. Move it away.`);
  }
}

/** Replaces the file in one step, so that a crash leaves the old one or the new one. */
async function write(path: string, secrets: SecretsFile['secrets']): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: 1, secrets } satisfies SecretsFile, undefined, 2));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    throw unavailable(`The password could not be stored (${errnoOf(error) ?? 'unknown error'}).`, error);
  }
}

function unavailable(what: string, cause?: unknown): LongtakeError {
  return new LongtakeError('SECRETS_UNAVAILABLE', `${what} Enter it again in the source’s settings.`, { cause });
}
