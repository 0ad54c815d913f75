import { describe, expect, test } from 'vitest';
import type { Clock } from '../../shared/ports/clock.ts';
import { millis } from '../../shared/units.ts';
import { readFileClues, resolveStart } from './fileClues.ts';

/** A computer in a zone that is 120 minutes east of UTC until the change at `changeAt`, then 60. */
const changeAt = Date.UTC(2026, 9, 25, 1);
const clock: Clock = {
  now: () => millis(0),
  monotonic: () => millis(0),
  offsetMinutes: (at) => (at < changeAt ? 120 : 60),
  zone: () => 'Europe/Berlin',
};

const read = (path: string) => {
  const { sourceName, start } = readFileClues(path);
  if (!start) return { sourceName };
  const { startedAt, offsetMinutes } = resolveStart(start, clock);
  return { sourceName, at: new Date(startedAt).toISOString(), offsetMinutes };
};

describe('the name of a file tells its source and start', () => {
  test.each([
    ['Studio A/2026-11-21/Studio A_20261121T140327+0530.wav', 'Studio A', '2026-11-21T08:33:27.000Z', 330],
    ['Studio A/2026-11-21/Studio A_20261121T140327-0500_2.wav', 'Studio A', '2026-11-21T19:03:27.000Z', -300],
    ['radio_20260701T000000Z.mp3', 'radio', '2026-07-01T00:00:00.000Z', 0],
    ['20261121_140000.mp3', '20261121_140000', '2026-11-21T13:00:00.000Z', 60],
    ['Radio 1/20261121_140000.mp3', 'Radio 1', '2026-11-21T13:00:00.000Z', 60],
    ['2026-11-21 14.03.27 interview.wav', '2026-11-21 14.03.27 interview', '2026-11-21T13:03:27.000Z', 60],
    ['Line in/2026-11-21/14-03-27.wav', 'Line in', '2026-11-21T13:03:27.000Z', 60],
    ['2026-11-21/1403 Line in.wav', '1403 Line in', '2026-11-21T13:03:00.000Z', 60],
    ['Радио/Радио_20261025T013000.mp3', 'Радио', '2026-10-24T23:30:00.000Z', 120],
  ])('%s', (path, sourceName, at, offsetMinutes) => {
    expect(read(path)).toEqual({ sourceName, at, offsetMinutes });
  });

  test.each([
    ['take1.wav', 'take1'],
    ['Choir/rehearsal 3.wav', 'Choir'],
    ['a_20261321T140000.wav', 'a_20261321T140000'],
    ['a_20260230T140000.wav', 'a_20260230T140000'],
    ['a_20261121T246000.wav', 'a_20261121T246000'],
    ['120261121_1400001.wav', '120261121_1400001'],
    ['.wav', 'Unknown'],
    ['bell\u0007\n.wav', 'bell'],
  ])('but not %j', (path, sourceName) => {
    expect(read(path)).toEqual({ sourceName });
  });
});
