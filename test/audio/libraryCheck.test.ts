import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/engine/library/database.ts';
import { silentLog } from '../support/silentLog.ts';
import { TestStudio } from '../support/studio.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-check-'));
  mkdirSync(join(folder, 'data'));
  path = join(folder, 'data', 'library.db');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** A library too large to be looked through in main, as a kill leaves it. */
function leaveLibrary(): void {
  const { connection } = openDatabase(path, silentLog);
  connection.exec('CREATE TABLE bulk (filler BLOB)');
  connection.prepare('INSERT INTO bulk VALUES (zeroblob(?))').run(12 * 1024 * 1024);
  connection.close();
  copyFileSync(path, `${path}.copy`);
  copyFileSync(`${path}.copy`, path);
}

const checkers = (studio: TestStudio): number => studio.children.filter(({ role }) => role === 'checker').length;
const keptAside = (): string[] => readdirSync(join(folder, 'data')).filter((name) => name.includes('.damaged-'));

test('a large library is looked through in a process of its own after a kill, and not after a good end', async () => {
  leaveLibrary();
  const first = await TestStudio.start({ folder });
  expect(checkers(first)).toBe(1);
  await first.studio.stop();
  const second = await TestStudio.start({ folder });
  expect(checkers(second)).toBe(0);
  await second.studio.stop();
  expect(keptAside()).toEqual([]);
});

test('a large library that is damaged is set aside and made anew', async () => {
  leaveLibrary();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096 * 2, 4096 * 30);
  writeFileSync(path, bytes);
  const studio = await TestStudio.start({ folder });
  expect(checkers(studio)).toBe(1);
  expect(await studio.studio.handlers['library.days']({ limit: 10 })).toEqual([]);
  await studio.studio.stop();
  const [name = ''] = keptAside();
  expect(readFileSync(join(folder, 'data', name)).equals(bytes)).toBe(true);
});
