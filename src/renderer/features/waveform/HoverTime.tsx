import { type ReactElement, type RefObject, useEffect, useState } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { duration, wallTime } from '../../format/time.ts';
import type { Marks } from './scene.ts';
import { positionAt } from './useGestures.ts';

/** So near the pointer is on a marker, px. */
const NEAR_PX = 5;
/** Half of the label: it must not leave the picture. */
const HALF_PX = 60;

interface HoverTimeProps {
  readonly surface: RefObject<HTMLElement | null>;
  readonly recording: Recording;
  readonly width: number;
  readonly marks: Marks;
}

interface Hover {
  readonly x: number;
  readonly at: number;
  /** s of a pixel */
  readonly pixel: number;
}

/** The time under the pointer, and what is marked there. */
export function HoverTime({ surface, recording, width, marks }: HoverTimeProps): ReactElement {
  const [hover, setHover] = useState<Hover>();
  useEffect(() => {
    const element = surface.current;
    if (!element) return undefined;
    const end = new AbortController();
    const move = (event: MouseEvent): void => {
      const x = Math.max(0, event.clientX - element.getBoundingClientRect().left);
      const at = positionAt(element, event.clientX, recording);
      setHover({ x, at, pixel: positionAt(element, event.clientX + 1, recording) - at });
    };
    element.addEventListener('pointermove', move, { signal: end.signal });
    element.addEventListener('pointerleave', () => setHover(undefined), { signal: end.signal });
    element.addEventListener('wheel', move, { signal: end.signal, passive: true });
    return () => end.abort();
  }, [surface, recording]);
  if (!hover || width === 0) return <div className="waveform-hover" aria-hidden />;
  const { x, at, pixel } = hover;
  const words = wordsAt(marks, at, pixel * NEAR_PX);
  return (
    <div className="waveform-hover" aria-hidden>
      <span className="waveform-hover-line" style={{ left: x }} />
      <span className="waveform-hover-time" style={{ left: Math.max(HALF_PX, Math.min(width - HALF_PX, x)) }}>
        {exactTime(recording.startedAt + at * 1000, recording.offsetMinutes, pixel)} · {duration(at * 1000)}
        {words !== '' && <span className="waveform-hover-words">{words}</span>}
      </span>
    </div>
  );
}

/** As exact as a pixel is. */
function exactTime(instant: number, offsetMinutes: number, pixel: number): string {
  const time = wallTime(instant, offsetMinutes);
  if (pixel >= 0.5) return time;
  const decimals = Math.min(6, Math.max(1, Math.ceil(-Math.log10(pixel))));
  const part = (((instant % 1000) + 1000) % 1000) / 1000;
  return `${time}${part.toFixed(decimals).slice(1)}`;
}

function wordsAt(marks: Marks, at: number, near: number): string {
  const marker = marks.markers.find((flag) => Math.abs(flag.at - at) <= near);
  const region = [...marks.gaps, ...marks.sections].find(({ from, to }) => at >= from - near && at < to + near);
  return [marker && `Marker ${marker.label}`, region?.words].filter(Boolean).join(' · ');
}
