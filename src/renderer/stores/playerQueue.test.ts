import { describe, expect, it } from 'vitest';
import { type SoundEvent, soundEventSchema, type Verdict } from '../../shared/domain/section.ts';
import { type Direction, queueOf } from './playerQueue.ts';
import { SOURCE_ID } from '../../../test/support/makeRecording.ts';

const RECORDING = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d12';

function eventAt(seconds: number, verdict?: Verdict): SoundEvent {
  const section = {
    id: `${RECORDING}:${seconds * 10}`,
    recordingId: RECORDING,
    sourceId: SOURCE_ID,
    sourceName: 'Studio A',
    from: seconds * 1000,
    to: seconds * 1000 + 500,
    fromSeconds: seconds,
    toSeconds: seconds + 0.5,
    offsetMinutes: 0,
    day: '2026-11-21',
    peakAt: seconds * 1000,
    peakDb: -20,
    floorDb: -50,
    score: 30,
    verdict,
  };
  const { id, from, to, score } = section;
  return soundEventSchema.parse({ id, from, to, score, sections: [section], verdict });
}

describe('a queue of known events', () => {
  const events = [eventAt(1), eventAt(2, 'keep'), eventAt(3, 'discard'), eventAt(4)];
  const queue = queueOf(events);
  const stepped = async (from: number | undefined, direction: Direction, unreviewed = false) =>
    (await queue.step(from === undefined ? undefined : events[from], direction, unreviewed))?.index;

  it('knows where an event stands', () => {
    expect(queue.place(eventAt(3))).toEqual({ index: 2, total: 4 });
    expect(queue.place(eventAt(9))).toBeUndefined();
  });
  it('goes to the next and the previous one, and ends', async () => {
    expect(await stepped(1, 1)).toBe(2);
    expect(await stepped(1, -1)).toBe(0);
    expect(await stepped(3, 1)).toBeUndefined();
    expect(await stepped(0, -1)).toBeUndefined();
  });
  it('begins at the first or the last', async () => {
    expect(await stepped(undefined, 1)).toBe(0);
    expect(await stepped(undefined, -1)).toBe(3);
  });
  it('passes over what was reviewed', async () => {
    expect(await stepped(0, 1, true)).toBe(3);
    expect(await stepped(3, -1, true)).toBe(0);
    expect(await stepped(3, 1, true)).toBeUndefined();
  });
});
