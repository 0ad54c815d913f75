import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { eachFrame } from '../../elements/meterLoop.ts';
import { usePalette } from '../../elements/palette.ts';
import { duration, spokenDuration, wallTime } from '../../format/time.ts';
import { lengthMs } from '../../format/recording.ts';
import { usePlayer, playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { fitting, marks } from './axis.ts';
import { halves } from './halves.ts';
import { createWaveform } from './waveform.ts';

const HEIGHT = 56;
const MARKS_APART_PX = 90;
/** The slider's value for assistive technology and tests changes this often, ms. */
const VALUE_MS = 250;
const STEP_S = 5;
const SMALL_STEP_S = 1;

/** A line of silence, for as long as nothing better is known. */
const SILENCE = Array.from({ length: 256 }, () => 0);
const FLAT = { upper: SILENCE, lower: SILENCE } as const;

export function WaveformView({ recording }: { readonly recording: Recording }): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const width = useWidth(slider);
  const waveform = usePlayer((state) => state.waveform);
  const { seekTo, seekBy } = playerStore.getState();
  const length = waveform.name === 'ready' ? waveform.durationMs : lengthMs(recording);
  const shape = useMemo(() => (waveform.name === 'ready' ? halves(waveform.pairs) : FLAT), [waveform]);
  const palette = usePalette();
  const axis = marks(recording.startedAt, recording.offsetMinutes, length, width, MARKS_APART_PX);

  useEffect(() => {
    const holder = place.current;
    if (!holder) return undefined;
    const colours = { wave: palette.blueSoft, played: palette.blue, cursor: palette.text };
    const drawn = createWaveform(holder, { height: HEIGHT, colours, ...shape, seconds: length / 1000 });
    drawn.on('interaction', seekTo);
    const endFrames = eachFrame(() => drawn.setTime(deck.position));
    return () => {
      endFrames();
      drawn.destroy();
      holder.replaceChildren();
    };
  }, [palette, shape, length, seekTo]);

  useEffect(() => {
    let toldAt = -Infinity;
    return eachFrame((now) => {
      if (now - toldAt < VALUE_MS) return;
      toldAt = now;
      const element = slider.current;
      const position = deck.position.toFixed(1);
      if (!element || element.getAttribute('aria-valuenow') === position) return;
      element.setAttribute('aria-valuenow', position);
      element.setAttribute('aria-valuetext', `${spokenDuration(deck.position * 1000)} of ${spokenDuration(length)}`);
    });
  }, [length]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? SMALL_STEP_S : STEP_S;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowRight' || event.key === 'ArrowUp') seekBy(step);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') seekBy(-step);
    else if (event.key === 'Home') seekTo(0);
    else if (event.key === 'End') seekTo(length / 1000);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={slider}
      className="waveform"
      role="slider"
      tabIndex={0}
      aria-label="Position"
      aria-valuemin={0}
      aria-valuemax={Math.round(length / 100) / 10}
      aria-valuenow={0}
      data-waveform={waveform.name}
      onKeyDown={onKeyDown}
    >
      <div ref={place} className="waveform-canvas" />
      <HoverTime slider={slider} recording={recording} length={length} width={width} />
      <div className="waveform-axis" aria-hidden>
        {fitting(axis, width).map(({ position, label }) => (
          <span key={position} style={{ left: `${position * 100}%` }}>
            {label}
          </span>
        ))}
      </div>
      {waveform.name === 'loading' && <p className="waveform-note waveform-wait">Drawing the waveform…</p>}
      {waveform.name === 'missing' && <p className="waveform-note">No waveform: {waveform.message}</p>}
    </div>
  );
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

interface HoverTimeProps {
  readonly slider: { readonly current: HTMLElement | null };
  readonly recording: Recording;
  readonly length: number;
  readonly width: number;
}

/** The time under the pointer. */
function HoverTime({ slider, recording, length, width }: HoverTimeProps): ReactElement {
  const [at, setAt] = useState<number>();
  useEffect(() => {
    const element = slider.current;
    if (!element) return undefined;
    const move = (event: PointerEvent): void => {
      setAt(Math.max(0, event.clientX - element.getBoundingClientRect().left));
    };
    const leave = (): void => setAt(undefined);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerleave', leave);
    return () => {
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerleave', leave);
    };
  }, [slider]);
  const instant = at === undefined || width === 0 ? undefined : (at / width) * length;
  return (
    <div className="waveform-hover" aria-hidden>
      {at !== undefined && instant !== undefined && (
        <>
          <span className="waveform-hover-line" style={{ left: at }} />
          <span className="waveform-hover-time" style={{ left: Math.max(44, Math.min(width - 44, at)) }}>
            {wallTime(recording.startedAt + instant, recording.offsetMinutes)} · {duration(instant)}
          </span>
        </>
      )}
    </div>
  );
}
