import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/engine/library/database.ts';
import { toRecordingRow } from '../../src/engine/library/rows.ts';
import { createStatements } from '../../src/engine/library/statements.ts';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { makeRecording } from '../support/makeRecording.ts';
import { silentLog } from '../support/silentLog.ts';
import '../support/ownDisplay.ts';
import { measureFrames } from './support/frames.ts';
import { tellResult } from './support/result.ts';

const RECORDINGS = 100_000;
const RATE = 8000;
const DAY_S = 86_400;
/** So that all begin on one day. */
const APART_MS = 800;
const STARTED_AT = Date.UTC(2026, 9, 5);
const DAY = '2026-10-05';
const LONG = 'A whole day';
/** A folder of before, whose files nobody looks for. */
const OTHER_ROOT = '/recordings-of-before';
const WAV_HEADER_BYTES = 44;

let profile: string;
let running: RunningApp;

beforeAll(async () => {
  profile = await makeProfile();
  const root = join(profile, 'Recordings');
  const path = 'day/day.wav';
  await writeLongWav(join(root, path));
  const { connection } = openDatabase(join(profile, 'library.db'), silentLog);
  const { putRecording } = createStatements(connection);
  connection.transaction(() => {
    const samples = DAY_S * RATE;
    const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 };
    const long = { root, path, sourceName: LONG, startedAt: STARTED_AT + RECORDINGS * APART_MS, samples, format };
    putRecording(toRecordingRow(makeRecording(long)));
    for (let index = 1; index < RECORDINGS; index += 1) {
      const startedAt = STARTED_AT + index * APART_MS;
      const sourceName = `Source ${index % 20}`;
      const id = randomUUID();
      putRecording(toRecordingRow(makeRecording({ id, root: OTHER_ROOT, sourceName, startedAt, path: `${id}.wav` })));
    }
  })();
  connection.close();
  running = await RunningApp.launch(profile);
  await running.page.setViewportSize({ width: 1280, height: 800 });
}, 300_000);

afterAll(async () => {
  await running.quit();
  await removeProfile(profile);
});

/** A day of silence with a second of tone in every minute; the silence takes no room on the disk. */
async function writeLongWav(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const dataBytes = DAY_S * RATE * 2;
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0);
  header.writeUInt32LE(WAV_HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(dataBytes, 40);
  const tone = Buffer.alloc(RATE * 2);
  const file = await open(path, 'w');
  try {
    await file.write(header, 0, header.length, 0);
    await file.truncate(WAV_HEADER_BYTES + dataBytes);
    for (let second = 0; second < DAY_S; second += 60) {
      const amplitude = 3000 + ((second * 7919) % 20_000);
      for (let at = 0; at < RATE; at += 1) tone.writeInt16LE(Math.round(amplitude * Math.sin(at / 3)), at * 2);
      await file.write(tone, 0, tone.length, WAV_HEADER_BYTES + second * RATE * 2);
    }
  } finally {
    await file.close();
  }
}

test('the window stands still', async () => {
  // The window alone is measured: 100,000 recordings without files would keep the analysis busy.
  await running.request('analysis.pause', { paused: true });
  await running.page.getByRole('treegrid', { name: 'Recordings by day' }).waitFor({ timeout: 120_000 });
  const figures = await measureFrames(running.page, 'nothing');
  expect(figures.perSecond).toBeGreaterThan(0);
  await tellResult({ bench: 'scroll', what: 'nothing moves', ...figures });
});

test('a list of 100,000 recordings', async () => {
  const { page } = running;
  const list = page.getByRole('treegrid', { name: 'Recordings by day' });
  await expect
    .poll(async () => Number(await list.getAttribute('aria-rowcount')), { timeout: 60_000 })
    .toBeGreaterThan(RECORDINGS);
  const figures = await measureFrames(page, 'list');
  await tellResult({ bench: 'scroll', what: 'scrolling a list', recordings: RECORDINGS, ...figures });
  for (const motion of ['timeline zoom', 'timeline pan'] as const) {
    const measured = await measureFrames(page, motion);
    await tellResult({ bench: 'scroll', what: motion, recordings: RECORDINGS, ...measured });
  }
});

test('a waveform of 24 hours', async () => {
  const { page } = running;
  await page.getByRole('treegrid', { name: 'Recordings by day' }).evaluate((list) => list.scrollTo(0, 0));
  const opened = performance.now();
  await page.getByRole('button', { name: new RegExp(`^Play ${LONG},`) }).click();
  const position = page.getByRole('slider', { name: 'Position' });
  await position.waitFor();
  const seenMs = Math.round(performance.now() - opened);
  await page.locator('[role="slider"][data-waveform="ready"]').waitFor({ timeout: 120_000 });
  const drawnMs = Math.round(performance.now() - opened);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  expect(drawnMs).toBeGreaterThan(0);
  await tellResult({ bench: 'scroll', what: 'opening 24 h', seenMs, drawnMs });
  const [recording] = (await running.request('library.recordings', { day: DAY, offset: 0, limit: 1 })).recordings;
  const { id } = recording ?? {};
  if (id === undefined) throw new Error('The long recording should be the newest.');
  const envelope = { recordingId: id, fromSeconds: 0, toSeconds: DAY_S, points: 16 };
  await running.request('analysis.pause', { paused: false });
  const levels = (): Promise<boolean> =>
    running.request('review.envelope', envelope).then(
      () => true,
      () => false,
    );
  await expect.poll(levels, { timeout: 180_000, interval: 1000 }).toBe(true);
  await running.request('analysis.pause', { paused: true });
  for (const view of ['small', 'large'] as const) {
    if (view === 'large') await page.keyboard.press('w');
    const figures = await measureFrames(page, 'zoom');
    await tellResult({ bench: 'scroll', what: 'zooming 24 h to samples and back', view, ...figures });
    await tellResult({ bench: 'scroll', what: 'moving along 24 h', view, ...(await measureFrames(page, 'pan')) });
  }
});
