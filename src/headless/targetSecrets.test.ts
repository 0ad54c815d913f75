import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { targetSchema } from '../shared/domain/target.ts';
import { readTargetSecrets } from './targetSecrets.ts';

const target = (last: number, name: string) =>
  targetSchema.parse({
    id: `0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e000${last}`,
    kind: 'longtake-server',
    name,
    enabled: true,
    url: 'https://audio.example.org',
    auth: 'token',
  });
const office = target(1, 'Office 2');
const archive = target(2, 'Archive');

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-secrets-'));
  path = join(folder, 'secrets.json');
  writeFileSync(path, JSON.stringify({ targets: { Archive: 'from the file', 'Office 2': 'from the file, too' } }), {
    mode: 0o600,
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const uid = process.getuid?.();
const read = (env: Record<string, string>) => readTargetSecrets([office, archive], { env, uid });

describe('secrets of targets', () => {
  test('come from the environment, by the name of the target', () => {
    const found = read({ LONGTAKE_TARGET_OFFICE_2_TOKEN: 'one', LONGTAKE_TARGET_ARCHIVE_PASSWORD: 'two' });
    expect([...found]).toEqual([
      [office.id, 'one'],
      [archive.id, 'two'],
    ]);
    expect(read({ LONGTAKE_TARGET_OFFICE_2_TOKEN: '' }).size).toBe(0);
  });

  test('come from the file where the environment has none', () => {
    const found = read({ LONGTAKE_SECRETS_FILE: path, LONGTAKE_TARGET_OFFICE_2_SECRET: 'one' });
    expect(found.get(office.id)).toBe('one');
    expect(found.get(archive.id)).toBe('from the file');
  });

  test.skipIf(uid === undefined)('do not come from a file that others can read', () => {
    chmodSync(path, 0o640);
    expect(() => read({ LONGTAKE_SECRETS_FILE: path })).toThrow(/chmod 600/);
  });

  test('are never quoted by an error', () => {
    writeFileSync(path, '{"targets": {"Archive": "sesame"');
    expect(() => read({ LONGTAKE_SECRETS_FILE: path })).toThrow(/not of the form/);
    expect(() => read({ LONGTAKE_SECRETS_FILE: path })).not.toThrow(/sesame/);
    expect(() => read({ LONGTAKE_SECRETS_FILE: join(folder, 'nothing') })).toThrow(/ENOENT/);
  });
});
