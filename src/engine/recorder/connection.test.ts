import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { DEFAULT_FILENAME_PATTERN } from '../../shared/domain/settings.ts';
import type { GeneratorConfig } from '../../shared/domain/source.ts';
import { millis, type Samples, samplesToMillis, sourceId } from '../../shared/units.ts';
import { readWavHeader } from '../containers/wavReader.ts';
import { Connection } from './connection.ts';
import { Ledger } from './ledger.ts';

const RATE = 44_100;
const source: GeneratorConfig = {
  id: sourceId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11'),
  name: 'Hut',
  kind: 'generator',
  programme: 'tone',
  seed: 1,
  sampleRate: RATE,
  bitDepth: 16,
  channels: 1,
};

/** Feeds a 16-bit ramp, in which each sample is the one before plus 1, to a connection under a turned clock. */
class Rig {
  readonly clock: TurnedClock;
  readonly disk = new MemoryFileSystem();
  readonly closed: Recording[] = [];
  readonly pausedAt: number[] = [];
  readonly missingAt: number[] = [];
  reached = false;
  readonly connection: Connection;
  #next = 0;

  constructor(start: string, zone: string, splitSeconds: number, own: { longest?: number; paused?: boolean } = {}) {
    this.clock = new TurnedClock(start, zone);
    this.connection = new Connection(
      {
        clock: this.clock,
        fileSystem: this.disk,
        log: silentLog,
        ledger: new Ledger(this.disk, silentLog),
        plan: () => ({ recordingsFolder: '/r', splitSeconds, filenamePattern: DEFAULT_FILENAME_PATTERN }),
        emit: (event) => {
          if (event.type === 'recording' && event.recording.state !== 'recording') this.closed.push(event.recording);
        },
      },
      {
        source,
        paused: own.paused ?? false,
        longest: () => own.longest ?? Number.POSITIVE_INFINITY,
        onPaused: (at) => this.pausedAt.push(at),
        onLost: () => undefined,
        onMissing: (at) => this.missingAt.push(at),
        onClockMoved: () => undefined,
        onHole: () => undefined,
        onReached: () => {
          this.reached = true;
        },
        onOpen: () => undefined,
        onFirstRecording: () => undefined,
        onRecordingOpened: () => undefined,
        onTitle: () => undefined,
        onBlock: () => undefined,
        onFailure: (error) => {
          throw error;
        },
      },
    );
    this.connection.onOpen({
      format: { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 },
      container: 'wav',
      label: 'ramp',
    });
  }

  /** Samples that all arrive now, in pieces. */
  burst(samples: number): void {
    for (let left = samples; left > 0; left -= 4000) {
      const size = Math.min(left, 4000);
      this.feed(size);
      this.clock.advance((-size * 1000) / RATE);
    }
  }

  /** `late`: by how much the block arrives after its last sample was captured, ms. */
  feed(samples: number, late = 0): void {
    const block = new Int16Array(samples);
    for (let index = 0; index < samples; index += 1) block[index] = (this.#next + index) & 0xffff;
    this.#next += samples;
    this.clock.advance((samples * 1000) / RATE + late);
    this.connection.onBlock({ bytes: new Uint8Array(block.buffer), samples }, this.clock.monotonic());
    this.clock.advance(-late);
  }

  async end(): Promise<Recording[]> {
    await this.connection.end();
    return this.closed.toSorted((a, b) => a.startedAt - b.startedAt);
  }

  get fed(): number {
    return this.#next;
  }

  /** All payloads of the recordings, joined. */
  payload(recordings: readonly Recording[]): Int16Array {
    const parts = recordings.map((recording) => {
      const file = this.disk.files.get(`/r/${recording.path}`) ?? new Uint8Array(0);
      const header = readWavHeader(file);
      return file.slice(header.dataOffset, header.dataOffset + recording.samples * 2);
    });
    return new Int16Array(new Uint8Array(Buffer.concat(parts)).buffer);
  }
}

function expectRamp(payload: Int16Array, samples: number): void {
  expect(payload.length).toBe(samples);
  const broken = payload.findIndex((value, index) => (value & 0xffff) !== (index & 0xffff));
  expect(broken).toBe(-1);
}

describe('Connection', () => {
  it('loses and doubles no sample over boundaries, whatever the blocks are and however late they come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ samples: fc.integer({ min: 1, max: 9000 }), late: fc.integer({ min: 0, max: 400 }) }), {
          minLength: 50,
          maxLength: 150,
        }),
        async (blocks) => {
          const rig = new Rig('2026-11-21T10:59:57.300Z', 'Europe/Berlin', 5);
          for (const block of blocks) rig.feed(block.samples, block.late);
          const recordings = await rig.end();
          expectRamp(rig.payload(recordings), rig.fed);
          expect(recordings.map((recording) => recording.seam)).toEqual(
            recordings.map((_, index) => (index === 0 ? 'first' : 'gapless')),
          );
          for (const recording of recordings.slice(1)) expect(recording.startedAt % 5000).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('cuts at the sample of the boundary when blocks are on time', async () => {
    const rig = new Rig('2026-11-21T10:59:58.000Z', 'UTC', 5);
    for (let block = 0; block < 160; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map((recording) => new Date(recording.startedAt).toISOString())).toEqual([
      '2026-11-21T10:59:58.000Z',
      '2026-11-21T11:00:00.000Z',
      '2026-11-21T11:00:05.000Z',
    ]);
    expect(recordings.map((recording) => recording.samples / RATE)).toEqual([2, 5, 1]);
  });

  it.each([0, 400])(
    'leaves no boundary out when settings are changed near it, %d ms behind the audio',
    async (late) => {
      const rig = new Rig('2026-11-21T10:59:58.000Z', 'UTC', 5);
      for (let block = 0; block < 160; block += 1) {
        rig.feed(RATE / 20);
        rig.clock.advance(late);
        rig.connection.replan();
        rig.clock.advance(-late);
      }
      const recordings = await rig.end();
      expect(recordings.map((recording) => recording.samples / RATE)).toEqual([2, 5, 1]);
    },
  );

  it('makes no recording of the last moment after a boundary: it belongs to the one before', async () => {
    const rig = new Rig('2026-11-21T10:59:58.000Z', 'UTC', 5);
    for (let block = 0; block < 43; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map((recording) => recording.samples / RATE)).toEqual([2.15]);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it('gives the burst at the start of a connection the time at which it was on air', async () => {
    const rig = new Rig('2026-11-21T11:00:01.000Z', 'UTC', 5);
    // Four seconds from before the connection arrive at once; then everything is in real time.
    rig.burst(4 * RATE);
    for (let block = 0; block < 80; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map((recording) => new Date(recording.startedAt).toISOString())).toEqual([
      '2026-11-21T10:59:57.000Z',
      '2026-11-21T11:00:00.000Z',
    ]);
    expect(recordings.map((recording) => (recording.samples / RATE).toFixed(3))).toEqual(['3.000', '5.000']);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it('waits for the rest of a burst that a busy computer reads late', async () => {
    const rig = new Rig('2026-11-21T11:00:01.000Z', 'UTC', 5);
    rig.burst(2 * RATE);
    // Nothing is read for 0.4 s; then the other half of the burst and what came meanwhile are there at once.
    rig.clock.advance(400);
    rig.burst(2.4 * RATE);
    for (let block = 0; block < 80; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map((recording) => new Date(recording.startedAt).toISOString())).toEqual([
      '2026-11-21T10:59:57.000Z',
      '2026-11-21T11:00:00.000Z',
      '2026-11-21T11:00:05.000Z',
    ]);
    expect(recordings.map((recording) => (recording.samples / RATE).toFixed(3))).toEqual(['3.000', '5.000', '0.400']);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it('shifts no boundary by seconds when a station that is late catches up, and is in time again', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 5);
    for (let block = 0; block < 2000; block += 1) {
      rig.feed(RATE / 20, block < 250 ? 3200 : 0);
      if (block % 100 === 0) await rig.connection.closed();
    }
    const recordings = await rig.end();
    expectRamp(rig.payload(recordings), rig.fed);
    const lengths = recordings.slice(1, -1).map(({ samples }) => samples / RATE);
    expect(lengths.length).toBeGreaterThan(10);
    expect(Math.max(...lengths)).toBeLessThan(5.4);
    expect(Math.min(...lengths)).toBeGreaterThan(4.6);
    // In the end each sample is in the recording of its time again.
    const last = recordings.at(-1);
    const before = recordings.slice(0, -1).reduce((sum, { samples }) => sum + samples, 0);
    const isAt = Date.parse('2026-11-21T10:00:00.000Z') + (before * 1000) / RATE;
    expect(Math.abs((last?.startedAt ?? 0) - isAt)).toBeLessThan(1);
  });

  it('goes on without a seam in the night when clocks go back, with the zone in the name', async () => {
    const rig = new Rig('2026-10-25T00:59:58.000Z', 'Europe/Berlin', 3600);
    for (let block = 0; block < 80; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map((recording) => recording.path)).toEqual([
      'Hut/2026-10-25/Hut_20261025T025958+0200.wav',
      'Hut/2026-10-25/Hut_20261025T020000+0100.wav',
    ]);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it.each([3_600_000, -3_600_000, 7_200_000 + 1234])(
    'begins a new recording with true labels when the clock is set by %d ms, and loses nothing',
    async (step) => {
      const rig = new Rig('2026-11-21T10:10:00.000Z', 'UTC', 3600);
      for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
      rig.clock.setWall(step);
      for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
      await rig.connection.end();
      const recordings = rig.closed;
      expect(recordings).toHaveLength(2);
      expect((recordings[1]?.startedAt ?? 0) - (recordings[0]?.startedAt ?? 0)).toBeCloseTo(2000 + step, -2);
      expectRamp(rig.payload(recordings), rig.fed);
    },
  );

  it('never writes over a recording when the clock is set back onto its name', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 5);
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
    rig.clock.setWall(-2000);
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
    await rig.connection.end();
    expect(rig.closed.map((recording) => recording.path)).toEqual([
      'Hut/2026-11-21/Hut_20261121T100000+0000.wav',
      'Hut/2026-11-21/Hut_20261121T100000+0000_2.wav',
    ]);
    expectRamp(rig.payload(rig.closed), rig.fed);
  });

  it('makes no empty recordings when the input stood still over boundaries', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 5);
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
    rig.clock.advance(90_000);
    for (let block = 0; block < 1400; block += 1) {
      rig.feed(RATE / 20);
      // What is written meanwhile does not wait any more.
      if (block % 100 === 0) await rig.connection.closed();
    }
    const recordings = await rig.end();
    expect(Math.min(...recordings.map((recording) => recording.samples))).toBeGreaterThan(RATE / 5);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it('says when capture ended, to the sample', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
    rig.feed(RATE);
    rig.feed(RATE, 700);
    rig.clock.advance(5000);
    const ended = await rig.connection.end();
    expect(ended).toBeCloseTo(Date.parse('2026-11-21T10:00:02.000Z'), 3);
    expect(samplesToMillis(rig.fed as Samples, RATE)).toBe(2000);
  });

  it('begins and ends a pause at the sample of its instant, wherever blocks begin', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
    for (let block = 0; block < 30; block += 1) rig.feed(RATE / 10, 80);
    const now = rig.clock.monotonic();
    // What arrives 80 ms late is on its way: 40 ms of it were captured before the pause.
    rig.connection.pause(millis(now + 120));
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10, 80);
    await rig.connection.closed();
    expect(rig.closed.map(({ samples }) => samples)).toEqual([3 * RATE + 0.04 * RATE]);
    rig.connection.resume(millis(now + 2420));
    for (let block = 0; block < 30; block += 1) rig.feed(RATE / 10, 80);
    const [before, after] = await rig.end();
    expect(rig.pausedAt.map((at) => Math.round(at - (before?.startedAt ?? 0)))).toEqual([3040]);
    expect((after?.startedAt ?? 0) - (before?.startedAt ?? 0)).toBe(5340);
    expect([before?.seam, after?.seam]).toEqual(['first', 'first']);
    const payload = [...rig.payload([before, after].flatMap((recording) => recording ?? []))];
    const ramp = Array.from({ length: rig.fed }, (_, index) => ((index + 0x8000) & 0xffff) - 0x8000);
    expect(payload).toEqual([...ramp.slice(0, 3.04 * RATE), ...ramp.slice(5.34 * RATE)]);
  });

  it('closes the file of a pause when no more audio comes', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10);
    rig.clock.advance(400);
    rig.connection.pause(rig.clock.monotonic());
    rig.connection.pauseNow();
    await rig.connection.closed();
    expect(rig.closed.map(({ samples }) => samples)).toEqual([2 * RATE]);
    rig.connection.pauseNow();
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10);
    expect(await rig.end()).toHaveLength(1);
  });

  it('keeps nothing of a connection that begins paused, and no audio from before the pause ended', async () => {
    const rig = new Rig('2026-11-21T10:00:01.000Z', 'UTC', 3600, { paused: true });
    rig.burst(4 * RATE);
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10);
    const resumedAt = rig.clock.now();
    rig.connection.resume(rig.clock.monotonic());
    for (let block = 0; block < 10; block += 1) rig.feed(RATE / 10);
    expect(await rig.end()).toMatchObject([{ startedAt: resumedAt, samples: RATE, seam: 'first' }]);
  });

  it('splits at the sample of the instant, and joins', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10, 30);
    rig.clock.advance(33);
    rig.connection.split();
    rig.connection.split();
    rig.clock.advance(-33);
    for (let block = 0; block < 20; block += 1) rig.feed(RATE / 10, 30);
    const recordings = await rig.end();
    expect(recordings.map(({ samples }) => samples)).toEqual([
      Math.ceil(2.003 * RATE),
      4 * RATE - Math.ceil(2.003 * RATE),
    ]);
    expect(recordings.map(({ seam }) => seam)).toEqual(['first', 'gapless']);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it('gives recordings of one second names of their own', async () => {
    const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
    for (let block = 0; block < 60; block += 1) {
      rig.feed(RATE / 20);
      rig.connection.split();
    }
    const recordings = await rig.end();
    expect(recordings.length).toBeGreaterThan(6);
    expect(new Set(recordings.map(({ path }) => path)).size).toBe(recordings.length);
    expect(Math.min(...recordings.map(({ samples }) => samples))).toBeGreaterThanOrEqual(RATE / 4);
    expectRamp(rig.payload(recordings), rig.fed);
  });

  it.each([true, false])(
    'defers a split so soon after another that a file would be too short (audio on its way: %s)',
    async (isOnItsWay) => {
      const rig = new Rig('2026-11-21T10:00:00.000Z', 'UTC', 3600);
      const splitIn = (ms: number): void => {
        rig.clock.advance(ms);
        rig.connection.split();
        rig.clock.advance(-ms);
      };
      for (let block = 0; block < 200; block += 1) {
        rig.feed(RATE / 100);
        if (block === 99) splitIn(5);
        if (block === (isOnItsWay ? 99 : 109)) splitIn(isOnItsWay ? 105 : 5);
      }
      const recordings = await rig.end();
      expect(recordings.map(({ samples }) => (samples / RATE).toFixed(3))).toEqual(['1.005', '0.250', '0.745']);
      expect(recordings.map(({ seam }) => seam)).toEqual(['first', 'gapless', 'gapless']);
      expectRamp(rig.payload(recordings), rig.fed);
    },
  );

  it('leaves a split to a boundary that is near', async () => {
    const rig = new Rig('2026-11-21T09:59:58.000Z', 'UTC', 3600);
    for (let block = 0; block < 38; block += 1) rig.feed(RATE / 20);
    rig.connection.split();
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 20);
    const recordings = await rig.end();
    expect(recordings.map(({ samples }) => samples / RATE)).toEqual([2, 1.9]);
  });

  it('ends at the sample of the longest length, over boundaries and pauses', async () => {
    const rig = new Rig('2026-11-21T09:59:57.000Z', 'UTC', 5, { longest: 12_345 + 6 * RATE });
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 10);
    rig.connection.pause(rig.clock.monotonic());
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 10);
    rig.connection.resume(rig.clock.monotonic());
    for (let block = 0; block < 40; block += 1) rig.feed(RATE / 10);
    expect(rig.reached).toBe(true);
    const recordings = await rig.end();
    expect(recordings.reduce((sum, { samples }) => sum + samples, 0)).toBe(12_345 + 6 * RATE);
    expect(rig.connection.recorded).toBe(12_345 + 6 * RATE);
  });
});
