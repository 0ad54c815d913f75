import { describe, expect, it } from 'vitest';
import { fitting, marks } from './axis.ts';
import { drawWaveform } from './drawWaveform.ts';
import { halves } from './halves.ts';

describe('marks', () => {
  const start = Date.UTC(2026, 10, 21, 13, 0, 0);
  it('stand at round times of the place of recording', () => {
    expect(marks(start, 60, 3_600_000, 900, 100)).toEqual([
      { position: 0, label: '14:00' },
      { position: 1 / 6, label: '14:10' },
      { position: 2 / 6, label: '14:20' },
      { position: 3 / 6, label: '14:30' },
      { position: 4 / 6, label: '14:40' },
      { position: 5 / 6, label: '14:50' },
      { position: 1, label: '15:00' },
    ]);
  });
  it('show seconds when they are that close', () => {
    expect(marks(start + 2500, 0, 5000, 500, 100).map(({ label }) => label)).toEqual([
      '13:00:03',
      '13:00:04',
      '13:00:05',
      '13:00:06',
      '13:00:07',
    ]);
  });
  it('keep their distance', () => {
    const positions = marks(start + 1234, 345, 7_654_321, 640, 80).map(({ position }) => position * 640);
    expect(positions.length).toBeGreaterThan(1);
    for (const [index, at] of positions.slice(1).entries()) {
      expect(at - (positions[index] ?? 0)).toBeGreaterThanOrEqual(80);
    }
  });
  it('are left out where their labels would be cut off', () => {
    const all = marks(start, 60, 3_600_000, 900, 100);
    expect(fitting(all, 900)).toEqual(all.slice(0, -1));
  });
  it('are none where there is no length or no room', () => {
    expect(marks(start, 0, 0, 500, 100)).toEqual([]);
    expect(marks(start, 0, 5000, 0, 100)).toEqual([]);
  });
});

describe('halves', () => {
  it('keep full scale full and lift what is quiet', () => {
    const { upper, lower } = halves([-1, 1, -0.01, 0.04]);
    expect(upper).toEqual([1, 0.2]);
    expect(lower).toEqual([-1, -0.1]);
  });
  it('draw an offset as nothing on the other side', () => {
    expect(halves([0.25, 0.81])).toEqual({ upper: [0.9], lower: [-0] });
  });
  it('ignore a half pair', () => expect(halves([-1]).upper).toEqual([]));
});

describe('drawWaveform', () => {
  const columns = (width: number, upper: readonly number[], lower: readonly number[]) => {
    const drawn: number[][] = [];
    drawWaveform(upper, lower, {
      canvas: { width, height: 100 },
      fillRect: (...rectangle) => void drawn.push(rectangle),
    });
    return drawn;
  };

  it('fills every column, whatever the number of points', () => {
    for (const points of [1, 3, 7, 1000]) {
      const drawn = columns(
        7,
        Array.from({ length: points }, () => 0.5),
        Array.from({ length: points }, () => -0.5),
      );
      expect(drawn).toEqual(Array.from({ length: 7 }, (_, x) => [x, 25, 1, 50]));
    }
  });
  it('loses no single peak', () => {
    const upper = Array.from({ length: 4000 }, () => 0);
    upper[2345] = 1;
    const drawn = columns(
      100,
      upper,
      Array.from({ length: 4000 }, () => 0),
    );
    expect(drawn.filter(([, top]) => top === 0)).toEqual([[58, 0, 1, 50]]);
  });
  it('draws silence as a line', () =>
    expect(columns(2, [0, 0], [0, 0])).toEqual([
      [0, 50, 1, 1],
      [1, 50, 1, 1],
    ]));
  it('draws nothing of nothing', () => expect(columns(2, [], [])).toEqual([]));
});
