import { QUIETEST } from '../../../shared/domain/envelope.ts';
import type { Box } from './drawPeaks.ts';
import type { Piece } from './pieces.ts';
import type { Span } from '../../format/span.ts';

/** A stretch of the envelope, evenly over its span; dBFS. */
export interface Levels extends Span {
  readonly level: readonly number[];
  readonly floor: readonly number[];
  readonly marginDb: number;
  /** The recording was still too short to fill it. */
  readonly isOpen?: boolean;
}

/** Levels that have a line and a number, dBFS. */
const GRID = [-80, -60, -40, -20] as const;

/** Points of the floor are no nearer than this: it changes slowly, and a dashed line of many points takes long. */
const APART_PX = 4;

export type LevelSurface = Pick<
  CanvasRenderingContext2D,
  | 'fillRect'
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'stroke'
  | 'setLineDash'
  | 'fillText'
>;

export interface LevelColours {
  readonly level: string;
  readonly floor: string;
  readonly threshold: string;
  readonly grid: string;
  readonly text: string;
}

/** The level as an area, the noise floor as a line, and the threshold above it as a dashed line. */
export function drawLevels(
  surface: LevelSurface,
  pieces: readonly Piece<Levels>[],
  view: Span,
  box: Box,
  { colours, step }: { readonly colours: LevelColours; readonly step: number },
): void {
  const pixels = box.width / (view.to - view.from);
  const yOf = (db: number): number => box.top + box.height * (Math.min(0, Math.max(QUIETEST, db)) / QUIETEST);
  surface.fillStyle = colours.grid;
  for (const db of GRID) surface.fillRect(0, Math.round(yOf(db)), box.width, 1);
  surface.fillStyle = colours.level;
  // Columns on whole pixels of the screen have no seams, and take a tenth of the time of one outline around them all.
  const whole = (value: number): number => Math.round(value / step) * step;
  const base = whole(box.top + box.height);
  for (const { left, right, level } of levelColumns(pieces, view, pixels, whole, step)) {
    const y = whole(yOf(level));
    if (y < base) surface.fillRect(left, y, right - left, base - y);
  }
  surface.lineWidth = 1;
  line(surface, pieces, view, pixels, colours.floor, [], ({ floor }, index) => yOf(floor[index] ?? QUIETEST));
  line(surface, pieces, view, pixels, colours.threshold, [4, 3], ({ floor, marginDb }, index) =>
    yOf((floor[index] ?? QUIETEST) + marginDb),
  );
  surface.fillStyle = colours.text;
  for (const db of GRID) surface.fillText(String(db).replace('-', '−'), 4, yOf(db) - 3);
}

interface Column {
  readonly left: number;
  readonly right: number;
  /** The highest in it, dBFS. */
  readonly level: number;
}

/** What fills the area from left to right: at least a pixel of the screen each, and never two over each other. */
function* levelColumns(
  pieces: readonly Piece<Levels>[],
  view: Span,
  pixels: number,
  whole: (value: number) => number,
  step: number,
): Generator<Column> {
  for (const { span, data } of pieces) {
    const each = (data.to - data.from) / data.level.length;
    if (!(each > 0)) continue;
    const end = whole((Math.min(span.to, data.to) - view.from) * pixels);
    let left = Math.max(0, whole((Math.max(span.from, data.from) - view.from) * pixels));
    let index = Math.max(0, Math.floor((view.from + left / pixels - data.from) / each));
    while (left < end && index < data.level.length) {
      let level = data.level[index] ?? QUIETEST;
      let right = whole((data.from + (index + 1) * each - view.from) * pixels);
      index += 1;
      for (; right < left + step && index < data.level.length; index += 1) {
        level = Math.max(level, data.level[index] ?? QUIETEST);
        right = whole((data.from + (index + 1) * each - view.from) * pixels);
      }
      right = Math.min(end, Math.max(right, left + step));
      yield { left, right, level };
      left = right;
    }
  }
}

/** Points of a piece with the x where each begins. */
function* columnsOf(span: Span, data: Levels, each: number, view: Span, pixels: number): Generator<[number, number]> {
  const from = Math.max(0, Math.floor((span.from - data.from) / each));
  const to = Math.min(data.level.length, Math.ceil((span.to - data.from) / each));
  for (let index = from; index < to; index += 1) yield [(data.from + index * each - view.from) * pixels, index];
}

function line(
  surface: LevelSurface,
  pieces: readonly Piece<Levels>[],
  view: Span,
  pixels: number,
  colour: string,
  dash: number[],
  yOf: (data: Levels, index: number) => number,
): void {
  surface.strokeStyle = colour;
  surface.setLineDash(dash);
  surface.beginPath();
  let begun = false;
  let last = -Infinity;
  for (const { span, data } of pieces) {
    const each = (data.to - data.from) / data.level.length;
    if (!(each > 0)) continue;
    for (const [x, index] of columnsOf(span, data, each, view, pixels)) {
      const middle = x + (each * pixels) / 2;
      if (middle - last < APART_PX) continue;
      last = middle;
      const y = yOf(data, index);
      if (begun) surface.lineTo(middle, y);
      else surface.moveTo(middle, y);
      begun = true;
    }
  }
  surface.stroke();
  surface.setLineDash([]);
}
