import { drawLevels } from './drawLevels.ts';
import { drawPeaks, liftOf } from './drawPeaks.ts';
import { AXIS_PX, heightOf, type Scene, STRIP_PX } from './scene.ts';
import { fitting, marks } from './axis.ts';

const MARKS_APART_PX = 90;
const BAND_PX = 5;
/** What is shorter on the screen is drawn this wide. */
const LEAST_PX = 2;
const LABEL_GAP_PX = 6;
/** How much of a colour lies behind the waveform. */
const SECTION_WASH = 0.13;
const SELECTION_WASH = 0.25;

/** Draws the scene anew, all of it: it takes a millisecond or two, however long the recording is. */
export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, density, view } = scene;
  const { width } = layout;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, heightOf(layout));
  context.font = scene.font;
  context.textBaseline = 'alphabetic';
  const seconds = view.to - view.from;
  if (!(seconds > 0) || !(width > 0)) return;
  const pixels = width / seconds;
  const xOf = (at: number): number => (at - view.from) * pixels;
  paintBack(context, scene, xOf);
  context.fillStyle = scene.colours.wave;
  context.strokeStyle = scene.colours.wave;
  context.lineWidth = 1;
  drawPeaks(
    context,
    scene.peaks,
    view,
    { top: STRIP_PX, height: layout.wave, width },
    { step: 1 / density, lift: liftOf((seconds * scene.sampleRate) / width) },
  );
  if (layout.levels > 0) {
    drawLevels(
      context,
      scene.levels,
      view,
      { top: STRIP_PX + layout.wave, height: layout.levels, width },
      {
        colours: {
          level: scene.colours.level,
          floor: scene.colours.softText,
          threshold: scene.colours.section,
          grid: scene.colours.line,
          text: scene.colours.softText,
        },
        step: 1 / density,
      },
    );
  }
  paintStrip(context, scene, xOf);
  paintAxis(context, scene);
}

type XOf = (at: number) => number;

/** Behind the waveform: what is selected, sections and gaps. */
function paintBack(context: CanvasRenderingContext2D, scene: Scene, xOf: XOf): void {
  const { marks: marked, colours, layout, selection, view } = scene;
  const height = layout.wave + layout.levels;
  for (const section of marked.sections) {
    if (section.to < view.from || section.from > view.to) continue;
    const x = xOf(section.from);
    context.fillStyle = section.chosen ? colours.chosen : colours.section;
    wash(context, SECTION_WASH, () => context.fillRect(x, STRIP_PX, Math.max(LEAST_PX, xOf(section.to) - x), height));
  }
  for (const gap of marked.gaps) {
    if (gap.to < view.from || gap.from > view.to) continue;
    hatch(context, Math.max(0, xOf(gap.from)), Math.min(layout.width, xOf(gap.to)), height, colours);
  }
  if (selection) {
    context.fillStyle = colours.selection;
    const x = xOf(selection.from);
    wash(context, SELECTION_WASH, () => context.fillRect(x, 0, xOf(selection.to) - x, STRIP_PX + height));
  }
  context.fillStyle = colours.line;
  context.fillRect(0, STRIP_PX + height, layout.width, 1);
}

function wash(context: CanvasRenderingContext2D, alpha: number, draw: () => void): void {
  context.globalAlpha = alpha;
  draw();
  context.globalAlpha = 1;
}

function hatch(
  context: CanvasRenderingContext2D,
  from: number,
  to: number,
  height: number,
  { gap, edge }: Scene['colours'],
): void {
  const width = Math.max(LEAST_PX, to - from);
  context.save();
  context.beginPath();
  context.rect(from, STRIP_PX, width, height);
  context.clip();
  context.fillStyle = gap;
  context.fillRect(from, STRIP_PX, width, height);
  context.strokeStyle = edge;
  context.beginPath();
  for (let x = from - height; x < from + width; x += 8) {
    context.moveTo(x, STRIP_PX + height);
    context.lineTo(x + height, STRIP_PX);
  }
  context.stroke();
  context.restore();
}

/** Above the waveform: a band for every section, a flag for every marker, a tick for every title. */
function paintStrip(context: CanvasRenderingContext2D, scene: Scene, xOf: XOf): void {
  const { marks: marked, colours, layout, view } = scene;
  for (const section of marked.sections) {
    if (section.to < view.from || section.from > view.to) continue;
    const x = xOf(section.from);
    const width = Math.max(LEAST_PX, xOf(section.to) - x);
    context.fillStyle = section.chosen ? colours.chosen : colours.section;
    // What was discarded is a line, what was starred is higher: never colour alone.
    const height = section.verdict === 'discard' ? 1 : section.verdict === 'star' ? BAND_PX + 4 : BAND_PX;
    context.fillRect(x, STRIP_PX - height, width, height);
  }
  let free = -Infinity;
  for (const { at, label } of marked.titles) {
    const x = xOf(at);
    if (x < -200 || x > layout.width) continue;
    context.fillStyle = colours.line;
    context.fillRect(x, STRIP_PX, 1, layout.wave);
    free = text(context, label, x + 3, STRIP_PX + layout.wave - 4, free, colours.softText, layout.width);
  }
  free = -Infinity;
  for (const { at, label } of marked.markers) {
    const x = xOf(at);
    if (x < -200 || x > layout.width + 8) continue;
    context.fillStyle = colours.marker;
    context.fillRect(x, 0, 1, STRIP_PX + layout.wave + layout.levels);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x + 8, 4);
    context.lineTo(x, 8);
    context.fill();
    free = text(context, label, x + 10, 11, free, colours.text, layout.width);
  }
}

/** Writes where there is room; returns where the next text may begin. */
function text(
  context: CanvasRenderingContext2D,
  words: string,
  x: number,
  y: number,
  free: number,
  colour: string,
  width: number,
): number {
  if (words === '' || x < free || x > width) return free;
  context.fillStyle = colour;
  context.fillText(words, x, y);
  return x + context.measureText(words).width + LABEL_GAP_PX;
}

function paintAxis(context: CanvasRenderingContext2D, scene: Scene): void {
  const { layout, view, colours } = scene;
  const top = heightOf(layout) - AXIS_PX;
  const all = marks(
    scene.startedAt + view.from * 1000,
    scene.offsetMinutes,
    (view.to - view.from) * 1000,
    layout.width,
    MARKS_APART_PX,
  );
  for (const { position, label } of fitting(all, layout.width)) {
    const x = position * layout.width;
    context.fillStyle = colours.edge;
    context.fillRect(x, top, 1, AXIS_PX);
    context.fillStyle = colours.softText;
    context.fillText(label, x + 4, top + 14);
  }
}
