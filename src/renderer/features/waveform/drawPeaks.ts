import type { Piece } from './pieces.ts';
import type { Span } from '../../format/span.ts';

/** Pairs of lowest and highest sample, evenly over a stretch. */
export interface Peaks extends Span {
  /** min0, max0, min1, max1, ...; -1..1. */
  readonly pairs: ArrayLike<number>;
  /** Each pair is one sample frame. */
  readonly exact: boolean;
  /** The recording was still too short to fill it. */
  readonly isOpen?: boolean;
}

/** What drawing needs of a canvas, in CSS pixels. */
export type Surface = Pick<
  CanvasRenderingContext2D,
  'fillRect' | 'fillStyle' | 'strokeStyle' | 'lineWidth' | 'beginPath' | 'moveTo' | 'lineTo' | 'stroke'
>;

/** Where something is drawn, CSS pixels. */
export interface Box {
  readonly top: number;
  readonly height: number;
  readonly width: number;
}

/** From here on single samples are joined by a line, px. */
const LINE_PX = 2;
/** From here on each sample has a dot, px. */
const DOT_PX = 8;
/** Sample frames per pixel between which the scale goes from the amplitude to its square root. */
const LINEAR_FRAMES = 8;
const LIFTED_FRAMES = 1024;

/**
 * The exponent of the amplitude. Seen from afar the square root is drawn: speech at -40 dBFS is then a tenth of the
 * height and can be seen, and full scale stays full. Seen so near that the shape of a wave matters, its shape is true.
 */
export function liftOf(framesPerPixel: number): number {
  const way = Math.log2(framesPerPixel / LINEAR_FRAMES) / Math.log2(LIFTED_FRAMES / LINEAR_FRAMES);
  return 1 - 0.5 * Math.min(1, Math.max(0, way));
}

const lifted = (value: number, lift: number): number => (value < 0 ? -((-value) ** lift) : value ** lift);

/**
 * Draws one column per pixel of the screen, from the lowest to the highest sample that falls into it, so that no click
 * is lost however long the recording is. Silence is a line of one pixel.
 */
export function drawPeaks(
  surface: Surface,
  pieces: readonly Piece<Peaks>[],
  view: Span,
  box: Box,
  { step, lift }: { readonly step: number; readonly lift: number },
): void {
  const secondsPerPixel = (view.to - view.from) / box.width;
  for (const { span, data } of pieces) {
    const count = data.pairs.length / 2;
    const each = (data.to - data.from) / count;
    if (!(each > 0)) continue;
    if (data.exact && each / secondsPerPixel > LINE_PX) {
      drawSamples(surface, data, span, view, box);
      continue;
    }
    const first = Math.ceil((span.from - view.from) / secondsPerPixel / step) * step;
    const last = (Math.min(span.to, data.to) - view.from) / secondsPerPixel;
    for (let x = Math.max(0, first); x < last; x += step) {
      const at = view.from + x * secondsPerPixel - data.from;
      const from = Math.max(0, Math.floor(at / each));
      const to = Math.min(count, Math.max(from + 1, Math.ceil((at + step * secondsPerPixel) / each)));
      let low = 1;
      let high = -1;
      for (let index = from; index < to; index += 1) {
        low = Math.min(low, data.pairs[2 * index] ?? 0);
        high = Math.max(high, data.pairs[2 * index + 1] ?? 0);
      }
      if (low > high) continue;
      const half = box.height / 2;
      const top = box.top + half - lifted(high, lift) * half;
      const bottom = box.top + half - lifted(low, lift) * half;
      surface.fillRect(x, Math.min(top, box.top + box.height - step), step, Math.max(step, bottom - top));
    }
  }
}

/** Two lines, the lowest and the highest channel; they are one in mono. */
function drawSamples(surface: Surface, data: Peaks, span: Span, view: Span, box: Box): void {
  const count = data.pairs.length / 2;
  const each = (data.to - data.from) / count;
  const pixels = box.width / (view.to - view.from);
  const middle = box.top + box.height / 2;
  const from = Math.max(0, Math.floor((span.from - data.from) / each) - 1);
  const to = Math.min(count, Math.ceil((span.to - data.from) / each) + 1);
  for (const side of [0, 1]) {
    surface.beginPath();
    for (let index = from; index < to; index += 1) {
      const x = (data.from + index * each - view.from) * pixels;
      const y = middle - ((data.pairs[2 * index + side] ?? 0) * box.height) / 2;
      if (index === from) surface.moveTo(x, y);
      else surface.lineTo(x, y);
      if (each * pixels > DOT_PX) surface.fillRect(x - 1.5, y - 1.5, 3, 3);
    }
    surface.stroke();
  }
}
