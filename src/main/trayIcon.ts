import { assertNever } from '../shared/assertNever.ts';
import { encodePng } from './png.ts';

/** What the tray tells at a glance, by shape and by colour: a ring, a red disc, a yellow triangle. */
export type TrayFace = 'idle' | 'recording' | 'problem';

type Colour = readonly [red: number, green: number, blue: number];
/** The colour at a place; undefined where nothing is drawn. Places are in units of a sixteenth of the icon. */
type Drawing = (x: number, y: number) => Colour | undefined;

const GREY: Colour = [136, 146, 156];
const RED: Colour = [224, 48, 40];
const YELLOW: Colour = [242, 184, 44];
const DARK: Colour = [46, 34, 0];
const BLACK: Colour = [0, 0, 0];

/** Points per pixel in each direction, for smooth edges. */
const SAMPLES = 8;

/**
 * The icon as PNG, `size` pixels wide and high. Shapes lie on whole pixels at 16, 22 and 32. `template`: black, and
 * the system chooses the colour, as on macOS.
 */
export function drawTrayIcon(face: TrayFace, size: number, template = false): Buffer {
  const draw = drawingOf(face, template);
  const pixels = new Uint8Array(size * size * 4);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      pixels.set(pixel(draw, column, row, 16 / size), (row * size + column) * 4);
    }
  }
  return encodePng(size, pixels);
}

function pixel(draw: Drawing, column: number, row: number, unit: number): readonly number[] {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
    const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) * unit;
    const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) * unit;
    const colour = draw(x, y);
    if (!colour) continue;
    covered += 1;
    for (const [index, value] of colour.entries()) sum[index] = (sum[index] ?? 0) + value;
  }
  if (covered === 0) return [0, 0, 0, 0];
  return [...sum.map((value) => Math.round(value / covered)), Math.round((covered * 255) / SAMPLES ** 2)];
}

function drawingOf(face: TrayFace, template: boolean): Drawing {
  switch (face) {
    case 'idle':
      return (x, y) => {
        const distance = Math.hypot(x - 8, y - 8);
        return distance <= 6 && distance >= 4 ? (template ? BLACK : GREY) : undefined;
      };
    case 'recording':
      return (x, y) => (Math.hypot(x - 8, y - 8) <= 6 ? (template ? BLACK : RED) : undefined);
    case 'problem':
      return (x, y) => {
        if (!isInTriangle(x, y)) return undefined;
        if (isInMark(x, y)) return template ? undefined : DARK;
        return template ? BLACK : YELLOW;
      };
    default:
      return assertNever(face);
  }
}

/** A triangle that stands on its side, with round corners. */
function isInTriangle(x: number, y: number): boolean {
  const ROUND = 1.5;
  // Inside of the triangle of the corners' centres, or near to it.
  const corners = [
    [8, 2.5],
    [13.9, 13.5],
    [2.1, 13.5],
  ] as const;
  let inside = true;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, [fromX, fromY]] of corners.entries()) {
    const [toX, toY] = corners[(index + 1) % corners.length] ?? corners[0];
    const alongX = toX - fromX;
    const alongY = toY - fromY;
    if (alongX * (y - fromY) - alongY * (x - fromX) < 0) inside = false;
    const part = ((x - fromX) * alongX + (y - fromY) * alongY) / (alongX ** 2 + alongY ** 2);
    const at = Math.max(0, Math.min(1, part));
    nearest = Math.min(nearest, Math.hypot(x - fromX - at * alongX, y - fromY - at * alongY));
  }
  return inside || nearest <= ROUND;
}

/** The exclamation mark. */
function isInMark(x: number, y: number): boolean {
  return Math.abs(x - 8) <= 1 && ((y >= 5 && y <= 10) || (y >= 11 && y <= 13));
}
