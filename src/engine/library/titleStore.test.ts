import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { systemClock } from '../platform/systemClock.ts';
import { type Library, openLibrary } from './library.ts';
import { folded } from './titleStore.ts';

let folder: string;
let library: Library;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-titles-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});

afterEach(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
});

/** A recording with these titles, ten seconds apart. */
function titled(texts: readonly string[], heardAt = 0, change: Partial<Recording> = {}): Recording {
  const recording = makeRecording({ path: `Radio/${heardAt}-${texts.length}.mp3`, ...change });
  library.saveRecording(recording);
  texts.forEach((text, index) => {
    library.saveTitle({ recordingId: recording.id, position: index * 480_000, text }, heardAt + index * 10_000);
  });
  return recording;
}

const found = (text: string, limit = 50): readonly string[] =>
  library.titles.find(text, limit).map(({ title }) => title.text);

describe('titles of a recording', () => {
  test('are kept in order, and replaced at their place', () => {
    const recording = titled(['One', 'Two']);
    library.saveTitle({ recordingId: recording.id, position: 480_000, text: 'Other' }, 5);
    expect(library.titles.of(recording.id).map(({ position, text }) => [position, text])).toEqual([
      [0, 'One'],
      [480_000, 'Other'],
    ]);
  });
});

describe('a search for titles', () => {
  test('takes parts of words in any order, in either case, with and without accents', () => {
    titled(['Beyoncé – Halo', 'Sigur Rós – Hoppípolla', 'Die Ärzte – Schrei nach Liebe', 'Ágætis byrjun', 'Łąki łan']);
    for (const text of ['beyonce', 'BEYONCÉ', 'yonc', 'halo beyon', 'Halo  –'])
      expect(found(text)).toEqual(['Beyoncé – Halo']);
    expect(found('hoppipolla ros')).toEqual(['Sigur Rós – Hoppípolla']);
    expect(found('arzte')).toEqual(['Die Ärzte – Schrei nach Liebe']);
    expect(found('agaetis')).toEqual(['Ágætis byrjun']);
    expect(found('laki')).toEqual(['Łąki łan']);
    expect(found('ä')).toHaveLength(5);
    expect(found('nothing like it')).toEqual([]);
    expect(found('   ')).toEqual([]);
  });

  test('takes signs for what they are', () => {
    titled(['100 % "Pure" (Mix) * ^', "Rock 'n' Roll AND OR NOT NEAR", 'a:b -c']);
    expect(found('"Pure"')).toHaveLength(1);
    expect(found('% (mix)')).toHaveLength(1);
    expect(found("'n' roll")).toHaveLength(1);
    expect(found('NEAR')).toHaveLength(1);
    expect(found('a:b -c')).toHaveLength(1);
    for (const text of ['"', '*', '""""', 'a"b', '(', ')))', 'x OR', '\u0000\u0000\u0000'])
      expect(() => found(text)).not.toThrow();
  });

  test('gives the newest first, so many at most, with place and recording', () => {
    titled(['News', 'Song', 'News'], 1000);
    const newest = titled(['Song', 'News'], 100_000);
    expect(library.titles.find('news', 2)).toEqual([
      { recording: newest, title: { recordingId: newest.id, position: 480_000, text: 'News' } },
      expect.objectContaining({ title: expect.objectContaining({ position: 960_000 }) }),
    ]);
    expect(found('news')).toHaveLength(3);
  });

  test('finds nothing of a recording that is gone from the list, and the same again when it is back', () => {
    const recording = titled(['Gone']);
    library.removeRecordings([recording.id]);
    expect(found('gone')).toEqual([]);
    library.saveRecording(recording);
    expect(found('gone')).toEqual(['Gone']);
  });

  test('stays quick among very many', () => {
    const recording = titled([]);
    const begunAt = performance.now();
    for (let index = 0; index < 20_000; index += 1) {
      library.saveTitle({ recordingId: recording.id, position: index, text: `Artist ${index % 5000} – Song` }, index);
    }
    const startedAt = performance.now();
    expect(found('song', 200)).toHaveLength(200);
    expect(found('4999')).toHaveLength(4);
    expect(found('a', 200)).toHaveLength(200);
    // Slow is what looks at each of them: a machine that is busy now was so while they were saved.
    expect(performance.now() - startedAt).toBeLessThan(startedAt - begunAt);
  });
});

test('texts are compared without case and accents', () => {
  expect(folded('Straße Ærøskøbing İstanbul ﬁn')).toBe('strasse aeroskobing istanbul fin');
});

describe('a rescan', () => {
  test('brings the titles back from the ledger, and forgets those of files that are gone', async () => {
    const root = join(folder, 'recordings');
    const recording = makeRecording({ root, path: 'a.wav' });
    const gone = makeRecording({ root, path: 'gone.wav' });
    await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
    await writeFile(join(root, 'a.wav'), new Uint8Array(recording.bytes));
    const lines = [recording, gone].flatMap(({ root: _root, ...row }, index) => [
      { type: 'recording', at: 1, recording: row },
      { type: 'title', at: 2, title: { recordingId: row.id, position: 0, text: `First ${index}` } },
      { type: 'title', at: 3, title: { recordingId: row.id, position: 48_000, text: `Second ${index}` } },
    ]);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(root, LEDGER_FOLDER, '2026-11.jsonl'), text);
    const options = { root, fileSystem: nodeFileSystem, clock: systemClock, signal: new AbortController().signal };
    const inspector = { inspect: () => Promise.resolve(undefined) };
    await library.rescan({ ...options, inspector, isOpen: () => false });
    expect(library.titles.of(recording.id).map(({ text: title }) => title)).toEqual(['First 0', 'Second 0']);
    expect(library.titles.of(gone.id)).toEqual([]);
    expect(found('second')).toEqual(['Second 0']);
  });

  test('is not needed for what happened while nobody listened', async () => {
    const root = join(folder, 'recordings');
    const { root: _root, ...row } = makeRecording({ root, path: 'a.wav' });
    await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
    await writeFile(join(root, 'a.wav'), '');
    const lines = [
      { type: 'title', at: 2, title: { recordingId: row.id, position: 0, text: 'One' } },
      { type: 'recording', at: 3, recording: row },
      { type: 'title', at: 2, title: { recordingId: row.id, position: 10, text: 'Two' } },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(root, LEDGER_FOLDER, '2026-11.jsonl'), text);
    await library.catchUp({ root, fileSystem: nodeFileSystem });
    expect(found('two')).toEqual(['Two']);
    expect(found('one')).toEqual(['One']);
  });
});
