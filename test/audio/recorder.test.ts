import { execFileSync } from 'node:child_process';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { renderSignal } from '../../src/engine/capture/generator/signal.ts';
import { readWavHeader } from '../../src/engine/containers/wavReader.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import type { EventPayload } from '../../src/shared/contract/events.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { TestStudio } from '../support/studio.ts';

const generator = {
  kind: 'generator',
  name: 'Test',
  programme: 'mixed',
  seed: 7,
  sampleRate: 48_000,
  bitDepth: 24,
  channels: 2,
} as const satisfies SourceDraft;

const studios: TestStudio[] = [];

async function start(options: Parameters<typeof TestStudio.start>[0] = {}): Promise<TestStudio> {
  const studio = await TestStudio.start(options);
  studios.push(studio);
  return studio;
}

afterEach(async () => {
  // Some have a folder in common: nobody may write there any more when it is removed.
  for (const studio of studios) await studio.stop();
  for (const studio of studios.splice(0)) await studio.dispose();
});

async function payload(studio: TestStudio, recordings: readonly Recording[]): Promise<Buffer> {
  const parts = [];
  for (const recording of recordings) {
    const file = await readFile(studio.file(recording));
    const { dataOffset, dataBytes } = readWavHeader(file);
    parts.push(file.subarray(dataOffset, dataOffset + (dataBytes ?? 0)));
  }
  return Buffer.concat(parts);
}

/** Seconds of audio that an independent reader finds in a file. */
function duration(path: string): number {
  const text = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]);
  return Number(text.toString());
}

/** What the file of an open recording holds, ms; its header counts. */
const safe = (studio: TestStudio, id: SourceId): number =>
  ((studio.statuses.get(id)?.recording?.bytes ?? 0) / 6 / 48_000) * 1000;

/** Waits for so much audio, ms, that is on disk but for less than a second. The disk of a busy machine is late. */
async function onDisk(studio: TestStudio, id: SourceId, atLeast: number): Promise<void> {
  const told = (): number => studio.statuses.get(id)?.recording?.durationMs ?? 0;
  await studio.until('audio on disk', () => told() > atLeast && told() - safe(studio, id) < 1000);
}

describe('the recorder process', () => {
  it('cuts at the clock and loses nothing of a test signal', async () => {
    const studio = await start();
    const id = await studio.addAndArm(generator);
    await studio.until('four closed recordings', () => studio.closed(id).length >= 4);
    await studio.studio.handlers['sources.disarm']({});
    const recordings = studio.closed(id);
    const joined = await payload(studio, recordings);
    const samples = recordings.reduce((sum, recording) => sum + recording.samples, 0);
    expect(joined.equals(renderSignal(generator, 0, samples))).toBe(true);
    for (const recording of recordings.slice(1, -1)) {
      expect(recording.startedAt % 5000).toBe(0);
      expect(recording.seam).toBe('gapless');
      expect(duration(studio.file(recording))).toBeCloseTo(recording.samples / 48_000, 3);
    }
    expect(studio.gapsOf(id)).toEqual([]);
    expect(studio.statuses.get(id)?.state).toBe('disarmed');
  });

  it('goes on after SIGKILL, with the lost time in the ledger and every file playable', async () => {
    const studio = await start({ settings: { splitSeconds: 86_400 } });
    const id = await studio.addAndArm(generator);
    await onDisk(studio, id, 1500);
    const safeAtKill = safe(studio, id);
    studio.child('recorder').kill();
    await studio.until('the window to be told', () => studio.statuses.get(id)?.state === 'reconnecting');
    await studio.until('recording again', () => studio.statuses.get(id)?.state === 'recording');
    await studio.until('more audio', () => (studio.statuses.get(id)?.recording?.durationMs ?? 0) > 1000);
    await studio.studio.handlers['sources.disarm']({});

    const [before, after] = studio.closed(id);
    if (!before || !after) throw new Error('There should be two recordings.');
    expect(before.state).toBe('repaired');
    const endedAt = before.startedAt + (before.samples * 1000) / 48_000;
    // Its size counts the header, which is shorter than 100 ms of audio.
    expect((before.samples * 1000) / 48_000).toBeGreaterThan(safeAtKill - 100);
    expect(duration(studio.file(before))).toBeCloseTo(before.samples / 48_000, 2);
    expect(await payload(studio, [before])).toEqual(Buffer.from(renderSignal(generator, 0, before.samples)));

    const [gap, ...others] = studio.gapsOf(id);
    expect(others).toEqual([]);
    expect(gap?.cause).toBe('crash');
    expect(Math.abs((gap?.from ?? 0) - endedAt)).toBeLessThan(1000);
    expect(Math.abs((gap?.to ?? 0) - after.startedAt)).toBeLessThan(5);
  });

  it('has a playable file on disk at any time before the kill, too', async () => {
    const studio = await start({ settings: { splitSeconds: 86_400 } });
    const id = await studio.addAndArm(generator);
    await onDisk(studio, id, 2500);
    const open = [...studio.recordings.values()].find((recording) => recording.state === 'recording');
    if (!open) throw new Error('There should be an open recording.');
    expect(duration(studio.file(open))).toBeGreaterThan(1.5);
  });

  it('finds everything again after a restart, also without its database', async () => {
    const first = await start();
    const id = await first.addAndArm(generator);
    await first.until('two closed recordings', () => first.closed(id).length >= 2);
    await first.studio.handlers['sources.disarm']({});
    const recordings = first.closed(id);
    await first.stop();

    const second = await start({ folder: first.folder, state: first.state });
    const list = await second.studio.handlers['library.days']({ limit: 10 });
    expect(list.reduce((sum, day) => sum + day.recordings, 0)).toBe(recordings.length);
    await second.stop();

    await rm(`${first.folder}/data`, { recursive: true });
    const third = await start({ folder: first.folder, state: first.state });
    await third.until('the scan', () => third.rescanned);
    for (const recording of recordings) {
      expect(await third.studio.handlers['library.recording']({ id: recording.id })).toEqual(recording);
    }
  });

  it('resumes what was armed, without a gap for the time in which it was ended by a person', async () => {
    const first = await start({ settings: { splitSeconds: 86_400 } });
    const id = await first.addAndArm(generator);
    await first.until('audio', () => (first.statuses.get(id)?.recording?.durationMs ?? 0) > 1000);
    await first.stop();
    const second = await start({ folder: first.folder, state: first.state });
    await second.until('recording again', () => second.statuses.get(id)?.state === 'recording');
    // A busy machine takes its time to open the input: that is told, and it is another thing.
    expect(second.gapsOf(id)).toEqual([]);
  });

  it('counts the time in which nothing ran as a gap, when the program ended without a word', async () => {
    const first = await start({ settings: { splitSeconds: 86_400 } });
    const id = await first.addAndArm(generator);
    await first.until('audio', () => (first.statuses.get(id)?.recording?.durationMs ?? 0) > 1000);
    await first.stop();
    const [before] = first.closed(id);
    if (!before) throw new Error('There should be a recording.');
    // A recorder whose main was killed closes its files and says of nobody that they were disarmed.
    const ledger = join(first.recordingsFolder, LEDGER_FOLDER);
    for (const name of await readdir(ledger)) {
      const lines = (await readFile(join(ledger, name), 'utf8')).split('\n');
      await writeFile(join(ledger, name), lines.filter((line) => !line.includes('"disarmed"')).join('\n'));
    }

    const second = await start({ folder: first.folder, state: first.state });
    await second.until('recording again', () => second.statuses.get(id)?.state === 'recording');
    await second.until('the end of the gap', () => second.gapsOf(id).some((gap) => gap.to !== undefined));
    const [gap, ...others] = second.gapsOf(id);
    expect(others).toEqual([]);
    expect(gap?.cause).toBe('crash');
    expect(Math.abs((gap?.from ?? 0) - (before.startedAt + (before.samples * 1000) / 48_000))).toBeLessThan(50);
    await second.stop();
  });

  it('survives what is asked of one source all at once', async () => {
    const studio = await start({ settings: { splitSeconds: 86_400 } });
    const id = await studio.add(generator);
    const { handlers } = studio.studio;
    const asked = Array.from({ length: 10 }, (_, index) => [
      handlers['sources.arm']({ ids: [id] }),
      handlers['sources.update']({ id, draft: { ...generator, seed: index } }),
      handlers['sources.disarm']({ ids: [id] }),
    ]).flat();
    studio.child('recorder').kill();
    await Promise.all(asked);
    expect(studio.state.current.armed).toEqual([]);
    expect(studio.statuses.get(id)?.state).toBe('disarmed');
    await handlers['sources.arm']({ ids: [id] });
    await studio.until('recording', () => studio.statuses.get(id)?.state === 'recording');
    // Whether arming comes before or after the removal, and so is refused, is open.
    await Promise.allSettled([handlers['sources.remove']({ id }), handlers['sources.arm']({ ids: [id] })]);
    expect(studio.state.current.armed).toEqual([]);
    expect(studio.gapsOf(id).every((gap) => gap.to !== undefined)).toBe(true);
  });

  it('tells levels of the sources that somebody looks at, and of no others', async () => {
    const studio = await start({ settings: { splitSeconds: 86_400 } });
    const watched = await studio.addAndArm({ ...generator, programme: 'tone' });
    const other = await studio.addAndArm({ ...generator, name: 'Other' });
    const told: string[] = [];
    let peak = Number.NaN;
    studio.studio.onEvent((name, heard) => {
      if (name !== 'levels') return;
      for (const levels of heard as EventPayload<'levels'>) {
        told.push(levels.sourceId);
        if (levels.sourceId === watched) peak = Math.max(...levels.peak);
      }
    });
    const captured = (): number => studio.statuses.get(other)?.recording?.durationMs ?? 0;
    await studio.until('audio', () => captured() > 1500);
    expect(told).toEqual([]);
    await studio.studio.handlers['levels.watch']({ ids: [watched] });
    await studio.until('levels', () => told.length >= 10);
    expect(new Set(told)).toEqual(new Set([watched]));
    expect(peak).toBeCloseTo(-20, 0);
    await studio.studio.handlers['levels.watch']({ ids: [] });
    const before = captured();
    // What was on its way may still come; a second later there is no more.
    await studio.until('more audio', () => captured() > before + 1000);
    const atRest = told.length;
    await studio.until('yet more audio', () => captured() > before + 3000);
    expect(told.length).toBe(atRest);
  });

  it('refuses two sources with one name, and a pattern that means nothing', async () => {
    const studio = await start();
    await studio.add(generator);
    await expect(studio.add({ ...generator, name: 'TEST' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(studio.studio.handlers['settings.update']({ filenamePattern: '%Q' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  it('tells a recordings folder that cannot be written, and goes on when it can', async () => {
    const studio = await start();
    const blocked = `${studio.folder}/blocked`;
    await writeFile(blocked, 'a file where a folder should be');
    studio.state.current = {
      ...studio.state.current,
      settings: { ...studio.state.current.settings, recordingsFolder: `${blocked}/in` },
    };
    await studio.studio.handlers['settings.update']({ theme: 'dark' });
    const id = await studio.addAndArm(generator);
    await studio.until('the problem to be told', () => studio.statuses.get(id)?.problem !== undefined);
    expect(studio.statuses.get(id)?.problem?.code).toBe('DISK_ERROR');
    await rm(blocked);
    await studio.studio.handlers['sources.retry']({ id });
    await studio.until('recording', () => studio.statuses.get(id)?.recording !== undefined);
    expect(await stat(`${blocked}/in`)).toBeDefined();
    await studio.until('the end of the gap', () => studio.gapsOf(id).every((gap) => gap.to !== undefined));
    expect(studio.gapsOf(id).map((gap) => gap.cause)).toEqual(['disk error']);
  });
});
