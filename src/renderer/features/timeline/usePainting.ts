import { type RefObject, useEffect } from 'react';
import { eachFrame } from '../../elements/meterLoop.ts';
import { usePalette } from '../../elements/palette.ts';
import { markersStore } from '../../stores/markers.ts';
import { playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { reviewStore } from '../../stores/review.ts';
import { lanesInView, timelineStore } from '../../stores/timeline.ts';
import { dayCount } from '../../stores/period.ts';
import { drawTimeline, hatchPattern, type Scene } from './drawTimeline.ts';
import { localOffset, ticks } from './ticks.ts';

const TICKS_APART_PX = 72;
/** What grows by itself is drawn anew this often, ms. */
const GROWTH_MS = 1000;

interface Painted {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly scroller: RefObject<HTMLElement | null>;
}

/** Keeps the canvas as the stores are; every change is drawn once, with the next frame of the screen. */
export function usePainting({ canvas, scroller }: Painted): void {
  const palette = usePalette();
  useEffect(() => {
    const surface = canvas.current;
    const context = surface?.getContext('2d');
    const place = scroller.current;
    if (!surface || !context || !place) return undefined;
    let frame: number | undefined;
    let hatch: CanvasPattern | string = palette.hatch;
    let ratio = 0;
    // Asked for in every frame, these would have the page laid out in every frame.
    let box = { width: surface.clientWidth, height: surface.clientHeight };
    let { scrollTop } = place;
    let drawnAt: number | undefined;

    const fit = (): { width: number; height: number } => {
      const { width, height } = box;
      const wanted = window.devicePixelRatio;
      if (surface.width !== Math.round(width * wanted) || surface.height !== Math.round(height * wanted)) {
        surface.width = Math.round(width * wanted);
        surface.height = Math.round(height * wanted);
      }
      if (ratio !== wanted) {
        ratio = wanted;
        hatch = hatchPattern(context, palette, ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      return { width, height };
    };

    const draw = (): void => {
      frame = undefined;
      const size = fit();
      if (size.width === 0) return;
      const state = timelineStore.getState();
      const { current, period } = reviewStore.getState();
      const scene: Scene = {
        ...size,
        view: state.view,
        scrollTop,
        lanes: lanesInView(state),
        markers: markersStore.getState().markers,
        ticks: ticks(state.view, size.width, TICKS_APART_PX, localOffset, dayCount(period) > 1),
        now: Date.now(),
        playhead: playhead(),
        chosen: current && {
          from: current.from,
          to: current.to,
          ids: new Set(current.sections.map(({ id }) => id as string)),
        },
        palette,
        hatch,
      };
      drawTimeline(context, scene);
      drawnAt = playheadPixel();
    };
    /** Where the playhead is on the screen; undefined without one. */
    const playheadPixel = (): number | undefined => {
      const at = playhead();
      const { from, to } = timelineStore.getState().view;
      return at === undefined ? undefined : Math.round(((at - from) / (to - from)) * box.width * ratio);
    };
    const soon = (): void => {
      frame ??= requestAnimationFrame(draw);
    };

    const observer = new ResizeObserver(() => {
      box = { width: surface.clientWidth, height: surface.clientHeight };
      timelineStore.getState().resize(box.width);
      soon();
    });
    const scrolled = (): void => {
      scrollTop = place.scrollTop;
      soon();
    };
    observer.observe(surface);
    place.addEventListener('scroll', scrolled, { passive: true });
    const growth = setInterval(soon, GROWTH_MS);
    const ends = [
      timelineStore.subscribe(soon),
      markersStore.subscribe(soon),
      reviewStore.subscribe((state, before) => {
        if (state.current !== before.current) soon();
      }),
      playerStore.subscribe(soon),
      eachFrame(() => {
        if (deck.playing && playheadPixel() !== drawnAt) soon();
      }),
    ];
    soon();
    return () => {
      observer.disconnect();
      clearInterval(growth);
      place.removeEventListener('scroll', scrolled);
      for (const end of ends) end();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, [canvas, scroller, palette]);
}

/** The instant that is heard, ms since 1970 UTC. */
function playhead(): number | undefined {
  const { recording } = playerStore.getState();
  return recording && recording.startedAt + deck.offset * 1000;
}
