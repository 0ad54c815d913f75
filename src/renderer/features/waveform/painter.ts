import type { Recording } from '../../../shared/domain/recording.ts';
import { ENVELOPE_WINDOWS_PER_SECOND } from '../../../shared/domain/envelope.ts';
import type { Span } from '../../format/span.ts';
import type { Levels } from './drawLevels.ts';
import type { Peaks } from './drawPeaks.ts';
import { levelFor, piecesOf, type Scale, tilesOf } from './pieces.ts';
import { paint } from './paint.ts';
import { heightOf, type Layout, type Marks, type SceneColours } from './scene.ts';
import { type TileId, Tiles } from './tiles.ts';

/** Kept at once: some megabytes. */
const MOST_TILES = 160;
/** So much of what is seen is made ready on either side. */
const BESIDE = 0.5;
/** What a recording in progress has grown by is drawn when it is this part of what is drawn already. */
const BEHIND = 0.01;
/** The picture stands still when nothing has moved for so long, ms. */
const STILL_MS = 60;
/** While it moves, details are asked for this often, ms. */
const WHILE_MOVING_MS = 300;

/** What is seen, as it is told from outside. */
export interface Look {
  readonly layout: Layout;
  readonly view: Span;
  /** Of the recording, s. */
  readonly length: number;
  readonly marks: Marks;
  readonly selection: Span | undefined;
  readonly colours: SceneColours;
  readonly overview: Peaks | undefined;
}

export interface Sources {
  peaks(id: TileId, scale: Scale): Promise<Peaks>;
  levels(id: TileId, scale: Scale): Promise<Levels>;
  failed(error: unknown): void;
}

/** Draws a recording into a canvas, once a frame at most, and asks for what it lacks. */
export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #recording: Recording;
  readonly #peaks: Tiles<Peaks>;
  readonly #levels: Tiles<Levels>;
  readonly #peakScale: Scale;
  readonly #levelScale: Scale = { unit: 1 / ENVELOPE_WINDOWS_PER_SECOND };
  #look: Look | undefined;
  #frame: number | undefined;
  #asking: ReturnType<typeof setTimeout> | undefined;
  #askedAt = -Infinity;

  constructor(canvas: HTMLCanvasElement, recording: Recording, sources: Sources) {
    this.#canvas = canvas;
    this.#recording = recording;
    this.#peakScale = { unit: 1 / Math.max(1, recording.format.sampleRate) };
    const changed = (): void => this.#soon();
    const { failed } = sources;
    this.#peaks = new Tiles({
      fetch: (id) => sources.peaks(id, this.#peakScale),
      changed,
      failed,
      most: MOST_TILES,
    });
    this.#levels = new Tiles({
      fetch: (id) => sources.levels(id, this.#levelScale),
      changed,
      failed,
      most: MOST_TILES,
    });
  }

  show(look: Look): void {
    const hasGrown = this.#look !== undefined && look.length > this.#look.length;
    this.#look = look;
    if (hasGrown) {
      const isBehind = ({ from, to, isOpen }: Span & { readonly isOpen?: boolean }): boolean =>
        isOpen === true && look.length - to > (to - from) * BEHIND;
      this.#peaks.markStale(isBehind);
      this.#levels.markStale(isBehind);
    }
    this.#soon();
  }

  /** They may be others now, or there at last. */
  levelsChanged(): void {
    this.#levels.markStale(() => true);
    this.#soon();
  }

  close(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#asking);
    this.#peaks.close();
    this.#levels.close();
  }

  #soon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  }

  /**
   * Asks when the picture stands still, and now and then while it moves: what comes takes some milliseconds to get into
   * the page, and frames go before details.
   */
  #ask(ask: (isStill: boolean) => void): void {
    clearTimeout(this.#asking);
    const now = performance.now();
    if (now - this.#askedAt > WHILE_MOVING_MS) {
      this.#askedAt = now;
      ask(false);
    }
    this.#asking = setTimeout(() => {
      this.#askedAt = performance.now();
      ask(true);
    }, STILL_MS);
  }

  #draw(): void {
    const look = this.#look;
    const context = this.#canvas.getContext('2d');
    if (!look || !context || look.layout.width === 0) return;
    const { layout, view, length } = look;
    const density = window.devicePixelRatio;
    const width = Math.round(layout.width * density);
    const height = Math.round(heightOf(layout) * density);
    // Setting a size, even the same one, makes a new bitmap.
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    const secondsPerPixel = (view.to - view.from) / width;
    const level = levelFor(this.#peakScale, secondsPerPixel);
    const windowLevel = levelFor(this.#levelScale, secondsPerPixel);
    this.#ask((isStill) => {
      this.#peaks.want(wanted(this.#peakScale, level, view, length, isStill));
      this.#levels.want(layout.levels > 0 ? wanted(this.#levelScale, windowLevel, view, length, isStill) : []);
    });
    const { startedAt, offsetMinutes, format } = this.#recording;
    paint(context, {
      layout,
      density,
      view,
      length,
      sampleRate: format.sampleRate,
      peaks: piecesOf(this.#peaks, this.#peakScale, level, view, look.overview),
      levels: layout.levels > 0 ? piecesOf(this.#levels, this.#levelScale, windowLevel, view, undefined) : [],
      marks: look.marks,
      selection: look.selection,
      colours: look.colours,
      font: FONT,
      startedAt,
      offsetMinutes,
    });
  }
}

const FONT = '12px "Inter Variable", system-ui, sans-serif';

/** The tiles in sight, then coarser ones for what is beside them, within the recording. */
function wanted(scale: Scale, level: number, view: Span, length: number, isStill: boolean): TileId[] {
  const seen = tilesOf(scale, level, { from: view.from, to: Math.min(length, view.to) });
  if (!isStill) return seen;
  const size = (view.to - view.from) * BESIDE;
  const beside = { from: Math.max(0, view.from - size), to: Math.min(length, view.to + size) };
  return [...seen, ...tilesOf(scale, level + 1, beside), ...tilesOf(scale, level + 3, beside)];
}
