import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import type { AnalysisState } from '../../src/shared/contract/review.ts';
import type { Section } from '../../src/shared/domain/section.ts';
import type { GeneratorConfig } from '../../src/shared/domain/source.ts';
import { recordingId, type RecordingId } from '../../src/shared/units.ts';
import { plainEnvelope, plainSections } from '../support/plainDetection.ts';
import { Servers } from '../support/servers.ts';
import { TestStudio } from '../support/studio.ts';

const run = promisify(execFile);
const studios: TestStudio[] = [];
const servers = new Servers();

afterEach(async () => {
  // Some have a folder in common: nobody may write there any more when it is removed.
  for (const studio of studios) await studio.stop();
  for (const studio of studios.splice(0)) await studio.dispose();
  await servers.close();
});

async function startStudio(options: Parameters<typeof TestStudio.start>[0] = {}): Promise<TestStudio> {
  const studio = await TestStudio.start(options);
  studios.push(studio);
  return studio;
}

const generator: Omit<GeneratorConfig, 'id'> = {
  kind: 'generator',
  name: 'Bursts',
  programme: 'bursts',
  seed: 3,
  sampleRate: 8000,
  bitDepth: 16,
  channels: 1,
};

const sectionsOf = async (studio: TestStudio, id: RecordingId): Promise<readonly Section[]> =>
  studio.studio.handlers['review.sections']({ recordingId: id });
const stateOf = async (studio: TestStudio): Promise<AnalysisState> => studio.studio.handlers['analysis.state']({});
const levelsFile = (studio: TestStudio, id: string): string =>
  join(studio.folder, 'data', 'cache', 'levels', `${id}.levels`);
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** What an independent reader finds in a WAV file of 16 bits, mono, at 8 kHz. */
async function plainlyFound(path: string): Promise<readonly (readonly [number, number])[]> {
  const wav = await readFile(path);
  const data = wav.subarray(wav.indexOf('data') + 8);
  const samples = Float64Array.from({ length: data.length >> 1 }, (_, at) => data.readInt16LE(2 * at) / 32_768);
  const settings = { margin: 12, grace: 2, minimum: 0 };
  // A file may end inside of a window: so does its last section.
  const last = samples.length / 8000;
  return plainSections(plainEnvelope([samples], 8000), settings).map(({ start, end }) => [start, Math.min(end, last)]);
}

test('what is recorded has its sections while it is recorded, and its envelope is kept when it closes', async () => {
  const studio = await startStudio({ settings: { splitSeconds: 86_400 } });
  const live: Section[] = [];
  const seen = studio.studio.onEvent((name, payload) => {
    if (name !== 'sections.changed' || !('recordingId' in payload)) return;
    void sectionsOf(studio, payload.recordingId).then((found) =>
      live.push(...found.filter((one) => one.live === true)),
    );
  });
  const id = await studio.addAndArm(generator);
  await studio.until('live sections', () => live.length > 0);
  const [open] = studio.recordings.values();
  const openId = open?.id ?? recordingId('');
  expect(
    (await studio.studio.handlers['review.envelope']({ recordingId: openId, fromSeconds: 0, toSeconds: 5, points: 50 }))
      .level.length,
  ).toBeGreaterThan(5);
  // It is drawn of what was measured.
  const picture = { id: openId, fromSeconds: 0, toSeconds: 3, points: 20 };
  const drawn = await studio.studio.handlers['recordings.peaksOf'](picture);
  expect(drawn).toMatchObject({ fromSeconds: 0, toSeconds: 3 });
  await studio.studio.handlers['sources.disarm']({ ids: [id] });
  seen();
  const [closed] = studio.closed(id);
  if (!closed) throw new Error('nothing was recorded');
  await studio.until('the kept envelope', () => true);
  await expect.poll(() => isThere(levelsFile(studio, closed.id))).toBe(true);
  // Nothing was decoded or read for it: the analyst was never asked.
  expect(studio.children.some(({ role }) => role === 'analyst')).toBe(false);
  await expect.poll(async () => (await sectionsOf(studio, closed.id)).some((one) => one.live === true)).toBe(false);
  const expected = await plainlyFound(studio.file(closed));
  expect(expected.length).toBeGreaterThan(0);
  await expect
    .poll(async () => (await sectionsOf(studio, closed.id)).map((one) => [one.fromSeconds, one.toSeconds]))
    .toEqual(expected);

  // Why a spot was chosen, and why another was not.
  const [first] = await sectionsOf(studio, closed.id);
  const explain = (atSeconds: number) =>
    studio.studio.handlers['review.explain']({ recordingId: closed.id, atSeconds });
  const chosen = await explain(first?.fromSeconds ?? 0);
  expect(chosen.missingDb).toBeLessThanOrEqual(0);
  expect(chosen.section?.score).toBeCloseTo(first?.score ?? 0, 3);
  const quiet = await explain((first?.fromSeconds ?? 0) - 0.2);
  expect(quiet.section).toBeUndefined();
  expect(quiet.missingDb).toBeCloseTo(12 - (quiet.level - quiet.floor), 3);

  // Drawn from what is kept, it is the same.
  expect(await studio.studio.handlers['recordings.peaksOf'](picture)).toEqual(drawn);

  // Peaks are kept, too: drawing needs no pass over the file.
  const peaksFile = join(studio.folder, 'data', 'cache', 'peaks', `${closed.id}.peaks`);
  const { ino } = await stat(peaksFile);
  const { pairs } = await studio.studio.handlers['recordings.peaks']({ id: closed.id, points: 50 });
  expect(Math.max(...pairs)).toBeGreaterThan(0.05);
  expect((await stat(peaksFile)).ino).toBe(ino);
});

/** Sends 15 s at once and then as fast as it plays: noise, and each 20 s a tone of 1.5 s. */
async function station(): Promise<string> {
  const rate = 64_000 / 8;
  const filter =
    'anoisesrc=c=pink:a=0.01:d=60:s=7:r=22050[n];aevalsrc=0.5*sin(2*PI*900*t)*between(mod(t\\,20)\\,4\\,5.5):d=60:s=22050[t];' +
    '[n][t]amix=normalize=0';
  const made = await run(
    'ffmpeg',
    [
      '-v',
      'error',
      '-filter_complex',
      filter,
      '-c:a',
      'libmp3lame',
      '-b:a',
      '64k',
      '-write_xing',
      '0',
      '-f',
      'mp3',
      '-',
    ],
    { encoding: 'buffer', maxBuffer: 2 ** 22 },
  );
  return servers.serve((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'audio/mpeg' });
    response.write(made.stdout.subarray(0, 15 * rate));
    let at = 15 * rate;
    const timer = setInterval(() => {
      response.write(made.stdout.subarray(at, at + rate / 4));
      at = at + rate / 4 >= made.stdout.length ? 0 : at + rate / 4;
    }, 250);
    response.on('close', () => clearInterval(timer));
  });
}

test('a stream has its sections while it is recorded, and is not decoded again when it closes', async () => {
  const studio = await startStudio({ settings: { splitSeconds: 86_400 } });
  const url = await station();
  const id = await studio.addAndArm({ kind: 'stream', name: 'Radio', url, username: '', format: 'auto' });
  await studio.until('a recording', () => studio.recordings.size > 0);
  const [open] = studio.recordings.values();
  const openId = open?.id ?? recordingId('');
  const live = async (): Promise<boolean> => (await sectionsOf(studio, openId)).some((one) => one.live === true);
  await expect.poll(live, { interval: 500 }).toBe(true);
  expect(studio.recordings.get(openId)?.state).toBe('recording');
  // Its picture and its envelope are there as far as it was decoded.
  const stretch = { recordingId: openId, fromSeconds: 0, toSeconds: 8, points: 80 };
  const { level } = await studio.studio.handlers['review.envelope'](stretch);
  expect(Math.max(...level)).toBeGreaterThan(-15);
  const analyst = studio.child('analyst');
  const wholes: unknown[] = [];
  const send = analyst.send.bind(analyst);
  analyst.send = (message) => {
    if (JSON.stringify(message).includes('"type":"analyse"')) wholes.push(message);
    send(message);
  };
  await studio.studio.handlers['sources.disarm']({ ids: [id] });
  await expect.poll(() => isThere(levelsFile(studio, openId))).toBe(true);
  await expect.poll(live).toBe(false);
  const kept = await sectionsOf(studio, openId);
  expect(kept.length).toBeGreaterThan(0);
  expect(wholes).toEqual([]);
  // What was made in parts is what is made of the whole.
  await rm(levelsFile(studio, openId));
  await studio.studio.handlers['analysis.detect']({});
  await expect.poll(() => isThere(levelsFile(studio, openId))).toBe(true);
  expect(wholes).toHaveLength(1);
  const bounds = (found: readonly Section[]) => found.map(({ fromSeconds, toSeconds }) => [fromSeconds, toSeconds]);
  await expect.poll(async () => bounds(await sectionsOf(studio, openId))).toEqual(bounds(kept));
});

test('other settings find other sections at once, also those of one source, without reading audio', async () => {
  const studio = await startStudio({ settings: { splitSeconds: 86_400 } });
  const id = await studio.addAndArm(generator);
  await studio.until('some audio', () => (studio.statuses.get(id)?.recording?.durationMs ?? 0) > 14_000);
  await studio.studio.handlers['sources.disarm']({ ids: [id] });
  const [closed] = studio.closed(id);
  if (!closed) throw new Error('nothing was recorded');
  const found = async (): Promise<number> => (await sectionsOf(studio, closed.id)).length;
  await expect.poll(found).toBeGreaterThan(0);
  await expect.poll(() => isThere(levelsFile(studio, closed.id))).toBe(true);
  const before = await found();
  // What is not read cannot be missed.
  await rm(studio.file(closed));
  const detection = { marginDb: 12, graceSeconds: 2, minSeconds: 600, preRollSeconds: 1 };
  await studio.studio.handlers['settings.update']({ detection });
  await expect.poll(found).toBe(0);
  const { id: _, ...draft } = { ...generator, id };
  await studio.studio.handlers['sources.update']({ id, draft: { ...draft, detection: { minSeconds: 0 } } });
  await expect.poll(found).toBe(before);
  expect((await studio.studio.handlers['analysis.settings']({ sourceId: id })).minSeconds).toBe(0);
  expect(await studio.studio.handlers['analysis.detect']({})).toEqual({ recordings: 1, sections: before });
});

test('files that were found are analysed in the background, and what is kept is made again and pruned', async () => {
  const first = await startStudio();
  const folder = join(first.recordingsFolder, 'found');
  await mkdir(folder, { recursive: true });
  // A tone for two seconds, 20 s into pink noise.
  const filter =
    'anoisesrc=c=pink:a=0.02:d=60:s=7:r=44100[n];aevalsrc=0.5*sin(2*PI*900*t)*between(t\\,20\\,22):d=60:s=44100[t];[n][t]amix=normalize=0';
  for (const [name, codec] of [
    ['a.mp3', 'libmp3lame'],
    ['b.flac', 'flac'],
    ['c.opus', 'libopus'],
    ['d.ogg', 'libvorbis'],
    ['e.aac', 'aac'],
    ['f.wav', 'pcm_s24le'],
  ] as const) {
    await run('ffmpeg', ['-v', 'error', '-filter_complex', filter, '-c:a', codec, join(folder, name)]);
  }
  await writeFile(join(folder, 'g.wav'), await readFile(join(folder, 'f.wav')).then((wav) => wav.subarray(0, 90)));
  await first.studio.handlers['library.rescan']({});
  const { recordings } = await library(first);
  const analysed = async (studio: TestStudio): Promise<readonly string[]> => {
    const names: string[] = [];
    for (const { id, path } of recordings) {
      const [only, ...others] = await sectionsOf(studio, id);
      const isRight = only !== undefined && others.length === 0 && Math.abs(only.fromSeconds - 20) < 0.15;
      if (isRight && Math.abs(only.toSeconds - 22) < 0.25) names.push(path.slice('found/'.length));
    }
    return names.toSorted();
  };
  const all = ['a.mp3', 'b.flac', 'c.opus', 'd.ogg', 'e.aac', 'f.wav'];
  await expect.poll(() => analysed(first)).toEqual(all);
  await expect.poll(async () => (await stateOf(first)).waiting).toBe(0);
  await first.stop();

  // Damage, loss and what is left of a recording that nobody knows any more.
  const [lost, damaged] = recordings;
  if (!lost || !damaged) throw new Error('nothing was found');
  await rm(levelsFile(first, lost.id));
  const orphan = levelsFile(first, '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d99');
  await copyFile(levelsFile(first, damaged.id), orphan);
  const second = await startStudio({ folder: first.folder, state: first.state });
  await expect.poll(() => isThere(levelsFile(first, lost.id))).toBe(true);
  await expect.poll(() => isThere(orphan)).toBe(false);
  await writeFile(levelsFile(first, damaged.id), 'not an envelope');
  await second.studio.handlers['analysis.detect']({});
  await expect.poll(async () => (await readFile(levelsFile(first, damaged.id))).length).toBeGreaterThan(100);
  expect(await analysed(second)).toEqual(all);
});

async function library(studio: TestStudio) {
  const recordings = [];
  for (const { day } of await studio.studio.handlers['library.days']({ limit: 100 })) {
    recordings.push(...(await studio.studio.handlers['library.recordings']({ day, offset: 0, limit: 100 })).recordings);
  }
  return { recordings };
}

test('without ffmpeg, what needs it waits and says how to get it; a person can pause', async () => {
  const studio = await startStudio({ env: { LONGTAKE_FFMPEG: '/nowhere/ffmpeg' } });
  const folder = join(studio.recordingsFolder, 'found');
  await mkdir(folder, { recursive: true });
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=3', join(folder, 'a.mp3')]);
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=d=3', join(folder, 'b.wav')]);
  expect((await studio.studio.handlers['analysis.pause']({ paused: true })).waiting).toBe(0);
  await studio.studio.handlers['library.rescan']({});
  await expect.poll(async () => await stateOf(studio)).toMatchObject({ waiting: 2, held: 'paused' });
  // It is paused after a restart, too.
  await studio.stop();
  const { folder: same, state } = studio;
  const again = await startStudio({ env: { LONGTAKE_FFMPEG: '/nowhere/ffmpeg' }, folder: same, state });
  await expect.poll(async () => await stateOf(again)).toMatchObject({ waiting: 2, held: 'paused' });
  await again.studio.handlers['analysis.pause']({ paused: false });
  await expect
    .poll(async () => await stateOf(again))
    .toMatchObject({
      waiting: 1,
      done: 1,
      held: 'no decoder',
      advice: expect.stringContaining('LONGTAKE_FFMPEG') as string,
    });

  // What is cut as it was recorded needs none, and what is converted says so before it cuts anything.
  const { recordings } = await library(again);
  const exported = async (to: 'cut' | 'flac') => {
    again.exportTo = join(again.folder, `out.${to}`);
    const format = to === 'cut' ? ({ kind: 'cut' } as const) : ({ kind: 'convert', to } as const);
    const content = { kind: 'recordings' as const, ids: recordings.map(({ id }) => id).slice(0, 1) };
    const job = await again.studio.handlers['exports.start']({ content, format, shape: 'one' });
    const now = async () =>
      (await again.studio.handlers['exports.list']({})).find(({ id }) => id === job?.id) ?? { state: 'unknown' };
    await expect.poll(async () => (await now()).state).not.toBe('working');
    return now();
  };
  expect(await exported('cut')).toMatchObject({ state: 'done' });
  expect(await exported('flac')).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('LONGTAKE_FFMPEG') as string,
  });
});
