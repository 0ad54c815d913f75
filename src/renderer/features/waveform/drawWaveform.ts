/** What drawing needs of a canvas; `width` and `height` in its own pixels. */
export interface Surface {
  readonly canvas: { readonly width: number; readonly height: number };
  fillRect(x: number, y: number, width: number, height: number): void;
}

/**
 * Draws one column per pixel of the screen, from the lowest to the highest value that falls into it, so that no
 * click is lost however long the recording is. `upper` is 0..1, `lower` -1..0. Silence is a line of one pixel.
 */
export function drawWaveform(upper: ArrayLike<number>, lower: ArrayLike<number>, surface: Surface): void {
  const { width, height } = surface.canvas;
  const middle = height / 2;
  const points = Math.min(upper.length, lower.length);
  if (points === 0) return;
  for (let x = 0; x < width; x += 1) {
    const from = Math.floor((x * points) / width);
    const to = Math.max(from + 1, Math.floor(((x + 1) * points) / width));
    let top = 0;
    let bottom = 0;
    for (let index = from; index < to; index += 1) {
      top = Math.max(top, upper[index] ?? 0);
      bottom = Math.min(bottom, lower[index] ?? 0);
    }
    const start = Math.round(middle - top * middle);
    const end = Math.round(middle - bottom * middle);
    surface.fillRect(x, Math.min(start, Math.floor(height - 1)), 1, Math.max(1, end - start));
  }
}
