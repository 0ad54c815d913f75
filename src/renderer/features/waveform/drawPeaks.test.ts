import { describe, expect, it } from 'vitest';
import { drawPeaks, liftOf, type Peaks } from './drawPeaks.ts';

interface Drawn {
  readonly columns: number[][];
  readonly points: number[][];
}

function draw(data: Peaks, view: { from: number; to: number }, width = 100): Drawn {
  const columns: number[][] = [];
  const points: number[][] = [];
  const surface = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    fillRect: (...rectangle: number[]) => void columns.push(rectangle),
    beginPath: () => undefined,
    moveTo: (...point: number[]) => void points.push(point),
    lineTo: (...point: number[]) => void points.push(point),
    stroke: () => undefined,
  };
  drawPeaks(surface, [{ span: view, data }], view, { top: 0, height: 100, width }, { step: 1, lift: 1 });
  return { columns, points };
}

const flat = (count: number): number[] => Array.from({ length: count * 2 }, () => 0);

describe('drawPeaks', () => {
  it('fills every column of what is seen, whatever the number of pairs', () => {
    for (const count of [1, 7, 100, 5000]) {
      const { columns } = draw({ from: 0, to: 10, pairs: flat(count), exact: false }, { from: 2, to: 8 });
      expect(columns.map(([x]) => x)).toEqual(Array.from({ length: 100 }, (_, x) => x));
    }
  });
  it('loses no single sample of a long recording', () => {
    const pairs = flat(5000);
    pairs[2 * 2345 + 1] = 1;
    const { columns } = draw({ from: 0, to: 5000, pairs, exact: false }, { from: 0, to: 5000 });
    expect(columns.filter(([, top]) => top === 0).map(([x]) => x)).toEqual([46]);
  });
  it('ends where the recording ends', () => {
    const { columns } = draw({ from: 0, to: 5, pairs: flat(50), exact: false }, { from: 0, to: 10 });
    expect(columns).toHaveLength(50);
  });
  it('joins single samples by a line, each at its time', () => {
    const { points } = draw({ from: 0, to: 4, pairs: [0, 0, 1, 1, -1, -1, 0, 0], exact: true }, { from: 0, to: 4 });
    expect(points.slice(0, 4)).toEqual([
      [0, 50],
      [25, 0],
      [50, 100],
      [75, 50],
    ]);
  });
});

describe('liftOf', () => {
  it('shows the true shape of a wave from near, and lifts what is quiet from afar', () => {
    expect(liftOf(1)).toBe(1);
    expect(liftOf(8)).toBe(1);
    expect(liftOf(5000)).toBe(0.5);
    expect(liftOf(90)).toBeGreaterThan(0.5);
    expect(liftOf(90)).toBeLessThan(1);
  });
});
