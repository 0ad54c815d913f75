import { expect, test } from 'vitest';
import type { Dbfs } from '../../shared/units.ts';
import type { LevelWindow } from '../containers/levels.ts';
import { LevelPacer } from './levelPacer.ts';

const window = (level: number): LevelWindow => ({
  peak: [level as Dbfs, -90 as Dbfs],
  rms: [(level - 3) as Dbfs, -93 as Dbfs],
});

test('a burst is told one window at a time, in order', () => {
  const pacer = new LevelPacer();
  pacer.push([window(-1), window(-2)]);
  pacer.push([window(-3)]);
  expect([1, 2, 3, 4].map(() => pacer.take()?.peak[0])).toEqual([-1, -2, -3, undefined]);
});

test('no more than a second waits; what is left out keeps its peak', () => {
  const pacer = new LevelPacer();
  pacer.push(Array.from({ length: 25 }, (_, index) => window(index === 4 ? -0.5 : -20 - index)));
  const told = Array.from({ length: 11 }, () => pacer.take());
  expect(told[0]).toEqual({ peak: [-0.5, -90], rms: [-38, -93] });
  expect(told.slice(1).map((levels) => levels?.peak[0])).toEqual([
    ...Array.from({ length: 9 }, (_, index) => -36 - index),
    undefined,
  ]);
});
