import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { renderSignal } from '../../src/engine/capture/generator/signal.ts';
import { readWavHeader } from '../../src/engine/containers/wavReader.ts';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { TestStudio } from '../support/studio.ts';

const RATE = 48_000;
const generator = {
  kind: 'generator',
  name: 'Test',
  programme: 'mixed',
  seed: 7,
  sampleRate: RATE,
  bitDepth: 24,
  channels: 2,
} as const satisfies SourceDraft;
const SPLIT = { settings: { splitSeconds: 86_400 } };

const studios: TestStudio[] = [];

async function start(options: Parameters<typeof TestStudio.start>[0] = SPLIT): Promise<TestStudio> {
  const studio = await TestStudio.start(options);
  studios.push(studio);
  return studio;
}

afterEach(async () => {
  // Some have a folder in common: nobody may write there any more when it is removed.
  for (const studio of studios) await studio.stop();
  for (const studio of studios.splice(0)) await studio.dispose();
});

async function payload(studio: TestStudio, recording: Recording): Promise<Buffer> {
  const file = await readFile(studio.file(recording));
  const { dataOffset, dataBytes } = readWavHeader(file);
  return file.subarray(dataOffset, dataOffset + (dataBytes ?? 0));
}

/** The number of the sample that a recording of the generator begins with, which is near `about`. */
async function firstSample(studio: TestStudio, recording: Recording, about: number): Promise<number> {
  const found = await payload(studio, recording);
  const from = Math.max(0, Math.round(about) - 5 * RATE);
  const signal = Buffer.from(renderSignal(generator, from, recording.samples + 10 * RATE));
  const begin = found.subarray(0, 60);
  for (let at = signal.indexOf(begin); at >= 0; at = signal.indexOf(begin, at + 1)) {
    if (at % 6 === 0 && signal.subarray(at, at + found.length).equals(found)) return from + at / 6;
  }
  throw new Error('The recording holds something else than the signal.');
}

const length = (studio: TestStudio, id: SourceId): number => studio.statuses.get(id)?.recording?.durationMs ?? 0;
const endOf = ({ startedAt, samples }: Recording): number => startedAt + (samples * 1000) / RATE;

/** All lines of the ledger that name a reason. */
async function reasons(studio: TestStudio): Promise<string[]> {
  const folder = join(studio.recordingsFolder, LEDGER_FOLDER);
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/"reason":"([^"]*)"/g)].map(([, reason = '']) => reason));
}

describe('pause and resume', () => {
  it('cut a pause out of the audio, to the sample, and say it', async () => {
    const studio = await start();
    const { handlers } = studio.studio;
    const id = await studio.addAndArm(generator);
    await studio.until('audio', () => length(studio, id) > 1000);
    await handlers['sources.pause']({ ids: [id] });
    await studio.until('the file to be closed', () => studio.closed(id).length === 1);
    expect(studio.statuses.get(id)?.state).toBe('paused');
    await studio.until('the pause in the ledger', () => studio.gapsOf(id).length === 1);
    const [paused] = studio.gapsOf(id);
    await studio.until('time to pass', () => Date.now() - (paused?.from ?? 0) > 1500);
    await handlers['sources.resume']({});
    await studio.until('audio', () => length(studio, id) > 1000);
    await handlers['sources.disarm']({});

    const [before, after] = studio.closed(id);
    if (!before || !after) throw new Error('There should be two recordings.');
    expect(studio.gapsOf(id)).toMatchObject([{ cause: 'paused' }]);
    const [gap] = studio.gapsOf(id);
    expect(Math.abs((gap?.from ?? 0) - endOf(before))).toBeLessThan(2);
    expect(Math.abs((gap?.to ?? 0) - after.startedAt)).toBeLessThan(2);
    expect(await firstSample(studio, before, 0)).toBe(0);
    // What a busy machine renders late is told late: the signal itself says how much of it was left out.
    const skipped = ((after.startedAt - before.startedAt) * RATE) / 1000;
    const again = await firstSample(studio, after, skipped);
    expect(again - before.samples).toBeGreaterThan(RATE);
    expect(Math.abs(again - skipped)).toBeLessThan(5 * RATE);

    // As after a kill in the moment in which the gap ended: the library has its end, and the ledger has it not.
    await studio.stop();
    const isItsEnd = (line: string): boolean => line.includes(`"to":${gap?.to ?? 0}`);
    const folder = join(studio.recordingsFolder, LEDGER_FOLDER);
    const ledger = async (): Promise<(readonly [string, string[]])[]> =>
      Promise.all(
        (await readdir(folder)).map(async (file) => {
          const path = join(folder, file);
          return [path, (await readFile(path, 'utf8')).split('\n')] as const;
        }),
      );
    const ends = async (): Promise<number> => (await ledger()).flatMap(([, lines]) => lines.filter(isItsEnd)).length;
    expect(await ends()).toBe(1);
    for (const [path, lines] of await ledger()) {
      await writeFile(path, lines.filter((line) => !isItsEnd(line)).join('\n'));
    }
    expect(await ends()).toBe(0);
    await start({ folder: studio.folder, state: studio.state });
    expect(await ends()).toBe(1);
  });

  it('survive the recorder and the program', async () => {
    const studio = await start();
    const id = await studio.addAndArm(generator);
    await studio.until('audio', () => length(studio, id) > 500);
    await studio.studio.handlers['sources.pause']({});
    await studio.until('the file to be closed', () => studio.closed(id).length === 1);
    const dead = studio.child('recorder');
    dead.kill();
    await studio.until('a recorder that knows', () => studio.child('recorder') !== dead);
    await studio.until('it to be paused', () => {
      const status = studio.statuses.get(id);
      return status?.state === 'paused' && status.problem === undefined && status.format !== undefined;
    });
    expect(studio.gapsOf(id)).toMatchObject([{ cause: 'paused' }]);
    await studio.stop();
    expect(studio.closed(id)).toHaveLength(1);

    const second = await start({ folder: studio.folder, state: studio.state });
    await second.until('it to be paused', () => second.statuses.get(id)?.format !== undefined);
    expect(second.statuses.get(id)?.state).toBe('paused');
    await second.studio.handlers['sources.resume']({});
    await second.until('audio', () => length(second, id) > 500);
    await second.studio.handlers['sources.disarm']({});
    await second.studio.handlers['sources.arm']({});
    await second.until(
      'it to record: a new arming is not paused',
      () => second.statuses.get(id)?.state === 'recording',
    );
  });

  it('refuse what is off, and keep the pause of a source that is edited', async () => {
    const studio = await start();
    const { handlers } = studio.studio;
    const id = await studio.add(generator);
    await expect(Promise.resolve(handlers['sources.pause']({ ids: [id] }))).rejects.toThrow('Test is off');
    await handlers['sources.pause']({});
    await handlers['sources.arm']({});
    await studio.until('audio', () => length(studio, id) > 300);
    await handlers['sources.pause']({});
    await handlers['sources.update']({ id, draft: { ...generator, name: 'New name' } });
    await studio.until('it to be paused', () => studio.statuses.get(id)?.state === 'paused');
  });
});

describe('a split', () => {
  it('loses nothing and gives names of their own', async () => {
    const studio = await start();
    const id = await studio.addAndArm(generator);
    for (let count = 1; count < 6; count += 1) {
      await studio.until('audio', () => studio.statuses.get(id)?.state === 'recording' && length(studio, id) > 0);
      await studio.studio.handlers['sources.split']({});
      await studio.until('it to be closed', () => studio.closed(id).length === count);
    }
    await studio.studio.handlers['sources.disarm']({});
    const recordings = studio.closed(id);
    expect(recordings).toHaveLength(6);
    expect(new Set(recordings.map(({ path }) => path)).size).toBe(6);
    expect(recordings.slice(1).map(({ seam }) => seam)).toEqual(Array.from({ length: 5 }, () => 'gapless'));
    const joined = Buffer.concat(await Promise.all(recordings.map((recording) => payload(studio, recording))));
    const samples = recordings.reduce((sum, recording) => sum + recording.samples, 0);
    expect(joined.equals(renderSignal(generator, 0, samples))).toBe(true);
    const off = Promise.resolve().then(() => studio.studio.handlers['sources.split']({ ids: [id] }));
    await expect(off).rejects.toThrow('not recording');
  });
});

describe('a longest length', () => {
  it('ends a source at the sample, over a pause and two kills, with a word', async () => {
    const studio = await start();
    const notices: string[] = [];
    studio.studio.onEvent((name, payloadOfEvent) => {
      if (name === 'notice') notices.push((payloadOfEvent as { message: string }).message);
    });
    const { handlers } = studio.studio;
    const id = await studio.addAndArm({ ...generator, maxLengthSeconds: 3600 });
    await studio.until('audio', () => length(studio, id) > 800);
    await handlers['sources.pause']({});
    await studio.until('the file to be closed', () => studio.closed(id).length === 1);
    await handlers['sources.resume']({});
    await studio.until('audio', () => length(studio, id) > 800);
    studio.child('recorder').kill();
    await studio.until('it to be lost', () => studio.statuses.get(id)?.state === 'reconnecting');
    await studio.until('it to be mended', () => studio.closed(id).length === 2);
    await studio.until('audio', () => length(studio, id) > 800);
    await studio.stop();
    // A busy machine has recorded more than was waited for.
    const before = studio.closed(id).reduce((sum, { samples }) => sum + samples, 0);
    const maxLengthSeconds = Math.ceil(before / RATE) + 1.25;
    const { current } = studio.state;
    const sources = current.sources.map((source) => ({ ...source, maxLengthSeconds }));
    const second = await start({ folder: studio.folder, state: { current: { ...current, sources } } });
    second.studio.onEvent((name, payloadOfEvent) => {
      if (name === 'notice') notices.push((payloadOfEvent as { message: string }).message);
    });
    await second.until('its end', () => second.logLines.some((line) => line.includes('maximum length')));
    expect(second.statuses.get(id)?.state).toBe('disarmed');
    const recordings = [...studio.closed(id), ...second.closed(id)];
    const lengths = recordings.map(({ samples }) => samples);
    expect(
      lengths.reduce((sum, samples) => sum + samples, 0),
      lengths.join(' + '),
    ).toBe(maxLengthSeconds * RATE);
    expect(notices).toEqual([
      expect.stringMatching(/^Test has recorded its maximum length of \d.*\.25 s and was stopped\.$/),
    ]);
    await second.stop();
    expect(await reasons(second)).toEqual(['quit', 'maximum length']);
    expect(second.state.current.armed).toEqual([]);
  });
});

describe('a recorder that is stopped for a while', () => {
  it('accounts for every second, and says what happened', async () => {
    const studio = await start();
    const id = await studio.addAndArm(generator);
    await studio.until('audio', () => length(studio, id) > 1000);
    const pid = studio.child('recorder').pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    const stoppedAt = Date.now();
    await pass(8000);
    process.kill(pid, 'SIGCONT');
    await studio.until('the log to say it', () => studio.logLines.some((line) => line.includes('stood still')));
    await studio.until('audio', () => studio.statuses.get(id)?.state === 'recording');
    await studio.until('audio', () => {
      const open = studio.statuses.get(id)?.recording;
      return open !== undefined && open.startedAt + open.durationMs > stoppedAt + 10_000;
    });
    await studio.studio.handlers['sources.disarm']({});
    const recordings = studio.closed(id);
    const [first] = recordings;
    const recorded = recordings.reduce((sum, { samples }) => sum + (samples * 1000) / RATE, 0);
    const missing = studio.gapsOf(id).reduce((sum, { from, to }) => sum + (to ?? Number.NaN) - from, 0);
    const end = Math.max(...recordings.map((recording) => endOf(recording)));
    expect(Math.abs(end - (first?.startedAt ?? 0) - recorded - missing)).toBeLessThan(100);
    expect(studio.gapsOf(id).every(({ cause }) => cause === 'too slow')).toBe(true);
  });
});
