import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { silentLog, TurnedClock } from '../../../test/support/turnedClock.ts';
import { A, playedConfig } from '../../../test/support/recorderRig.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { millis } from '../../shared/units.ts';
import { Connection } from './connection.ts';
import { Ledger } from './ledger.ts';

/** Low, so that hours are few bytes. */
const RATE = 100;
const HOUR_MS = 3_600_000;

/** Records for so long under a turned clock; `onSecond` may set it. */
async function record(
  clock: TurnedClock,
  seconds: number,
  splitSeconds: number,
  onSecond: (second: number) => void = () => undefined,
): Promise<Recording[]> {
  const disk = new MemoryFileSystem();
  const closed: Recording[] = [];
  const ignore = (): void => undefined;
  const connection = new Connection(
    {
      clock,
      fileSystem: disk,
      log: silentLog,
      ledger: new Ledger(disk, silentLog),
      plan: () => ({ recordingsFolder: '/r', splitSeconds, filenamePattern: '%Y%m%d_%H%M%S' }),
      emit: (event) => {
        if (event.type === 'recording' && event.recording.state === 'complete') closed.push(event.recording);
      },
    },
    {
      source: playedConfig(A, 'a'),
      paused: false,
      longest: () => Number.POSITIVE_INFINITY,
      onOpen: ignore,
      onFirstRecording: ignore,
      onRecordingOpened: ignore,
      onTitle: ignore,
      onBlock: ignore,
      onPaused: ignore,
      onLost: ignore,
      onMissing: ignore,
      onHole: ignore,
      onClockMoved: ignore,
      onReached: ignore,
      onFailure: (error) => {
        throw error;
      },
    },
  );
  const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 } as const;
  connection.onOpen({ format, container: 'wav', label: 'played' });
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000);
    onSecond(second);
    connection.onBlock({ bytes: new Uint8Array(RATE * 2), samples: RATE }, clock.monotonic());
    if (second % 600 === 0) await connection.closed();
  }
  await connection.end();
  expect(closed.reduce((sum, { samples }) => sum + samples, 0)).toBe(seconds * RATE);
  expect(new Set(closed.map(({ path }) => path)).size).toBe(closed.length);
  return closed;
}

describe('a night in which clocks change', () => {
  it.each([
    ['Europe/Berlin', 'back', '2026-10-25T00:00:00.000Z', 60],
    ['Europe/Berlin', 'forward', '2026-03-29T00:00:00.000Z', 60],
    ['America/St_Johns', 'back', '2026-11-01T03:30:00.000Z', 60],
    ['America/St_Johns', 'forward', '2026-03-08T04:30:00.000Z', 60],
    ['Australia/Lord_Howe', 'back', '2026-04-04T14:00:00.000Z', 30],
    ['Australia/Lord_Howe', 'forward', '2026-10-03T14:30:00.000Z', 30],
  ])('in %s, %s: no hour is overwritten, none skipped', async (zone, direction, start, shiftMinutes) => {
    const clock = new TurnedClock(start, zone);
    const before = clock.offsetMinutes(clock.now());
    const recordings = await record(clock, 4 * 3600, 1800);
    expect(clock.offsetMinutes(clock.now()) - before).toBe(direction === 'back' ? -shiftMinutes : shiftMinutes);
    let at = Date.parse(start);
    for (const { startedAt, samples, offsetMinutes } of recordings) {
      expect(Math.abs(startedAt - at)).toBeLessThan(20);
      at = startedAt + (samples * 1000) / RATE;
      expect(offsetMinutes).toBe(clock.offsetMinutes(millis(startedAt)));
    }
    for (const { startedAt, offsetMinutes } of recordings.slice(1)) {
      expect((startedAt + offsetMinutes * 60_000) % (30 * 60_000)).toBeLessThan(20);
    }
    // Half hours of four hours, however they are called.
    expect(recordings.length).toBe(8);
    expect(recordings.some(({ path }) => path.includes('_2.'))).toBe(direction === 'back');
  });

  it.each([HOUR_MS, -HOUR_MS, 5 * HOUR_MS, -5 * HOUR_MS])(
    'loses nothing and overwrites nothing when somebody sets the clock by %d ms in it, and back',
    async (step) => {
      const clock = new TurnedClock('2026-10-24T23:30:00.000Z', 'Europe/Berlin');
      const recordings = await record(clock, 3 * 3600, 1800, (second) => {
        if (second === 2500) clock.setWall(step);
        if (second === 6100) clock.setWall(-step);
      });
      // Each setting begins a recording of its own, whose label is that of the clock.
      expect(recordings.length).toBeGreaterThanOrEqual(8);
      expect(
        recordings.every(({ offsetMinutes, startedAt }) => offsetMinutes === clock.offsetMinutes(millis(startedAt))),
      ).toBe(true);
    },
  );

  it('follows a zone that is changed while it records', async () => {
    const berlin = new TurnedClock('2026-07-01T10:10:00.000Z', 'Europe/Berlin');
    const tokyo = new TurnedClock('2026-07-01T10:10:00.000Z', 'Asia/Kolkata');
    let moved = false;
    const recordings = await record(
      Object.assign(berlin, {
        offsetMinutes: (at: number) =>
          (moved ? tokyo : new TurnedClock('2026-07-01T10:10:00.000Z', 'Europe/Berlin')).offsetMinutes(millis(at)),
      }),
      3 * 3600,
      3600,
      (second) => {
        moved = second > 1000;
      },
    );
    expect(
      recordings.map(({ startedAt, offsetMinutes }) => [
        new Date(startedAt).toISOString().slice(11, 16),
        offsetMinutes,
      ]),
    ).toEqual([
      ['10:10', 120],
      ['11:00', 330],
      ['11:30', 330],
      ['12:30', 330],
    ]);
  });
});
