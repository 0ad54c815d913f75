import { type ReactElement, type RefObject, useEffect, useRef } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { eachFrame } from '../../elements/meterLoop.ts';
import { spokenDuration } from '../../format/time.ts';
import { deck } from '../../stores/playerDeck.ts';
import { lengthOf } from '../../stores/playerLength.ts';
import { playerViewStore } from '../../stores/playerView.ts';

/** The slider's value for assistive technology and tests changes this often, ms. */
const VALUE_MS = 250;

interface PlayheadProps {
  /** Carries the value for assistive technology. */
  readonly slider: RefObject<HTMLElement | null>;
  readonly recording: Recording;
}

/** The line at what is heard; moved without React. While it plays out of sight, the picture follows. */
export function Playhead({ slider, recording }: PlayheadProps): ReactElement {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let toldAt = -Infinity;
    let wasSeen = true;
    return eachFrame((now) => {
      const element = slider.current;
      const mark = line.current;
      if (!element || !mark) return;
      const at = deck.position;
      const length = lengthOf(recording);
      const { span, follow } = playerViewStore.getState();
      const { from, to } = span ?? { from: 0, to: length };
      const isSeen = at >= from && at <= to;
      // Who has moved the picture away from the playhead wants to look there.
      if (deck.playing && wasSeen && !isSeen) follow(at);
      wasSeen = isSeen;
      mark.style.visibility = isSeen ? 'visible' : 'hidden';
      // Of its own width, which is that of the picture: nothing is laid out for it.
      mark.style.transform = `translateX(${((at - from) / Math.max(1e-9, to - from)) * 100}%)`;
      if (now - toldAt < VALUE_MS) return;
      toldAt = now;
      tell(element, at, length);
    });
  }, [slider, recording]);
  return <div ref={line} className="waveform-playhead" aria-hidden />;
}

function tell(element: HTMLElement, at: number, length: number): void {
  const position = at.toFixed(1);
  if (element.getAttribute('aria-valuenow') === position) return;
  element.setAttribute('aria-valuenow', position);
  element.setAttribute('aria-valuetext', `${spokenDuration(at * 1000)} of ${spokenDuration(length * 1000)}`);
}
