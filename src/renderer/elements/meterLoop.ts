type Draw = (now: number) => void;

/** 30 frames a second; a little less than the interval, so that every second frame of a 60 Hz screen is taken. */
const FRAME_MS = 1000 / 30 - 4;

const draws = new Set<Draw>();
let frame: number | undefined;
let last = 0;

function step(now: number): void {
  frame = requestAnimationFrame(step);
  if (now - last < FRAME_MS) return;
  last = now;
  for (const draw of draws) draw(now);
}

/**
 * Calls `draw` 30 times a second with the time of performance.now(). One loop serves all meters; the browser
 * stops it while the window is hidden. Returns the end of it.
 */
export function eachFrame(draw: Draw): () => void {
  draws.add(draw);
  frame ??= requestAnimationFrame(step);
  return () => {
    draws.delete(draw);
    if (draws.size > 0 || frame === undefined) return;
    cancelAnimationFrame(frame);
    frame = undefined;
  };
}
