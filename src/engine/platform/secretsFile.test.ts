import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cipher, openSecretsFile } from './secretsFile.ts';

/** Turns every bit around: enough to see whether it was used. */
const flip = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));
const cipher: Cipher = {
  encrypt: (text) => flip(Buffer.from(text)),
  decrypt: (bytes) => flip(bytes).toString(),
};
const forgetful: Cipher = {
  encrypt: cipher.encrypt,
  decrypt: () => {
    throw new Error('no key');
  },
};

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-secrets-'));
  path = join(folder, 'secrets.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('openSecretsFile', () => {
  it.each([
    ['keychain', cipher],
    ['private-file', undefined],
  ] as const)('keeps, changes and forgets secrets with protection %s', async (protection, given) => {
    const secrets = openSecretsFile(path, given);
    expect(secrets.protection).toBe(protection);
    expect(await secrets.get('a')).toBeUndefined();
    await Promise.all([secrets.set('a', 'söcret'), secrets.set('b', 'other')]);
    await secrets.set('b', 'changed');
    const again = openSecretsFile(path, given);
    expect(await again.get('a')).toBe('söcret');
    expect(await again.get('b')).toBe('changed');
    await again.delete('a');
    expect(await secrets.get('a')).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  it('encrypts where it can, and lets nobody else read the file', async () => {
    await openSecretsFile(path, cipher).set('a', 'hunter2');
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(Buffer.from('hunter2').toString('base64'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('reads what was stored before there was a keychain', async () => {
    await openSecretsFile(path, undefined).set('a', 'old');
    expect(await openSecretsFile(path, cipher).get('a')).toBe('old');
  });

  it('says so when the keychain is gone or has lost its key', async () => {
    await openSecretsFile(path, cipher).set('a', 'hunter2');
    for (const given of [undefined, forgetful]) {
      await expect(openSecretsFile(path, given).get('a')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    }
  });

  it('does not quote a damaged file, and does not overwrite it', async () => {
    writeFileSync(path, '{"version":1,"secrets":{"a":"hunter2"}}');
    const secrets = openSecretsFile(path, cipher);
    const failure = await secrets.get('a').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('hunter2');
    await expect(secrets.set('b', 'x')).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    expect(readFileSync(path, 'utf8')).toContain('hunter2');
  });
});
