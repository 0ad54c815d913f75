import WaveSurfer from 'wavesurfer.js';
import { drawWaveform } from './drawWaveform.ts';

/**
 * The rules that wavesurfer.js needs inside of its shadow root. It writes them as a style element, which the
 * content security policy refuses; a constructed sheet says the same and is allowed.
 */
const SHADOW_RULES = `
:host { user-select: none; min-width: 1px; }
.scroll { position: relative; width: 100%; overflow: hidden; }
.wrapper { position: relative; z-index: 2; overflow: visible; }
.canvases { min-height: var(--overview-height); pointer-events: none; }
.canvases > div { position: relative; }
canvas { position: absolute; top: 0; display: block; image-rendering: pixelated; }
.progress, .cursor { display: none; }
`;

/** wavesurfer.js draws nothing of a length of 0. What the picture shows does not depend on it. */
const ANY_SECONDS = 1;

export interface Picture {
  /** px */
  readonly height: number;
  readonly colour: string;
  /** Of equal length, see `halves`. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** Draws a whole recording into `place`. */
export function createOverview(place: HTMLElement, picture: Picture): WaveSurfer {
  const outside = document.createElement('div');
  const waveform = WaveSurfer.create({
    container: outside,
    // With peaks and a length given, it neither fetches nor decodes anything. Its own media element stays empty.
    peaks: [[...picture.upper], [...picture.lower]],
    duration: ANY_SECONDS,
    height: picture.height,
    waveColor: picture.colour,
    cursorWidth: 0,
    renderFunction: ([upper = [], lower = []], context) => drawWaveform(upper, lower, context),
    hideScrollbar: true,
    autoScroll: false,
    interact: false,
  });
  // The style element is taken out before the tree joins the page: nothing is refused, nothing is reported.
  const root = waveform.getWrapper().getRootNode();
  if (root instanceof ShadowRoot) {
    root.querySelector('style')?.remove();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHADOW_RULES);
    root.adoptedStyleSheets = [sheet];
  }
  place.append(outside);
  return waveform;
}
