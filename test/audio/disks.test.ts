import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { renderSignal } from '../../src/engine/capture/generator/signal.ts';
import { readWavHeader } from '../../src/engine/containers/wavReader.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { makeSmallDisk, type SmallDisk } from '../support/smallDisk.ts';
import { TestStudio } from '../support/studio.ts';

const RATE = 48_000;
const MB = 1_000_000;
const signal = (seed: number) =>
  ({
    kind: 'generator',
    name: `Test ${seed}`,
    programme: 'mixed',
    seed,
    sampleRate: RATE,
    bitDepth: 24,
    channels: 2,
  }) as const satisfies SourceDraft;

const probe = makeSmallDisk(8);
probe?.remove();

let disk: SmallDisk | undefined;
let studio: TestStudio | undefined;
afterEach(async () => {
  disk?.thaw();
  await studio?.dispose();
  disk?.remove();
  studio = undefined;
  disk = undefined;
});

async function onDisk(megabytes: number, settings: NonNullable<Parameters<typeof TestStudio.start>[0]>['settings']) {
  const small = makeSmallDisk(megabytes);
  if (!small) throw new Error('No disk could be mounted.');
  disk = small;
  const made = await TestStudio.start({ settings: { ...settings, recordingsFolder: join(small.path, 'recordings') } });
  studio = made;
  return { small, made };
}

const length = (made: TestStudio, id: SourceId): number => made.statuses.get(id)?.recording?.durationMs ?? 0;
const endOf = ({ startedAt, samples }: Recording): number => startedAt + (samples * 1000) / RATE;

async function payload(made: TestStudio, recordings: readonly Recording[]): Promise<Buffer> {
  const parts = [];
  for (const recording of recordings) {
    const file = await readFile(made.file(recording));
    const { dataOffset, dataBytes } = readWavHeader(file);
    parts.push(file.subarray(dataOffset, dataOffset + (dataBytes ?? 0)));
  }
  return Buffer.concat(parts);
}

// Such a disk needs root, and a system that lets it mount.
describe.skipIf(!probe)('a real disk', () => {
  it('ends files cleanly before it is full, and records again by itself when there is room', async () => {
    const { small, made } = await onDisk(64, { splitSeconds: 86_400, minFreeBytes: 20 * MB });
    const id = await made.addAndArm(signal(1));
    await made.until('audio', () => length(made, id) > 500);
    const ballast = join(small.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(36 * MB));
    await made.until('recording to end', () => made.statuses.get(id)?.problem?.code === 'DISK_FULL');
    await made.until('the gap', () => made.gapsOf(id).some(({ cause }) => cause === 'disk full'));
    const [before] = made.closed(id);
    if (!before) throw new Error('There should be a recording.');
    expect(before.state).toBe('complete');
    expect((await payload(made, [before])).equals(renderSignal(signal(1), 0, before.samples))).toBe(true);
    await rm(ballast);
    await made.until('audio', () => length(made, id) > 500);
    await made.studio.handlers['sources.disarm']({});
    const [, after] = made.closed(id);
    const gaps = made.gapsOf(id);
    expect(gaps).toMatchObject([{ cause: 'disk full' }]);
    expect(Math.abs((gaps[0]?.from ?? 0) - endOf(before))).toBeLessThan(2);
    expect(Math.abs((gaps[0]?.to ?? 0) - (after?.startedAt ?? 0))).toBeLessThan(2);
    expect(made.logLines.some((line) => line.includes('to be kept free'))).toBe(true);
  });

  it('takes what fits when nothing is kept free, and says what is missing', async () => {
    const { small, made } = await onDisk(32, { splitSeconds: 86_400, minFreeBytes: 0 });
    const id = await made.addAndArm(signal(1));
    await made.until('audio', () => length(made, id) > 500);
    const ballast = join(small.path, 'ballast');
    await writeFile(ballast, Buffer.alloc(40 * MB)).catch(() => undefined);
    await made.until(
      'recording to end',
      () => made.gapsOf(id).some(({ cause }) => cause === 'disk full') && length(made, id) === 0,
    );
    await rm(ballast);
    await made.until('audio', () => length(made, id) > 500);
    await made.studio.handlers['sources.disarm']({});
    const [before, after] = made.closed(id);
    if (!before || !after) throw new Error('There should be two recordings.');
    const joined = await payload(made, [before]);
    expect(joined.equals(renderSignal(signal(1), 0, before.samples))).toBe(true);
    const [gap, ...others] = made.gapsOf(id);
    expect(others).toEqual([]);
    expect(Math.abs((gap?.from ?? 0) - endOf(before))).toBeLessThan(2);
    expect(Math.abs((gap?.to ?? 0) - after.startedAt)).toBeLessThan(2);
  });

  it('loses nothing of eight sources while it hangs for 20 s, over boundaries', async () => {
    const { small, made } = await onDisk(256, { splitSeconds: 5, minFreeBytes: 0 });
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const ids = await Promise.all(seeds.map((seed) => made.addAndArm(signal(seed))));
    await made.until('audio', () => ids.every((id) => length(made, id) > 500));
    small.freeze();
    const frozenAt = Date.now();
    await pass(20_000);
    expect(Math.max(...[...made.recordings.values()].map(({ startedAt }) => startedAt))).toBeLessThan(frozenAt + 5000);
    small.thaw();
    await made.until('the disk to be used again', () =>
      ids.every((id) => (made.closed(id).at(-1)?.startedAt ?? 0) > frozenAt + 10_000),
    );
    await made.studio.handlers['sources.disarm']({});
    for (const [index, id] of ids.entries()) {
      const recordings = made.closed(id);
      const samples = recordings.reduce((sum, recording) => sum + recording.samples, 0);
      expect(samples).toBeGreaterThan(20 * RATE);
      expect((await payload(made, recordings)).equals(renderSignal(signal(seeds[index] ?? 0), 0, samples))).toBe(true);
      expect(made.gapsOf(id)).toEqual([]);
    }
  });
});
