import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording, SOURCE_ID } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { LEDGER_FOLDER } from '../../shared/domain/folders.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { FoundSection } from '../../shared/domain/section.ts';
import { DEFAULT_SETTINGS } from '../../shared/domain/settings.ts';
import { millis, type SectionId, sourceId } from '../../shared/units.ts';
import { type Library, openLibrary } from '../library/library.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { Ledger } from '../recorder/ledger.ts';
import { Emitter } from './emitter.ts';
import { Review } from './review.ts';

const NOW = Date.UTC(2026, 10, 21, 12);

let folder: string;
let root: string;
let now: number;
let library: Library;
let review: Review;
let told: { readonly name: string; readonly payload: unknown }[];

const clock = {
  now: () => millis(now),
  monotonic: () => millis(performance.now()),
  offsetMinutes: () => 60,
  zone: () => 'Europe/Berlin',
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-review-'));
  root = join(folder, 'recordings');
  now = NOW;
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  const events = new Emitter();
  told = [];
  events.on((name, payload) => told.push({ name, payload }));
  review = new Review({
    clock,
    settingsStore: {
      read: () => ({ settings: { ...DEFAULT_SETTINGS, recordingsFolder: root }, sources: [], armed: [] }),
      write: () => undefined,
    },
    events,
    library: () => library,
    ledger: new Ledger(nodeFileSystem, silentLog),
  });
});

afterEach(() => {
  library.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A recording with a file and its line in the ledger. */
function record(change: Partial<Recording> = {}): Recording {
  const recording = makeRecording({ root, bytes: 100, ...change });
  mkdirSync(dirname(join(recording.root, recording.path)), { recursive: true });
  writeFileSync(join(recording.root, recording.path), Buffer.alloc(100));
  const { root: at, ...row } = recording;
  writeLine({ type: 'recording', at: NOW, recording: row }, at);
  library.saveRecording(recording);
  return recording;
}

function writeLine(line: object, at = root): void {
  mkdirSync(join(at, LEDGER_FOLDER), { recursive: true });
  writeFileSync(join(at, LEDGER_FOLDER, '2026-11.jsonl'), `${JSON.stringify(line)}\n`, { flag: 'a' });
}

const section = (first: number, end: number, peak = first): FoundSection => ({
  first,
  end,
  peak,
  peakDb: -20,
  floorDb: -50,
  score: 30,
});

function find(recording: Recording, ...sections: readonly FoundSection[]): void {
  review.replaceSections([{ recording, sections, live: false, settings: '' }]);
}

const idOf = ({ id }: Recording, first: number) => `${id}:${first}` as SectionId;
const verdicts = ({ id }: Recording) => review.sections(id).map(({ verdict }) => verdict);

/** The database is gone; what is on disk is all there is. */
async function rebuild(folders = [root]): Promise<void> {
  library.close();
  for (const file of readdirSync(folder).filter((name) => name.startsWith('library.db'))) rmSync(join(folder, file));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
  for (const at of folders) {
    await library.rescan({
      root: at,
      fileSystem: nodeFileSystem,
      clock,
      signal: new AbortController().signal,
      isOpen: () => false,
      inspector: { inspect: () => Promise.resolve(undefined) },
    });
  }
}

describe('sections of a recording', () => {
  test('come in order of time, with their place in the day and in the recording', () => {
    const recording = record({ offsetMinutes: 60 });
    find(recording, section(30, 50, 33), section(0, 5, 2));
    expect(review.sections(recording.id)).toEqual([
      expect.objectContaining({ id: `${recording.id}:0`, from: recording.startedAt, to: recording.startedAt + 500 }),
      {
        id: `${recording.id}:30`,
        recordingId: recording.id,
        sourceId: recording.sourceId,
        sourceName: recording.sourceName,
        from: recording.startedAt + 3000,
        to: recording.startedAt + 5000,
        fromSeconds: 3,
        toSeconds: 5,
        offsetMinutes: 60,
        day: recording.day,
        peakAt: recording.startedAt + 3300,
        peakDb: -20,
        floorDb: -50,
        score: 30,
      },
    ]);
    expect(told).toEqual([
      { name: 'sections.changed', payload: { recordingId: recording.id, sourceId: SOURCE_ID, day: recording.day } },
    ]);
  });

  test('are replaced as a whole, and not outlasted by their recording', () => {
    const recording = record({ samples: 478_080 });
    find(recording, section(0, 5), section(10, 20));
    find(recording, section(90, 100));
    expect(review.sections(recording.id)).toMatchObject([{ fromSeconds: 9, toSeconds: 9.96 }]);
  });

  test('say that the recording is still being made', () => {
    const recording = record({ state: 'recording' });
    find(recording, section(0, 5));
    expect(review.sections(recording.id)).toMatchObject([{ live: true }]);
  });
});

describe('a verdict', () => {
  test('is kept by the instant of the peak, so that another detection does not lose it', async () => {
    const recording = record();
    find(recording, section(10, 20, 12), section(40, 50, 45));
    await review.setVerdict([idOf(recording, 10)], 'star');
    expect(verdicts(recording)).toEqual(['star', undefined]);
    find(recording, section(5, 11), section(12, 14, 12), section(39, 52, 45));
    expect(verdicts(recording)).toEqual([undefined, 'star', undefined]);
    find(recording, section(5, 52, 45));
    expect(verdicts(recording)).toEqual(['star']);
  });

  test('is the one whose instant is nearest to the peak, of a section that was several', async () => {
    for (const [peak, expected] of [
      [15, 'star'],
      [42, 'discard'],
      [29, 'discard'],
      [28, 'star'],
    ] as const) {
      const recording = record({ path: `${peak}.wav`, startedAt: NOW + peak * 3_600_000 });
      find(recording, section(10, 20, 12), section(40, 50, 45));
      await review.setVerdict([idOf(recording, 10)], 'star');
      await review.setVerdict([idOf(recording, 40)], 'discard');
      find(recording, section(5, 52, peak));
      expect(verdicts(recording), String(peak)).toEqual([expected]);
    }
  });

  test('of a section that was several holds for all of them', async () => {
    const recording = record();
    find(recording, section(10, 20, 12), section(40, 50, 45));
    await review.setVerdict([idOf(recording, 10)], 'star');
    await review.setNote(idOf(recording, 40), { label: 'Owl' });
    find(recording, section(10, 50, 45));
    await review.setVerdict([idOf(recording, 10)], 'discard');
    find(recording, section(10, 20, 12), section(40, 50, 45));
    expect(review.sections(recording.id)).toMatchObject([{ verdict: 'discard' }, { verdict: 'discard', label: 'Owl' }]);
    await review.setVerdict([idOf(recording, 10), idOf(recording, 40)], undefined);
    expect(verdicts(recording)).toEqual([undefined, undefined]);
  });

  test('of many sections is told once; those that are gone are left out', async () => {
    const recording = record();
    find(recording, section(10, 20), section(40, 50));
    told = [];
    const ids = [idOf(recording, 10), idOf(recording, 11), idOf(recording, 40)];
    await review.setVerdict(ids, 'keep');
    expect(told).toEqual([{ name: 'verdicts.changed', payload: { ids: [ids[0], ids[2]], verdict: 'keep' } }]);
    await expect(review.setVerdict([idOf(recording, 11)], 'keep')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('leaves label and note alone, and they leave it', async () => {
    const recording = record();
    find(recording, section(10, 20));
    const id = idOf(recording, 10);
    await review.setNote(id, { label: 'Owl', note: 'Twice' });
    await review.setVerdict([id], 'keep');
    expect(await review.setNote(id, { note: 'Three times' })).toMatchObject({
      verdict: 'keep',
      label: 'Owl',
      note: 'Three times',
    });
    expect(await review.setNote(id, { label: '' })).not.toHaveProperty('label');
  });
});

describe('without the database', () => {
  test('a scan brings back verdicts, labels, notes and markers, and not what was taken back', async () => {
    const recording = record();
    find(recording, section(10, 20, 12), section(40, 50), section(70, 80));
    const [first, second, third] = [idOf(recording, 10), idOf(recording, 40), idOf(recording, 70)];
    await review.setVerdict([first, second], 'star');
    await review.setNote(first, { label: 'Owl', note: 'Zwölf Uhr\n"quoted"' });
    await review.setVerdict([second], undefined);
    await review.setVerdict([third], 'keep');
    await review.setVerdict([third], 'discard');
    const kept = await review.addMarker(NOW, 'Kept');
    const moved = await review.addMarker(NOW + 1, 'Moved', sourceId(SOURCE_ID));
    const gone = await review.addMarker(NOW + 2, 'Gone');
    const changed = await review.updateMarker(moved.id, 'Moved on', NOW + 500);
    await review.removeMarker(gone.id);
    await rebuild();
    find(recording, section(10, 20, 12), section(40, 50), section(70, 80));
    expect(review.sections(recording.id)).toMatchObject([
      { verdict: 'star', label: 'Owl', note: 'Zwölf Uhr\n"quoted"' },
      {},
      { verdict: 'discard' },
    ]);
    expect(verdicts(recording)).toEqual(['star', undefined, 'discard']);
    expect(review.markers(0, NOW * 2)).toEqual([kept, changed]);
  });

  test('the later word holds, also when the clock was set back or another folder is scanned first', async () => {
    const recording = record();
    find(recording, section(10, 20));
    await review.setVerdict([idOf(recording, 10)], 'keep');
    now -= 3_600_000;
    await review.setVerdict([idOf(recording, 10)], 'star');
    const marker = await review.addMarker(NOW, 'Old');
    const elsewhere = join(folder, 'elsewhere');
    const later = { type: 'marker', at: now + 10, marker: { ...marker, label: 'New' } };
    mkdirSync(elsewhere);
    writeLine(later, elsewhere);
    await rebuild([elsewhere, root]);
    find(recording, section(10, 20));
    expect(verdicts(recording)).toEqual(['star']);
    expect(review.markers(0, NOW * 2)).toMatchObject([{ label: 'New' }]);
    await rebuild([root, elsewhere]);
    expect(review.markers(0, NOW * 2)).toMatchObject([{ label: 'New' }]);
  });

  test('lines that nobody of ours wrote are refused', async () => {
    const recording = record();
    const good = { type: 'verdict', at: NOW, sourceId: SOURCE_ID, peakAt: recording.startedAt + 1000 };
    const marker = { id: recording.id, at: NOW, label: 'x', day: '2026-11-21' };
    const hostile: object[] = [
      { ...good, verdict: 'delete' },
      { ...good, verdict: 'star', peakAt: -1 },
      { ...good, verdict: 'star', peakAt: 1e300 },
      { ...good, verdict: 'star', at: '2026' },
      { ...good, verdict: 'star', sourceId: "'; DROP TABLE verdicts" },
      { ...good, verdict: 'star', note: 'x'.repeat(2001) },
      { ...good, verdict: 'star', label: ['x'] },
      { type: 'marker', at: NOW, marker: { ...marker, day: 'someday' } },
      { type: 'marker', at: NOW, marker: { ...marker, label: 'x'.repeat(81) } },
      { type: 'marker', at: NOW, marker: { ...marker, id: '1' } },
      { type: 'marker', at: 1e300, marker },
      { type: 'marker', at: NOW, marker: { ...marker, at: -5 } },
    ];
    for (const line of hostile) writeLine(line);
    await rebuild();
    find(recording, section(10, 20));
    expect(verdicts(recording)).toEqual([undefined]);
    expect(review.markers(0, 1e14)).toEqual([]);
  });

  test('what was said while the library could not be written is caught up with', async () => {
    const recording = record();
    find(recording, section(10, 20));
    writeLine({ type: 'verdict', at: NOW, sourceId: SOURCE_ID, peakAt: recording.startedAt + 1000, verdict: 'star' });
    await library.catchUp({ root, fileSystem: nodeFileSystem });
    expect(verdicts(recording)).toEqual(['star']);
  });
});

describe('a marker', () => {
  test('is told in the folder of the recordings of its source', async () => {
    const old = join(folder, 'old');
    const recording = record({ root: old });
    await review.addMarker(recording.startedAt + 5, 'Here', recording.sourceId);
    await review.addMarker(recording.startedAt + 5, 'Everywhere');
    const lines = (at: string) => readFileSync(join(at, LEDGER_FOLDER, '2026-11.jsonl'), 'utf8');
    expect(lines(old)).toContain('Here');
    expect(lines(root)).toContain('Everywhere');
    expect(lines(root)).not.toContain('Here');
  });

  test('is listed by instant, with those of all sources, and has the local day', async () => {
    const late = Date.UTC(2026, 10, 21, 23, 30);
    const marker = await review.addMarker(late, 'Late');
    const other = await review.addMarker(late, 'Other', sourceId('7f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11'));
    expect(marker.day).toBe('2026-11-22');
    expect(review.markers(late, late + 1, sourceId(SOURCE_ID))).toEqual([marker]);
    expect(review.markers(late, late + 1)).toHaveLength(2);
    expect(review.markers(late - 1, late)).toEqual([]);
    await review.removeMarker(other.id);
    await expect(review.updateMarker(other.id, 'x', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
