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
.canvases { min-height: var(--waveform-height); pointer-events: none; }
.canvases > div, .progress > div { position: relative; }
canvas { position: absolute; top: 0; display: block; image-rendering: pixelated; }
.progress { position: absolute; z-index: 2; top: 0; left: 0; width: 0; height: 100%; overflow: hidden; pointer-events: none; }
.cursor { position: absolute; z-index: 5; top: 0; left: 0; height: 100%; pointer-events: none; }
`;

export interface WaveformColours {
  readonly wave: string;
  readonly played: string;
  readonly cursor: string;
}

export interface Picture {
  /** px */
  readonly height: number;
  readonly colours: WaveformColours;
  /** Of equal length, see `halves`. */
  readonly upper: readonly number[];
  readonly lower: readonly number[];
  /** Length of the recording. */
  readonly seconds: number;
}

/** Draws a recording into `place`; what is clicked or dragged to comes as `interaction`. */
export function createWaveform(place: HTMLElement, picture: Picture): WaveSurfer {
  const outside = document.createElement('div');
  const waveform = WaveSurfer.create({
    container: outside,
    // With peaks and a length given, it neither fetches nor decodes anything. Its own media element stays empty.
    peaks: [[...picture.upper], [...picture.lower]],
    duration: Math.max(0.001, picture.seconds),
    height: picture.height,
    waveColor: picture.colours.wave,
    progressColor: picture.colours.played,
    cursorColor: picture.colours.cursor,
    cursorWidth: 1,
    renderFunction: ([upper = [], lower = []], context) => drawWaveform(upper, lower, context),
    hideScrollbar: true,
    autoScroll: false,
    dragToSeek: { debounceTime: 0 },
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
