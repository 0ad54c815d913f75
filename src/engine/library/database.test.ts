import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { execFileSync, fork } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { buildEntry } from '../../../scripts/testing/build-entry.mjs';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { openDatabase } from './database.ts';
import { openLibrary } from './library.ts';
import { migrations } from './migrations.ts';
import { RECORDING_COLUMNS, toRecordingRow } from './rows.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-database-'));
  path = join(folder, 'below', 'library.db');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Saves a recording in a new library and closes it. */
function fill() {
  const { library } = openLibrary(path, silentLog);
  const recording = makeRecording();
  library.saveRecording(recording);
  library.close();
  return recording;
}

describe('opening', () => {
  test('makes the folder and the database, then finds them again', () => {
    const first = openLibrary(path, silentLog);
    expect(first.created).toBe(true);
    first.library.close();
    const recording = fill();
    const again = openLibrary(path, silentLog);
    expect(again.created).toBe(false);
    expect(again.setAside).toBeUndefined();
    expect(again.library.recording(recording.id)).toEqual(recording);
    again.library.close();
  });

  test('uses a write-ahead log, foreign keys and a busy time-out', () => {
    const { connection } = openDatabase(path, silentLog);
    const settings = ['journal_mode', 'foreign_keys', 'synchronous', 'busy_timeout'].map((name) =>
      connection.pragma(name, { simple: true }),
    );
    expect(settings).toEqual(['wal', 1, 1, 2000]);
    connection.close();
  });

  test('takes an empty file as a new library', () => {
    openLibrary(path, silentLog).library.close();
    for (const suffix of ['-wal', '-shm']) expect(existsSync(path + suffix)).toBe(false);
    writeFileSync(path, '');
    const opened = openLibrary(path, silentLog);
    expect(opened).toMatchObject({ created: true });
    opened.library.close();
  });

  test('says when the folder cannot be written', () => {
    chmodSync(folder, 0o500);
    // Root may write to every folder of a disk, but nobody may make files in the kernel's own.
    const denied = process.getuid?.() === 0 ? '/sys/longtake.db' : path;
    expect(() => openLibrary(denied, silentLog)).toThrow(expect.objectContaining({ code: 'DISK_DENIED' }));
  });

  test('sets a folder in its place aside, with all that is in it', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'note'), 'kept');
    const opened = openLibrary(path, silentLog);
    opened.library.close();
    expect(opened.created).toBe(true);
    expect(readFileSync(join(opened.setAside ?? '', 'note'), 'utf8')).toBe('kept');
  });
});

describe('a damaged library', () => {
  test('that is not a database is set aside, whole, and a new one made', () => {
    openLibrary(path, silentLog).library.close();
    const junk = 'This is not a database.'.repeat(1000);
    writeFileSync(path, junk);
    const opened = openLibrary(path, silentLog);
    expect(opened.created).toBe(true);
    expect(readFileSync(opened.setAside ?? '', 'utf8')).toBe(junk);
    expect(opened.library.days({ limit: 1 })).toEqual([]);
    opened.library.close();
  });

  test('whose pages are overwritten is set aside with its companions', () => {
    const { library } = openLibrary(path, silentLog);
    for (let index = 0; index < 500; index += 1) library.saveRecording(makeRecording({ path: `${index}.wav` }));
    library.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 3, 4096 * 20);
    writeFileSync(path, bytes);
    writeFileSync(`${path}-wal`, 'newest rows');
    const opened = openLibrary(path, silentLog);
    expect(readFileSync(opened.setAside ?? '')).toEqual(bytes);
    opened.library.close();
  });

  test('is set aside under a new name each time', () => {
    openLibrary(path, silentLog).library.close();
    const names = [1, 2, 3].map((count) => {
      writeFileSync(path, `junk ${count} `.repeat(2000));
      const { library, setAside } = openLibrary(path, silentLog);
      library.close();
      return setAside;
    });
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(existsSync(name ?? '')).toBe(true);
  });
});

describe('a library that was closed well', () => {
  const reopened = () => {
    const { library, unchecked, setAside } = openLibrary(path, silentLog);
    return { library, unchecked, setAside };
  };

  test('is taken for sound, and no other one is', () => {
    fill();
    const whole = reopened();
    expect(whole.unchecked).toBe(true);
    // A kill leaves it as it is now.
    copyFileSync(path, `${path}.copy`);
    whole.library.close();
    copyFileSync(`${path}.copy`, path);
    const killed = reopened();
    expect(killed.unchecked).toBe(false);
    killed.library.close();
    expect(reopened().unchecked).toBe(true);
  });

  test('but whose file was written since is looked through', () => {
    fill();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 2, 4096 * 9);
    writeFileSync(path, bytes);
    const opened = reopened();
    expect(opened.setAside).toBeDefined();
    opened.library.close();
  });

  test('but is no database any more is set aside, also when its file seems to be the same', () => {
    fill();
    const { mtimeNs } = statSync(path, { bigint: true });
    writeFileSync(path, Buffer.alloc(statSync(path).size, 'junk'));
    // Through seconds with a fraction no nanoseconds can be set.
    execFileSync('touch', [
      '-d',
      `@${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`,
      path,
    ]);
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
    const opened = reopened();
    expect(opened.setAside).toBeDefined();
    opened.library.close();
  });

  test('is looked through after damage was found in it', () => {
    fill();
    const { library } = reopened();
    library.noteDamage();
    library.close();
    const again = reopened();
    expect(again.unchecked).toBe(false);
    again.library.close();
  });
});

describe('migrations', () => {
  test('are frozen: a change is a new step', () => {
    const hashes = migrations.map((step) => createHash('sha256').update(step).digest('hex').slice(0, 16));
    expect(hashes).toEqual([
      '483a9b9410b6b82a',
      '6c3ab64596d1546d',
      '411d5cc4a64f93f5',
      '1777f1c3a1c491fe',
      'bbe6926f2afc0a6c',
      'c2c0b18af0706a91',
      '9c5e21a119e30935',
      '0460a5826b5faade',
      'ae97a1d258e2a67e',
      '1bb32432c7e744bb',
      '0eafc78403b89c07',
    ]);
  });

  test('bring a database of version 1, with its rows, to the newest', () => {
    const first = openDatabase(path, silentLog, { migrations: migrations.slice(0, 1) }).connection;
    const recording = makeRecording();
    first.exec(`INSERT INTO sources (id, name, kind) VALUES ('${recording.sourceId}', 'Studio A', 'soundcard')`);
    const had = z.array(z.object({ name: z.string() })).parse(first.pragma('table_info(recordings)'));
    const columns = RECORDING_COLUMNS.filter((column) => had.some(({ name }) => name === column));
    const values = columns.map((name) => `@${name}`).join(', ');
    first.prepare(`INSERT INTO recordings (${columns.join(', ')}) VALUES (${values})`).run(toRecordingRow(recording));
    expect(first.pragma('user_version', { simple: true })).toBe(1);
    first.close();
    const { library, created } = openLibrary(path, silentLog);
    expect(created).toBe(false);
    expect(library.recording(recording.id)).toEqual(recording);
    expect(library.wasScanned('/recordings')).toBe(false);
    library.close();
    const raw = new Database(path);
    expect(raw.pragma('user_version', { simple: true })).toBe(migrations.length);
    raw.close();
  });

  test('happen wholly or not at all', () => {
    fill();
    const broken = 'CREATE TABLE half (id TEXT); CREATE TABLE sources (id TEXT);';
    expect(() => openDatabase(path, silentLog, { migrations: [...migrations, broken] })).toThrow(/already exists/);
    const raw = new Database(path);
    expect(raw.pragma('user_version', { simple: true })).toBe(migrations.length);
    expect(raw.prepare("SELECT name FROM sqlite_master WHERE name = 'half'").get()).toBeUndefined();
    raw.close();
  });

  test('refuse a database from the future and leave it alone', () => {
    const recording = fill();
    const raw = new Database(path);
    raw.pragma(`user_version = ${migrations.length + 1}`);
    raw.close();
    expect(() => openLibrary(path, silentLog)).toThrow(
      expect.objectContaining({ code: 'CONFLICT', message: expect.stringContaining('newer version of Longtake') }),
    );
    const again = new Database(path);
    expect(again.prepare('SELECT id FROM recordings').get()).toEqual({ id: recording.id });
    again.close();
  });
});

test('a writer that is killed in a transaction leaves every row that was saved, and none that was not', async () => {
  const writer = await buildEntry(
    'killed-writer',
    fileURLToPath(new URL('../../../test/support/killedWriter.ts', import.meta.url)),
  );
  const child = fork(writer, [path], { serialization: 'advanced', stdio: 'inherit' });
  try {
    const [saved] = (await once(child, 'message')) as [{ ids: string[] }];
    child.kill('SIGKILL');
    await once(child, 'exit');
    const opened = openLibrary(path, silentLog);
    expect(opened).toMatchObject({ created: false });
    expect(opened.setAside).toBeUndefined();
    const { recordings } = opened.library.recordings({ day: makeRecording().day, offset: 0, limit: 500 });
    expect(recordings.map(({ id }) => id).sort()).toEqual(saved.ids.sort());
    expect(opened.library.gaps(makeGap().day)).toEqual([]);
    opened.library.close();
  } finally {
    child.kill('SIGKILL');
  }
});
