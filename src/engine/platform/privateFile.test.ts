import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPrivateFile } from './privateFile.ts';

const uid = process.getuid?.();
const STRANGER = 4711;
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-private-'));
  path = join(folder, 'token');
  writeFileSync(path, 'sesame', { mode: 0o600 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (reader: { uid?: number | undefined; env?: Record<string, string> } = {}): string =>
  readPrivateFile(path, 'THE_FILE', { uid, env: {}, ...reader });

describe('a file with a secret', () => {
  it('is read when it is its owner’s alone', () => {
    expect(read()).toBe('sesame');
  });

  it.skipIf(uid === undefined).each([0o644, 0o640, 0o604, 0o620, 0o602])('is refused with mode %o', (mode) => {
    chmodSync(path, mode);
    const told = new RegExp(`^THE_FILE: .*its mode is ${mode.toString(8)}.*chmod 600 ${path}`);
    expect(read).toThrow(told);
    expect(read).toThrow(expect.objectContaining({ code: 'SECRETS_UNAVAILABLE' }));
  });

  it.skipIf(uid === undefined)('is named as a shell takes it', () => {
    path = join(folder, "Anna's token");
    writeFileSync(path, 'sesame', { mode: 0o644 });
    expect(read).toThrow(`chmod 600 '${folder}/Anna'\\''s token'`);
  });

  it('has no mode on Windows', () => {
    chmodSync(path, 0o644);
    expect(read({ uid: undefined })).toBe('sesame');
  });

  it('may be anything where systemd hands it out', () => {
    chmodSync(path, 0o444);
    expect(read({ env: { CREDENTIALS_DIRECTORY: folder } })).toBe('sesame');
    if (uid === undefined) return;
    expect(() => read({ env: { CREDENTIALS_DIRECTORY: join(folder, 'other') } })).toThrow('chmod 600');
    expect(() => read({ env: { CREDENTIALS_DIRECTORY: '' } })).toThrow('chmod 600');
  });

  it.skipIf(uid !== 0)('of root may be readable by the group of who asks, and by nobody else', () => {
    chmodSync(path, 0o640);
    expect(read({ uid: STRANGER })).toBe('sesame');
    for (const mode of [0o660, 0o644]) {
      chmodSync(path, mode);
      expect(() => read({ uid: STRANGER })).toThrow(`sudo chmod 640 ${path}`);
    }
  });

  it.skipIf(uid === undefined)('of somebody else is refused', () => {
    if (uid === 0) chownSync(path, STRANGER, -1);
    expect(() => read({ uid: STRANGER + 1 })).toThrow(/somebody else/);
  });

  it('that cannot be read says so', () => {
    rmSync(path);
    expect(read).toThrow(`THE_FILE: ${path} cannot be read (ENOENT).`);
  });
});
