import { type ReactElement, useEffect, useMemo, useRef } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { eachFrame } from '../../elements/meterLoop.ts';
import { usePalette } from '../../elements/palette.ts';
import { usePlayer, playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { halves } from './halves.ts';
import { createOverview } from './overview.ts';
import type { Marks } from './scene.ts';

const HEIGHT = 22;
const CLICK_PX = 4;
/** A line of silence, for as long as nothing better is known. */
const SILENCE = Array.from({ length: 256 }, () => 0);
const FLAT = { upper: SILENCE, lower: SILENCE } as const;

interface MinimapProps {
  readonly recording: Recording;
  /** s */
  readonly length: number;
  readonly marks: Marks;
}

/** The whole recording, always, with a frame around what is seen of it. For the pointer; the waveform has the keys. */
export function Minimap({ recording, length, marks }: MinimapProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  const waveform = usePlayer((state) => state.waveform);
  const shape = useMemo(() => (waveform.name === 'ready' ? halves(waveform.pairs) : FLAT), [waveform]);
  const palette = usePalette();

  useEffect(() => {
    const holder = picture.current;
    if (!holder) return undefined;
    const drawn = createOverview(holder, { height: HEIGHT, colour: palette.blueSoft, ...shape });
    let width = holder.clientWidth;
    // By itself it is drawn anew some time after the window has another size: until then it would be too short.
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry?.contentRect.width ?? width);
      if (now === width) return;
      width = now;
      drawn.setOptions({ height: HEIGHT });
    });
    observer.observe(holder);
    return () => {
      observer.disconnect();
      drawn.destroy();
      holder.replaceChildren();
    };
  }, [palette, shape]);

  useGrip(place, length);
  return (
    <div ref={place} className="minimap" data-recording={recording.id} aria-hidden>
      <div ref={picture} className="minimap-picture" />
      <svg className="minimap-marks" viewBox={`0 0 ${Math.max(length, 1e-6)} 1`} preserveAspectRatio="none">
        <path d={sectionPath(marks)} />
      </svg>
      <Frame length={length} />
    </div>
  );
}

/** All sections as one path: there may be thousands. */
function sectionPath({ sections }: Marks): string {
  return sections.map(({ from, to }) => `M${from} 0.03H${to}`).join('');
}

/** What is seen, and the playhead. */
function Frame({ length }: { readonly length: number }): ReactElement {
  const frame = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = (): void => {
      const element = frame.current;
      if (!element) return;
      const { span } = playerViewStore.getState();
      element.hidden = span === undefined;
      if (!span) return;
      element.style.left = `${(span.from / length) * 100}%`;
      element.style.width = `${((span.to - span.from) / length) * 100}%`;
    };
    place();
    return playerViewStore.subscribe(place);
  }, [length]);
  useEffect(
    () =>
      eachFrame(() => {
        const part = Math.min(1, deck.position / Math.max(1e-6, length));
        if (head.current) head.current.style.transform = `translateX(${part * 100}%)`;
      }),
    [length],
  );
  return (
    <>
      <div ref={frame} className="minimap-frame" hidden />
      <div ref={head} className="minimap-head" />
    </>
  );
}

/** A click goes there; a drag moves what is seen. */
function useGrip(place: { readonly current: HTMLElement | null }, length: number): void {
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const end = new AbortController();
    let downX = 0;
    let lastX = 0;
    let dragged = false;
    const at = (clientX: number): number => {
      const { left, width } = element.getBoundingClientRect();
      return ((clientX - left) / Math.max(1, width)) * length;
    };
    const listen = (name: 'pointerdown' | 'pointermove' | 'pointerup', listener: (event: PointerEvent) => void): void =>
      element.addEventListener(name, listener, { signal: end.signal });
    listen('pointerdown', (event) => {
      element.setPointerCapture(event.pointerId);
      downX = event.clientX;
      lastX = event.clientX;
      dragged = false;
    });
    listen('pointermove', (event) => {
      if (!element.hasPointerCapture(event.pointerId)) return;
      dragged ||= Math.abs(event.clientX - downX) >= CLICK_PX;
      const { span, show } = playerViewStore.getState();
      if (!dragged || !span) return;
      const by = at(event.clientX) - at(lastX);
      lastX = event.clientX;
      show({ from: span.from + by, to: span.to + by });
    });
    listen('pointerup', (event) => {
      if (dragged) return;
      playerStore.getState().seekTo(at(event.clientX));
      playerViewStore.getState().centre(at(event.clientX));
    });
    return () => end.abort();
  }, [place, length]);
}
