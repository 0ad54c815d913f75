import type { Span } from '../../format/span.ts';
import type { Levels } from './drawLevels.ts';
import type { Peaks } from './drawPeaks.ts';
import type { Piece } from './pieces.ts';

/** Something that has an extent: s from the start of the recording. */
export interface Region extends Span {
  readonly key: string;
  /** What it is, for the pointer that rests on it. */
  readonly words: string;
}

export interface SectionRegion extends Region {
  readonly verdict: 'keep' | 'discard' | 'star' | undefined;
  readonly chosen: boolean;
}

/** An instant with a name: s from the start of the recording. */
export interface Flag {
  readonly key: string;
  readonly at: number;
  readonly label: string;
}

/** All that is marked in a recording. */
export interface Marks {
  readonly sections: readonly SectionRegion[];
  readonly gaps: readonly Region[];
  readonly markers: readonly Flag[];
  readonly titles: readonly Flag[];
}

export interface SceneColours {
  readonly wave: string;
  readonly level: string;
  readonly section: string;
  readonly chosen: string;
  readonly marker: string;
  readonly gap: string;
  readonly edge: string;
  readonly selection: string;
  readonly line: string;
  readonly text: string;
  readonly softText: string;
}

/** CSS pixels; from top to bottom: marks, waveform, levels, axis. */
export interface Layout {
  readonly width: number;
  readonly wave: number;
  /** 0: no levels are drawn. */
  readonly levels: number;
}

export const STRIP_PX = 16;
export const AXIS_PX = 20;

export const heightOf = ({ wave, levels }: Layout): number => STRIP_PX + wave + levels + AXIS_PX;

/** One picture of a part of a recording. */
export interface Scene {
  readonly layout: Layout;
  /** Pixels of the screen per CSS pixel. */
  readonly density: number;
  readonly view: Span;
  /** Of the recording, s. */
  readonly length: number;
  readonly sampleRate: number;
  readonly peaks: readonly Piece<Peaks>[];
  readonly levels: readonly Piece<Levels>[];
  readonly marks: Marks;
  readonly selection: Span | undefined;
  readonly colours: SceneColours;
  readonly font: string;
  /** ms since 1970 UTC. */
  readonly startedAt: number;
  readonly offsetMinutes: number;
}
