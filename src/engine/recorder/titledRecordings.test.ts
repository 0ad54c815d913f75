import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import type { StreamConfig } from '../../shared/domain/source.ts';
import type { Title } from '../../shared/domain/title.ts';
import { sourceId } from '../../shared/units.ts';
import { tagBytes } from '../containers/id3.ts';
import { Connection } from './connection.ts';
import { cueOf, writeCue } from './cueFile.ts';
import { Ledger } from './ledger.ts';

const RATE = 8000;
const FRAME = 400;

/** Records a stream of frames with titles under a turned clock; `titles` are by the sample before which they come. */
async function record(
  blocks: readonly number[],
  titles: ReadonlyMap<number, string>,
  { cue = false, tagStreams = false } = {},
) {
  const clock = new TurnedClock('2026-11-21T13:59:57Z', 'UTC');
  const disk = new MemoryFileSystem();
  const ledger = new Ledger(disk, silentLog);
  const recordings: Recording[] = [];
  const heard: Title[] = [];
  const source: StreamConfig = {
    id: sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11'),
    name: 'Radio',
    kind: 'stream',
    url: 'http://radio.example/',
    username: '',
    format: 'auto',
    cue,
  };
  const ignore = (): void => undefined;
  const connection = new Connection(
    {
      clock,
      fileSystem: disk,
      log: silentLog,
      ledger,
      plan: () => ({ recordingsFolder: '/r', splitSeconds: 5, filenamePattern: DEFAULT_FILENAME_PATTERN, tagStreams }),
      emit: (event) => {
        if (event.type === 'recording' && event.recording.state === 'complete') recordings.push(event.recording);
        if (event.type === 'title') heard.push(event.title);
      },
    },
    {
      source,
      paused: false,
      longest: () => Number.POSITIVE_INFINITY,
      onPaused: ignore,
      onLost: ignore,
      onHole: () => undefined,
      onReached: ignore,
      onMissing: ignore,
      onClockMoved: ignore,
      onOpen: ignore,
      onFirstRecording: ignore,
      onRecordingOpened: ignore,
      onTitle: ignore,
      onBlock: ignore,
      onFailure: (error) => {
        throw error;
      },
    },
  );
  connection.onOpen({ format: { codec: 'mp3', sampleRate: RATE, channels: 1 }, container: 'mp3', label: 'x' });
  let fed = 0;
  for (const frames of blocks) {
    for (let left = frames; left > 0;) {
      // A title divides a block, as a stream's reader has it.
      const until = [...titles.keys()].filter((at) => at > fed).sort((a, b) => a - b)[0] ?? Number.POSITIVE_INFINITY;
      const count = Math.min(left, Math.ceil((until - fed) / FRAME));
      const title = titles.get(fed);
      if (title !== undefined) connection.onTitle(title);
      const units = Array.from({ length: count }, () => ({ bytes: 4, samples: FRAME }));
      fed += count * FRAME;
      left -= count;
      clock.advance((count * FRAME * 1000) / RATE);
      const block = { bytes: new Uint8Array(4 * count).fill(1), samples: count * FRAME, frames: units };
      connection.onBlock(block, clock.monotonic());
    }
  }
  await connection.end();
  await ledger.flushed();
  recordings.sort((one, other) => one.startedAt - other.startedAt);
  const lines = [...disk.files.entries()].filter(([path]) => path.endsWith('.jsonl'));
  const entries = lines.flatMap(([, bytes]) =>
    new TextDecoder()
      .decode(bytes)
      .split('\n')
      .filter((line) => line !== ''),
  );
  return {
    disk,
    recordings,
    heard,
    entries: entries.map((line) => JSON.parse(line) as { type: string; title?: Title }),
  };
}

describe('titles of recordings', () => {
  test('are at their sample, in the recording that holds it, and the next one begins with what is on air', async () => {
    const scene = fc.record({
      blocks: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 30 }),
      // Apart enough for all of them to be kept.
      steps: fc.array(fc.integer({ min: 6, max: 120 }), { maxLength: 6 }),
      early: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ blocks, steps, early }) => {
        const total = blocks.reduce((sum, frames) => sum + frames, 0) * FRAME;
        const places = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step, 0) * FRAME);
        const titles = new Map([...(early ? [0] : []), ...places].map((at) => [at, `title ${at}`]));
        const { recordings, heard, entries } = await record(blocks, titles);
        expect(recordings.reduce((sum, { samples }) => sum + samples, 0)).toBe(total);
        let first = 0;
        for (const { id, samples } of recordings) {
          const from = first;
          const inside = [...titles].filter(([at]) => at > from && at < from + samples);
          const onAir = [...titles].filter(([at]) => at <= from).at(-1);
          const wanted = [
            ...(onAir ? [{ recordingId: id, position: 0, text: onAir[1] }] : []),
            ...inside.map(([at, text]) => ({ recordingId: id, position: at - from, text })),
          ];
          expect(heard.filter(({ recordingId }) => recordingId === id)).toEqual(wanted);
          expect(recordings.find((recording) => recording.id === id)?.title).toBe(wanted.at(-1)?.text);
          first += samples;
        }
        expect(entries.flatMap(({ type, title }) => (type === 'title' ? [title] : []))).toEqual(heard);
      }),
      { numRuns: 60 },
    );
  });

  test('are written into a cue sheet beside each file when that is asked for', async () => {
    const titles = new Map([
      [0, 'One'],
      [RATE * 2, 'Two'],
      [RATE * 6, 'Three'],
    ]);
    const { disk, recordings } = await record([150], titles, { cue: true });
    const sheets = await Promise.all(
      recordings.map(({ path }) => disk.readText(join('/r', path.replace(/\.mp3$/, '.cue')))),
    );
    const found = sheets.map((text) =>
      [...text.matchAll(/ {4}TITLE "(.*)"\n {4}INDEX 01 (.*)/g)].map(([, a, b]) => [a, b]),
    );
    expect(found).toEqual([
      [
        ['One', '00:00:00'],
        ['Two', '00:02:00'],
      ],
      [
        ['Two', '00:00:00'],
        ['Three', '00:03:00'],
      ],
    ]);
    expect(await cueOf(disk, recordings[0] ?? makeRecording())).toMatch(/\.cue$/);
    const without = await record([200], titles);
    expect([...without.disk.files.keys()].filter((path) => path.endsWith('.cue'))).toEqual([]);
  });
});

describe('the tag of a file', () => {
  const tagsOf = ({ disk, recordings }: Awaited<ReturnType<typeof record>>) =>
    recordings.map(({ path, samples, bytes }) => {
      const file = disk.files.get(join('/r', path)) ?? new Uint8Array(0);
      const length = tagBytes(file, 0);
      expect(file.subarray(length)).toEqual(new Uint8Array((samples / FRAME) * 4).fill(1));
      expect(bytes).toBe(file.length);
      return new TextDecoder().decode(file.subarray(0, length));
    });

  test('says the first title that was on air in it, also when that came behind the first audio', async () => {
    const titles = new Map([
      [RATE, '漢'.repeat(4000)],
      [RATE * 2, 'Two'],
      [RATE * 6, 'Three'],
    ]);
    const [first = '', second = ''] = tagsOf(await record([150], titles, { tagStreams: true }));
    expect(first).toContain('漢漢漢');
    expect(first).toContain('SOURCE\0Radio');
    expect(first).not.toContain('Two');
    expect(second).toContain('Two');
    expect(second).not.toContain('Three');
    const [untitled = ''] = tagsOf(await record([20], new Map(), { tagStreams: true }));
    expect(untitled).toContain('SOURCE\0Radio');
    expect(untitled).not.toContain('TIT2');
  });

  test('is not there when it is not wanted', async () => {
    expect(tagsOf(await record([150], new Map([[RATE, 'One']])))).toEqual(['', '']);
  });
});

describe('a cue sheet', () => {
  const recording = makeRecording({ path: 'Radio/a.mp3', container: 'mp3', root: '/r' });
  const titles = [{ text: 'One', position: 0 }];

  test('takes the place of an older one of the same recording', async () => {
    const disk = new MemoryFileSystem();
    expect(await writeCue(disk, recording, [...titles, { text: 'A long title', position: 48_000 }])).toBe(true);
    expect(await writeCue(disk, recording, titles)).toBe(true);
    expect(await disk.readText('/r/Radio/a.cue')).toMatch(/TITLE "One"\n {4}INDEX 01 00:00:00\n$/);
    expect(await cueOf(disk, recording)).toBe('/r/Radio/a.cue');
    const other = makeRecording({ path: 'Radio/a.aac', container: 'adts', root: '/r' });
    expect(await cueOf(disk, other)).toBeUndefined();
    expect(await writeCue(disk, other, titles)).toBe(false);
    expect(await disk.readText('/r/Radio/a.cue')).toContain(recording.id);
  });

  test('overwrites nothing of anybody else', async () => {
    const disk = new MemoryFileSystem();
    for (const foreign of [new TextEncoder().encode('FILE "mine.wav" WAVE\n'), new Uint8Array(0)]) {
      disk.files.set('/r/Radio/a.cue', foreign);
      expect(await writeCue(disk, recording, titles)).toBe(false);
      expect(disk.files.get('/r/Radio/a.cue')).toBe(foreign);
      expect(await cueOf(disk, recording)).toBeUndefined();
    }
  });

  test('has no title from behind the end of the file', async () => {
    const disk = new MemoryFileSystem();
    await writeCue(disk, { ...recording, samples: 48_000 }, [...titles, { text: 'Lost', position: 48_000 }]);
    expect(await disk.readText('/r/Radio/a.cue')).not.toContain('Lost');
  });
});
