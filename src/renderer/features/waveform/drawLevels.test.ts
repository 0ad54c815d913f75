import { expect, it } from 'vitest';
import { drawLevels, type LevelSurface } from './drawLevels.ts';

const COLOURS = { level: 'level', floor: 'floor', threshold: 'threshold', grid: 'grid', text: 'text' };
const BOX = { top: 0, height: 100, width: 10 };

/** Columns of the area: where each begins and ends, and how high it is. */
function columnsOf(level: readonly number[], view: { readonly from: number; readonly to: number }): number[][] {
  const columns: number[][] = [];
  const surface: LevelSurface = {
    fillStyle: '',
    strokeStyle: '',
    lineWidth: 1,
    fillRect: (x, _y, width, height) => {
      if (surface.fillStyle === 'level') columns.push([x, x + width, height]);
    },
    beginPath: () => undefined,
    moveTo: () => undefined,
    lineTo: () => undefined,
    stroke: () => undefined,
    setLineDash: () => undefined,
    fillText: () => undefined,
  };
  const data = { from: 0, to: 10, level, floor: level.map(() => -80), marginDb: 12 };
  const span = { from: Math.max(0, view.from), to: Math.min(10, view.to) };
  drawLevels(surface, [{ span, data }], view, BOX, { colours: COLOURS, step: 0.5 });
  return columns;
}

it('draws the highest level of each pixel of the screen, side by side', () => {
  const level = Array.from({ length: 100 }, (_, index) => (index === 52 ? -10 : -60));
  const columns = columnsOf(level, { from: 0, to: 10 });
  expect(columns).toHaveLength(20);
  expect(columns.map(([left = 0, right = 0]) => right - left)).toEqual(Array.from({ length: 20 }, () => 0.5));
  expect(columns.filter(([, , height]) => height === 90)).toEqual([[5, 5.5, 90]]);
});

it('draws a level over as many pixels as it lasts, whatever is seen of it', () => {
  const columns = columnsOf([-20, -50], { from: 4, to: 6 });
  expect(columns).toEqual([
    [0, 5, 80],
    [5, 10, 50],
  ]);
});
