import { encodePng } from './png.ts';

const SIZE = 64;
const SHEET = [250, 250, 250, 240] as const;
const EDGE = [120, 130, 140, 255] as const;
const WAVE = [46, 120, 214, 255] as const;
/** Half heights of the bars, pixels. */
const BARS = [4, 9, 16, 11, 20, 14, 8, 12, 5] as const;
const BAR_WIDTH = 3;
const BAR_STEP = 5;
const LEFT = 10;

/** What is under the pointer while a cut is dragged: a sheet with a waveform. PNG. */
export function drawDragIcon(): Buffer {
  const pixels = new Uint8Array(SIZE * SIZE * 4);
  for (let row = 0; row < SIZE; row += 1) {
    for (let column = 0; column < SIZE; column += 1) pixels.set(colour(column, row), (row * SIZE + column) * 4);
  }
  return encodePng(SIZE, pixels);
}

function colour(x: number, y: number): readonly number[] {
  const isInside = x >= 4 && x < SIZE - 4 && y >= 4 && y < SIZE - 4;
  if (!isInside) return [0, 0, 0, 0];
  if (x === 4 || x === SIZE - 5 || y === 4 || y === SIZE - 5) return EDGE;
  const bar = Math.floor((x - LEFT) / BAR_STEP);
  const half = BARS[bar] ?? 0;
  const isInBar = x >= LEFT && (x - LEFT) % BAR_STEP < BAR_WIDTH && Math.abs(y - SIZE / 2) < half;
  return isInBar ? WAVE : SHEET;
}
