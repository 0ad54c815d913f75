import type { Page } from 'playwright-core';

/** What a person does while frames are counted. */
export type Motion = 'nothing' | 'list' | 'zoom' | 'pan' | 'timeline zoom' | 'timeline pan';

export interface FrameFigures {
  readonly frames: number;
  readonly perSecond: number;
  /** Time between two frames, ms. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}

const FRAMES = 360;

/** Moves something in every frame for some seconds, and tells how long the frames took. */
export async function measureFrames(page: Page, motion: Motion): Promise<FrameFigures> {
  const times = await page.evaluate(
    ([kind, frames]) =>
      new Promise<number[]>((resolve, reject) => {
        const isTimeline = kind.startsWith('timeline');
        const target = document.querySelector(
          kind === 'list'
            ? '[role="treegrid"]'
            : isTimeline
              ? '.timeline-canvas'
              : '[role="slider"][aria-label="Position"]',
        );
        if (kind !== 'nothing' && !target) {
          reject(new Error('There is nothing to move.'));
          return;
        }
        const turn = (deltaX: number, deltaY: number): void => {
          const { left, width, top } = target?.getBoundingClientRect() ?? new DOMRect();
          target?.dispatchEvent(
            new WheelEvent('wheel', {
              deltaX,
              deltaY,
              clientX: left + width * 0.4,
              clientY: top + 20,
              bubbles: true,
              cancelable: true,
            }),
          );
        };
        const stamps: number[] = [];
        const step = (now: number): void => {
          stamps.push(now);
          const isBack = stamps.length > frames / 2;
          if (stamps.length > frames) {
            resolve(stamps.slice(1).map((at, index) => at - (stamps[index] ?? at)));
            return;
          }
          if (kind === 'list') target?.scrollBy(0, isBack ? -900 : 900);
          // All the way from a day to single samples in half of the time, and back.
          else if (kind.endsWith('zoom')) turn(0, isBack ? 45 : -45);
          else if (kind.endsWith('pan')) {
            if (stamps.length === 1) for (let turns = 0; turns < 20; turns += 1) turn(0, -100);
            turn(isBack ? -25 : 25, 0);
          }
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    [motion, FRAMES] as const,
  );
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1));
  const total = times.reduce((sum, time) => sum + time, 0);
  return {
    frames: times.length,
    perSecond: Number(((times.length * 1000) / total).toFixed(1)),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    longest: at(1),
  };
}
