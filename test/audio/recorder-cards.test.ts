import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readWavHeader } from '../../src/engine/containers/wavReader.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { type VirtualCards, startVirtualCards } from '../support/pulse.ts';
import { channelOf, type Ramp, makeRamp, rampFault } from '../support/ramp.ts';
import { TestStudio } from '../support/studio.ts';

const RATE = 48_000;
const SPLIT_MS = 5000;

const card = (device: string, bitDepth: 16 | 24) =>
  ({
    kind: 'soundcard',
    name: `Card ${device}`,
    device,
    sampleRate: RATE,
    bitDepth,
    channels: 2,
  }) satisfies SourceDraft;

describe('a studio that records soundcards', () => {
  let folder: string;
  let virtual: VirtualCards;
  let studio: TestStudio;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-ramps-'));
    virtual = await startVirtualCards({ studio_a: {}, studio_b: { bitDepth: 24 } });
  });
  afterAll(async () => {
    await virtual.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    studio = await TestStudio.start({ env: virtual.env });
  });
  afterEach(() => studio.dispose());

  /** Plays a ramp of some seconds into a stereo card; resolves when it was played. */
  async function play(
    name: string,
    bitDepth: 16 | 24,
    seconds: number,
  ): Promise<{ ramp: Ramp; played: Promise<void> }> {
    const ramp = makeRamp(bitDepth, RATE * 2 * seconds);
    const file = join(folder, `${name}-${seconds}.pcm`);
    await writeFile(file, ramp.bytes);
    return { ramp, played: virtual.card(name).play(file) };
  }

  const recorded = (id: SourceId): number => studio.statuses.get(id)?.recording?.durationMs ?? 0;
  /** The instant up to which a source has recorded. */
  const heardUntil = (id: SourceId): number => {
    const open = studio.statuses.get(id)?.recording;
    return open ? open.startedAt + open.durationMs : 0;
  };
  const isRecording = (id: SourceId): boolean => studio.statuses.get(id)?.state === 'recording' && recorded(id) > 0;

  async function audioOf(recordings: readonly Recording[]): Promise<Buffer> {
    const parts = await Promise.all(
      recordings.map(async (recording) => {
        const file = await readFile(studio.file(recording));
        const { dataOffset, dataBytes } = readWavHeader(file);
        return file.subarray(dataOffset, dataOffset + (dataBytes ?? 0));
      }),
    );
    return Buffer.concat(parts);
  }

  function expectGapless(recordings: readonly Recording[]): void {
    expect(recordings.map((recording) => recording.seam)).toEqual([
      'first',
      ...recordings.slice(1).map(() => 'gapless'),
    ]);
    for (const recording of recordings.slice(1)) expect(recording.startedAt % SPLIT_MS).toBe(0);
    for (const recording of recordings.slice(1, -1)) {
      // The card's clock is not the wall clock, and blocks arrive with a jitter.
      expect(Math.abs((recording.samples * 1000) / RATE - SPLIT_MS)).toBeLessThan(SPLIT_MS / 2);
    }
  }

  it('keeps every sample of two cards over at least three splits', async () => {
    const ids = {
      studio_a: await studio.addAndArm(card('studio_a', 16)),
      studio_b: await studio.addAndArm(card('studio_b', 24)),
    };
    await studio.until('both to record', () => isRecording(ids.studio_a) && isRecording(ids.studio_b));
    const plays = { studio_a: await play('studio_a', 16, 17), studio_b: await play('studio_b', 24, 17) };
    await Promise.all([plays.studio_a.played, plays.studio_b.played]);
    const playedAt = Date.now();
    await studio.until('all of the ramps and the last split', () =>
      Object.values(ids).every((id) => heardUntil(id) > playedAt + 1000 && studio.closed(id).length >= 5),
    );
    await studio.studio.handlers['sources.disarm']({});
    for (const name of ['studio_a', 'studio_b'] as const) {
      const recordings = studio.closed(ids[name]);
      expect(recordings.length).toBeGreaterThanOrEqual(5);
      expectGapless(recordings);
      expect(rampFault(await audioOf(recordings), plays[name].ramp), name).toBe('');
      expect(studio.lossesOf(ids[name])).toEqual([]);
    }
  });

  it('makes a gap and a new file when a card is pulled and comes back, and leaves the other card alone', async () => {
    const pulled = await studio.addAndArm(card('studio_a', 16));
    const other = await studio.addAndArm(card('studio_b', 24));
    await studio.until('both to record', () => isRecording(pulled) && isRecording(other));
    const { ramp, played } = await play('studio_b', 24, 12);
    await studio.until('some audio', () => recorded(pulled) > 1000);
    const pulledAt = Date.now();
    await virtual.card('studio_a').unplug();
    await studio.until('the loss', () => studio.statuses.get(pulled)?.state === 'reconnecting');
    expect(studio.statuses.get(pulled)?.problem?.code).toBe('DEVICE_LOST');
    expect(studio.statuses.get(pulled)?.nextTryAt).toBeGreaterThan(pulledAt);
    await studio.until('a try in vain', () => studio.statuses.get(pulled)?.problem?.code === 'DEVICE_NOT_FOUND');
    expect(studio.statuses.get(other)?.state).toBe('recording');

    const back = Date.now();
    await virtual.card('studio_a').plugIn();
    await studio.studio.handlers['sources.retry']({ id: pulled });
    await studio.until('recording again', () => isRecording(pulled));
    await played;
    const playedAt = Date.now();
    await studio.until('all of the ramp', () => heardUntil(other) > playedAt + 1000 && recorded(pulled) > 500);
    await studio.studio.handlers['sources.disarm']({});

    const [gap, ...moreGaps] = studio.lossesOf(pulled);
    expect(moreGaps).toEqual([]);
    expect(gap?.cause).toBe('device lost');
    expect(gap?.detail).toContain('"studio_a" stopped delivering audio');
    expect(gap?.to).toBeGreaterThan(back - 500);
    const recordings = studio.closed(pulled);
    const afterGap = recordings.filter((recording) => recording.startedAt >= (gap?.from ?? 0));
    expect(afterGap[0]?.seam).toBe('first');
    expect(Math.abs((afterGap[0]?.startedAt ?? 0) - (gap?.to ?? 0))).toBeLessThan(5);
    for (const recording of recordings) expect(recording.state).toBe('complete');

    expect(studio.lossesOf(other)).toEqual([]);
    expectGapless(studio.closed(other));
    expect(rampFault(await audioOf(studio.closed(other)), ramp)).toBe('');
  });

  it('records whole what waited while the recorder stood still for 20 s, and tells what did not', async () => {
    const ids = {
      studio_a: await studio.addAndArm(card('studio_a', 16)),
      studio_b: await studio.addAndArm(card('studio_b', 24)),
    };
    // What is compared with must be known: a card settles in its first seconds.
    await studio.until('two splits', () => Object.values(ids).every((id) => studio.closed(id).length >= 2));
    const plays = { studio_a: await play('studio_a', 16, 20), studio_b: await play('studio_b', 24, 20) };
    const pid = studio.child('recorder').pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    // Not for as long as it is played: a busy machine begins that late, and nothing holds back 22 s of 16 bit.
    await pass(20_000);
    process.kill(pid, 'SIGCONT');
    await Promise.all([plays.studio_a.played, plays.studio_b.played]);
    const playedAt = Date.now();
    await studio.until('all of it', () => heardUntil(ids.studio_a) > playedAt + 1000);
    // A sound server keeps 4 MiB for whoever does not fetch it: 14.6 s of 24 bit.
    await studio.until('the loss', () => studio.gapsOf(ids.studio_b).some(({ to }) => to !== undefined));
    const lossEnd = studio.gapsOf(ids.studio_b)[0]?.to ?? 0;
    await studio.until('audio after the loss', () => heardUntil(ids.studio_b) > lossEnd + 1000);
    await studio.studio.handlers['sources.disarm']({});
    const recordings = studio.closed(ids.studio_a);
    expectGapless(recordings);
    expect(rampFault(await audioOf(recordings), plays.studio_a.ramp)).toBe('');
    expect(studio.lossesOf(ids.studio_a)).toEqual([]);
    const [gap, ...more] = studio.lossesOf(ids.studio_b);
    expect(more).toEqual([]);
    expect(gap).toMatchObject({ cause: 'too slow' });
    const parts = studio.closed(ids.studio_b);
    expect(parts.map(({ seam }) => seam)).toContain('missing');
    const first = parts[0];
    const last = parts.at(-1);
    if (!gap || !first || !last) throw new Error('There is no gap.');
    const length = parts.reduce((sum, { samples }) => sum + (samples * 1000) / RATE, 0);
    const armed = last.startedAt + (last.samples * 1000) / RATE - first.startedAt;
    // On a busy machine, what arrives late is told late.
    expect(Math.abs(armed - length - ((gap.to ?? 0) - gap.from))).toBeLessThan(1000);
    expect((gap.to ?? 0) - gap.from).toBeGreaterThan(1000);
  });

  it('finds a card that was plugged in while another one records, and disturbs nothing', async () => {
    const first = await studio.addAndArm(card('studio_a', 16));
    await studio.until('recording', () => isRecording(first));
    const { ramp, played } = await play('studio_a', 16, 8);
    await virtual.add('studio_late');
    const late = await studio.addAndArm(card('studio_late', 16));
    await studio.until('the late card', () => isRecording(late) && recorded(late) > 500);
    expect(studio.children.filter(({ role }) => role === 'recorder')).toHaveLength(2);
    await played;
    const playedAt = Date.now();
    await studio.until('all of the ramp', () => heardUntil(first) > playedAt + 1000);
    await studio.studio.handlers['sources.disarm']({});
    expect(studio.closed(late)).not.toEqual([]);
    expect(studio.gapsOf(late).every((gap) => gap.to !== undefined)).toBe(true);
    expect(studio.lossesOf(first)).toEqual([]);
    expect(rampFault(await audioOf(studio.closed(first)), ramp)).toBe('');
  });

  it('records left and right of a late card as two sources, with one recorder for the card', async () => {
    const first = await studio.addAndArm(card('studio_a', 16));
    await studio.until('recording', () => isRecording(first));
    const desk = await virtual.add('studio_desk');
    const side = (channel: number) => ({
      ...card('studio_desk', 16),
      name: `Side ${channel}`,
      channels: 1,
      pick: [channel],
    });
    const left = await studio.addAndArm(side(1));
    const right = await studio.addAndArm(side(2));
    await studio.until('both sides', () => isRecording(left) && isRecording(right));
    expect(studio.statuses.get(left)).toMatchObject({
      device: 'studio_desk',
      backend: { name: 'portaudio', reason: 'PortAudio lists this device.' },
    });
    const { ramp, played } = await play('studio_desk', 16, 3);
    await played;
    // What is open now begins anew at a boundary.
    const playedAt = Date.now();
    await studio.until('all of the ramp', () => [left, right].every((id) => heardUntil(id) > playedAt + 1000));
    await desk.unplug();
    await studio.until('the loss of both', () =>
      [left, right].every((id) => studio.statuses.get(id)?.state === 'reconnecting'),
    );
    for (const [id, channel] of [
      [left, 1],
      [right, 2],
    ] as const) {
      expect(rampFault(await audioOf(studio.closed(id)), channelOf(ramp, 2, channel)), `side ${channel}`).toBe('');
    }
    await desk.plugIn();
    await studio.until('both sides again', () => isRecording(left) && isRecording(right));
    await studio.studio.handlers['sources.disarm']({});
    for (const id of [left, right]) {
      expect(studio.gapsOf(id).map(({ cause }) => cause)).toContain('device lost');
      expect(studio.gapsOf(id).every(({ to }) => to !== undefined)).toBe(true);
    }
    expect(studio.lossesOf(first)).toEqual([]);
  });

  it('tells of a card that was plugged in while devices are watched', async () => {
    const told: string[][] = [];
    studio.studio.onEvent((name, payload) => {
      if (name === 'devices.changed' && 'devices' in payload) told.push(payload.devices.map((device) => device.name));
    });
    await studio.studio.handlers['devices.watch']({ watch: true });
    await expect.poll(() => told.at(-1)).toContain('studio_a');
    expect(told.flat()).not.toContain('studio_new');
    await virtual.add('studio_new');
    await expect.poll(() => told.at(-1)).toContain('studio_new');
    await studio.studio.handlers['devices.watch']({ watch: false });
  });

  it('lists the cards, and shows the level of one before it is recorded', async () => {
    const devices = await studio.studio.handlers['devices.list']({});
    expect(devices.map(({ name }) => name)).toEqual(expect.arrayContaining(['studio_a', 'studio_b']));
    expect(devices.filter(({ isDefault }) => isDefault)).toHaveLength(1);

    const levels: number[] = [];
    studio.studio.onEvent((name, payload) => {
      if (name === 'preview.levels' && 'rms' in payload) levels.push(...payload.rms);
    });
    await studio.studio.handlers['preview.start'](card('studio_a', 16));
    await studio.until('a level', () => levels.length > 0);
    const { played } = await play('studio_a', 16, 3);
    await studio.until('the level of the ramp', () => levels.some((level) => level > -10));
    expect(levels[0]).toBeLessThan(-100);
    await studio.studio.handlers['preview.stop']({});
    await played;
  });
});
