import { describe, expect, it } from 'vitest';
import { laneSchema } from '../../../shared/contract/review.ts';
import { SOURCE_ID } from '../../../../test/support/makeRecording.ts';
import { hitAt, type Shown } from './hit.ts';
import { AXIS_HEIGHT, LANE_HEIGHT, sectionBox } from './layout.ts';
import { shortDay, ticks } from './ticks.ts';

const HOUR = 3_600_000;
const RECORDING = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d12';
const midnight = Date.UTC(2026, 10, 21);

const utc = (): number => 0;
/** Clocks go back from 3:00 to 2:00 at 1:00 UTC. */
const autumn = (instant: number): number => (instant < Date.UTC(2026, 9, 25, 1) ? 120 : 60);

describe('marks of the hours', () => {
  it('are round and far enough apart', () => {
    const day = { from: midnight, to: midnight + 24 * HOUR };
    expect(ticks(day, 800, 72, utc, false).map(({ label }) => label)).toEqual([
      '00:00',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ]);
  });
  it('go down to single seconds', () => {
    const near = { from: midnight + 500, to: midnight + 5500 };
    expect(ticks(near, 800, 72, utc, false).map(({ label }) => label)).toEqual([
      '00:00:01',
      '00:00:02',
      '00:00:03',
      '00:00:04',
      '00:00:05',
    ]);
  });
  it('name the days where several are seen', () => {
    const week = { from: midnight, to: midnight + 7 * 24 * HOUR };
    expect(ticks(week, 700, 72, utc, true).map(({ label }) => label)[0]).toBe('Sat 21 Nov');
    expect(shortDay('2026-11-21')).toBe('Sat 21 Nov');
  });
  it('stay on full hours of the clock when clocks change', () => {
    const from = Date.UTC(2026, 9, 24, 22);
    const labels = ticks({ from, to: from + 25 * HOUR }, 700, 72, autumn, false).map(({ label }) => label);
    expect(labels).toEqual(['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00']);
  });
});

describe('what the pointer is on', () => {
  const lane = laneSchema.parse({
    sourceId: SOURCE_ID,
    sourceName: 'Studio A',
    extents: [
      { recordingId: RECORDING, from: midnight, to: midnight + HOUR, state: 'complete', analysed: true },
      {
        recordingId: RECORDING,
        from: midnight + 2 * HOUR,
        to: midnight + 2 * HOUR,
        state: 'recording',
        analysed: true,
      },
    ],
    gaps: [{ from: midnight + HOUR, to: midnight + 2 * HOUR, cause: 'stream lost' }],
    sections: [{ id: `${RECORDING}:10`, from: midnight + 0.5 * HOUR, to: midnight + 0.5 * HOUR + 1000, score: 20 }],
  });
  const shown: Shown = {
    view: { from: midnight, to: midnight + 4 * HOUR },
    width: 400,
    lanes: [lane],
    markers: [{ id: RECORDING, at: midnight + 3 * HOUR, label: 'Here', day: lane.sourceId as never }],
    scrollTop: 0,
    now: midnight + 3 * HOUR,
  };
  const y = AXIS_HEIGHT + LANE_HEIGHT / 2;

  it('is a section, also beside it by a few pixels, before all else', () => {
    expect(hitAt(shown, { x: 50, y })).toMatchObject({ kind: 'section', section: { score: 20 } });
    expect(hitAt(shown, { x: 46, y }).kind).toBe('section');
    expect(hitAt(shown, { x: 40, y })).toMatchObject({ kind: 'extent', at: midnight + 0.4 * HOUR });
  });
  it('is a gap, audio up to now, or nothing', () => {
    expect(hitAt(shown, { x: 150, y }).kind).toBe('gap');
    expect(hitAt(shown, { x: 290, y }).kind).toBe('extent');
    expect(hitAt(shown, { x: 350, y }).kind).toBe('nothing');
    expect(hitAt(shown, { x: 50, y: y + LANE_HEIGHT }).kind).toBe('nothing');
  });
  it('is a marker on the axis', () => {
    expect(hitAt(shown, { x: 302, y: 5 })).toMatchObject({ kind: 'marker', marker: { label: 'Here' } });
    expect(hitAt(shown, { x: 200, y: 5 }).kind).toBe('nothing');
  });
  it('is found in scrolled lanes', () => {
    const two = { ...shown, lanes: [{ ...lane, sections: [] }, lane], scrollTop: LANE_HEIGHT };
    expect(hitAt(two, { x: 50, y }).kind).toBe('section');
  });
});

it('draws stronger sections taller, within the lane', () => {
  const heights = [12, 20, 35, 90].map((score) => sectionBox(0, score).height);
  expect(heights.toSorted((a, b) => a - b)).toEqual(heights);
  expect(new Set(heights).size).toBe(4);
  expect(sectionBox(0, 90).y).toBeGreaterThanOrEqual(0);
});
