import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportJob, ExportRequest } from '../../src/shared/contract/exports.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { TestStudio } from '../support/studio.ts';

const run = promisify(execFile);
const RATE = 48_000;
const SIGNAL = {
  kind: 'generator' as const,
  programme: 'mixed' as const,
  seed: 1,
  sampleRate: RATE,
  bitDepth: 16 as const,
  channels: 2,
};

/** All channels, 16 bit. */
async function decode(path: string): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 's16le', '-'], {
    encoding: 'buffer',
    maxBuffer: 1e9,
  });
  return stdout;
}

describe('exports', () => {
  let studio: TestStudio;
  let folder: string;
  let wav: readonly Recording[];
  let flac: readonly Recording[];

  beforeAll(async () => {
    studio = await TestStudio.start();
    folder = await mkdtemp(join(studio.folder, 'exports-'));
    const ids = await Promise.all([
      studio.addAndArm({ ...SIGNAL, name: 'Hut: north' }),
      studio.addAndArm({ ...SIGNAL, name: 'Hut south', container: 'flac' }),
    ]);
    await studio.until('three recordings of each', () => ids.every((id) => studio.closed(id).length >= 3));
    await studio.studio.handlers['sources.disarm']({});
    const [one, other] = ids;
    if (!one || !other) throw new Error('Two sources were added.');
    [wav, flac] = [studio.closed(one), studio.closed(other)];
  });
  afterAll(() => studio.dispose());

  const ended = (id: string): ExportJob | undefined =>
    [...(studio.studio.handlers['exports.list']({}) as readonly ExportJob[])].find(
      (job) => job.id === id && job.state !== 'working',
    );

  async function exported({ destination, ...request }: ExportRequest & { destination: string }): Promise<ExportJob> {
    studio.exportTo = destination;
    const started = await studio.studio.handlers['exports.start'](request);
    if (!started) throw new Error('Nobody chose a place.');
    await studio.until('the end of the export', () => ended(started.id) !== undefined);
    const job = ended(started.id);
    if (!job) throw new Error('The export is gone.');
    return job;
  }

  const range = ({ id }: Recording, fromSeconds: number, toSeconds: number) => ({
    kind: 'range' as const,
    range: { recordingId: id, fromSeconds, toSeconds },
  });

  /** What the recordings hold, joined. */
  const joined = async (recordings: readonly Recording[]): Promise<Buffer> =>
    Buffer.concat(await Promise.all(recordings.map((recording) => decode(studio.file(recording)))));

  it.each(['wav', 'flac'] as const)('cuts %s over a boundary to the sample, as one file', async (container) => {
    const recordings = container === 'wav' ? wav : flac;
    const second = recordings[1];
    if (!second) throw new Error('There are three.');
    const length = second.samples / RATE;
    const job = await exported({
      content: range(second, 0.5, length + 0.25),
      format: { kind: 'cut' },
      shape: 'one',
      destination: join(folder, `seam.${container}`),
    });
    expect(job).toMatchObject({ state: 'done', fraction: 1, files: [join(folder, `seam.${container}`)] });
    const from = (recordings[0]?.samples ?? 0) + RATE / 2;
    const to = from - RATE / 2 + second.samples + RATE / 4;
    const whole = await joined(recordings);
    expect((await decode(job.files[0] ?? '')).equals(whole.subarray(from * 4, to * 4))).toBe(true);
    expect(job.bounds?.from).toBeCloseTo(second.startedAt + 500, 0);
    // Nobody's file is overwritten.
    const again = await exported({
      content: range(second, 0.5, 1),
      format: { kind: 'cut' },
      shape: 'one',
      destination: join(folder, `seam.${container}`),
    });
    expect(again.files).toEqual([join(folder, `seam_2.${container}`)]);
  });

  it('says where a cut would begin and end, and what it is called', async () => {
    const [, first] = wav;
    if (!first) throw new Error('There are three.');
    const plan = await studio.studio.handlers['exports.plan']({
      range: { recordingId: first.id, fromSeconds: 1, toSeconds: 2 },
    });
    expect(plan).toMatchObject({ recordings: 1 });
    expect(plan.from).toBeCloseTo(first.startedAt + 1000, 0);
    expect(plan.fileName).toMatch(/^Hut_ north_\d{8}T\d{6}[+-]\d{4}\.wav$/);
  });

  it('converts with fade and gain, exactly as long as was asked for', async () => {
    const [first] = flac;
    if (!first) throw new Error('There are three.');
    const job = await exported({
      content: range(first, 0.25, 1.25),
      format: { kind: 'convert', to: 'wav', gainDb: -6, fadeInMs: 100 },
      shape: 'one',
      destination: join(folder, 'quiet.wav'),
    });
    expect(job).toMatchObject({ state: 'done' });
    expect((await decode(job.files[0] ?? '')).length).toBe(RATE * 4);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('longtake-export'));
  });

  it('writes recordings each to a file, and several as one with a cue sheet', async () => {
    const ids = wav.map(({ id }) => id);
    const each = await exported({
      content: { kind: 'recordings', ids },
      format: { kind: 'cut' },
      shape: 'each',
      destination: join(folder, 'each'),
    });
    expect(each.files).toHaveLength(wav.length);
    for (const [index, file] of each.files.entries()) {
      const recording = wav[index];
      if (!recording) throw new Error('There are as many.');
      expect((await decode(file)).equals(await decode(studio.file(recording)))).toBe(true);
    }
    const one = await exported({
      content: { kind: 'recordings', ids },
      format: { kind: 'convert', to: 'flac' },
      shape: 'one',
      destination: join(folder, 'all.flac'),
    });
    expect(one.files).toEqual([join(folder, 'all.flac'), join(folder, 'all.cue')]);
    expect((await decode(join(folder, 'all.flac'))).equals(await joined(wav))).toBe(true);
    expect(await readFile(join(folder, 'all.cue'), 'utf8')).toContain(`TRACK 0${wav.length} AUDIO`);
  });

  it('leaves nothing when it is cancelled or cannot be written', async () => {
    const [first] = wav;
    if (!first) throw new Error('There are three.');
    studio.exportTo = join(folder, 'never', 'x.mp3');
    const started = await studio.studio.handlers['exports.start']({
      content: { kind: 'recordings', ids: wav.map(({ id }) => id) },
      format: { kind: 'convert', to: 'mp3' },
      shape: 'one',
    });
    await studio.studio.handlers['exports.cancel']({ id: started?.id ?? '' });
    const state = ended(started?.id ?? '');
    // A short export may be done before it hears of it; then its file is whole.
    if (state?.state === 'cancelled') expect(await readdir(join(folder, 'never')).catch(() => [])).toEqual([]);
    else expect(state?.state).toBe('done');
    await mkdir(join(folder, 'taken'));
    const denied = await exported({
      content: range(first, 0, 1),
      format: { kind: 'cut' },
      shape: 'one',
      destination: join('/proc', 'x.wav'),
    });
    expect(denied.state).toBe('failed');
    expect(denied.message).toMatch(/Choose another place/);
  });

  it('makes a cut ready for a drag once', async () => {
    const [first] = wav;
    if (!first) throw new Error('There are three.');
    const { handlers } = studio.studio;
    const wanted = { content: range(first, 0.1, 0.6), format: { kind: 'cut' as const } };
    const ready = await handlers['exports.ready'](wanted);
    expect(await handlers['exports.ready'](wanted)).toEqual(ready);
    expect(ready.fileName).toMatch(/\.wav$/);
    expect(ready.bytes).toBeGreaterThan(RATE * 2);
    await handlers['desktop.startDrag']({ token: ready.token });
    const path = studio.dragged.at(-1) ?? '';
    expect((await stat(path)).size).toBe(ready.bytes);
    expect(path.endsWith(ready.fileName)).toBe(true);
    await rm(path);
    expect((await handlers['exports.ready'](wanted)).bytes).toBe(ready.bytes);
  });

  it('lists starred sections as a table, and says so when there is none', async () => {
    const [first] = wav;
    if (!first) throw new Error('There are three.');
    await expect(
      studio.studio.handlers['exports.start']({
        content: { kind: 'reel', day: first.day },
        format: { kind: 'cut' },
        shape: 'csv',
      }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
