import { describe, expect, test } from 'vitest';
import { MOST_TITLES, TitleTimeline } from './titleTimeline.ts';
import { TitleTrack } from './titleTrack.ts';

const RATE = 1000;

function timeline() {
  const kept: { readonly text: string; readonly position: number }[] = [];
  return { kept, timeline: new TitleTimeline(RATE, (entry) => kept.push(entry)) };
}

describe('the titles of a capture', () => {
  test('go to the recording that holds their sample, and open the next one', () => {
    const track = new TitleTrack();
    track.hear('a', 0);
    track.hear('b', 500);
    expect(track.begin(0)).toBe('a');
    expect(track.take(500)).toEqual([]);
    expect(track.take(501)).toEqual([{ text: 'b', at: 500 }]);
    track.hear('c', 800);
    expect(track.begin(800)).toBe('c');
    expect(track.begin(900)).toBe('c');
  });

  test('that came with one sample are one, and those that wait are bounded', () => {
    const track = new TitleTrack();
    track.hear('a', 7);
    track.hear('b', 7);
    expect(track.take(8)).toEqual([{ text: 'b', at: 7 }]);
    for (let at = 0; at < 10_000; at += 1) track.hear(`t${at}`, at);
    const taken = track.take(10_000);
    expect(taken).toHaveLength(256);
    expect(taken.at(-1)).toEqual({ text: 't9999', at: 9999 });
  });
});

describe('the timeline of a recording', () => {
  test('has each change once, at its sample', () => {
    const { kept, timeline: line } = timeline();
    line.add('a', 0);
    line.add('a', 400);
    line.add('b', 5001);
    line.add('a', 9000);
    expect(kept).toEqual([
      { text: 'a', position: 0 },
      { text: 'b', position: 5001 },
      { text: 'a', position: 9000 },
    ]);
  });

  test('keeps so many in a time, and of the others the one that lasts', () => {
    const { kept, timeline: line } = timeline();
    for (let at = 0; at < 500; at += 1) line.add(`t${at}`, at);
    expect(kept.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    line.advance(6 * RATE);
    expect(kept.at(-1)).toEqual({ text: 't499', position: 499 });
    for (let at = 6 * RATE; at < 3600 * RATE; at += 100) line.add(`u${at}`, at);
    expect(kept.length).toBeLessThan(740);
    line.add('at the end', 3600 * RATE);
    line.end();
    expect(kept.at(-1)?.text).toBe('at the end');
  });

  test('has an end', () => {
    const { kept, timeline: line } = timeline();
    for (let at = 0; at < 20_000; at += 1) line.add(`t${at}`, at * 6 * RATE);
    expect(kept).toHaveLength(MOST_TITLES);
  });
});
