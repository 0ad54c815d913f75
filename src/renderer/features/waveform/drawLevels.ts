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
  | 'fill'
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
  colours: LevelColours,
): void {
  const pixels = box.width / (view.to - view.from);
  const yOf = (db: number): number => box.top + box.height * (Math.min(0, Math.max(QUIETEST, db)) / QUIETEST);
  surface.fillStyle = colours.grid;
  for (const db of GRID) surface.fillRect(0, Math.round(yOf(db)), box.width, 1);
  surface.fillStyle = colours.level;
  for (const { span, data } of pieces) {
    const each = (data.to - data.from) / data.level.length;
    if (!(each > 0)) continue;
    // One outline: columns side by side would show their seams.
    const base = box.top + box.height;
    let right = Math.max(0, (span.from - view.from) * pixels);
    surface.beginPath();
    surface.moveTo(right, base);
    for (const [x, index] of columnsOf(span, data, each, view, pixels)) {
      const y = yOf(data.level[index] ?? QUIETEST);
      surface.lineTo(Math.max(right, x), y);
      right = Math.min(x + each * pixels, (span.to - view.from) * pixels);
      surface.lineTo(right, y);
    }
    surface.lineTo(right, base);
    surface.fill();
  }
  surface.lineWidth = 1;
  line(surface, pieces, view, pixels, colours.floor, [], ({ floor }, index) => yOf(floor[index] ?? QUIETEST));
  line(surface, pieces, view, pixels, colours.threshold, [4, 3], ({ floor, marginDb }, index) =>
    yOf((floor[index] ?? QUIETEST) + marginDb),
  );
  surface.fillStyle = colours.text;
  for (const db of GRID) surface.fillText(String(db).replace('-', '−'), 4, yOf(db) - 3);
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
