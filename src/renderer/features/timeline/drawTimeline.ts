import type { Lane } from '../../../shared/contract/review.ts';
import type { Marker } from '../../../shared/domain/section.ts';
import type { Palette } from '../../elements/palette.ts';
import { AXIS_HEIGHT, extentBox, gapBox, LANE_HEIGHT, LEAST_WIDTH_PX, type Scale, sectionBox, xOf } from './layout.ts';
import type { Tick } from './ticks.ts';

export interface Scene extends Scale {
  /** px, the axis included. */
  readonly height: number;
  readonly scrollTop: number;
  readonly lanes: readonly Lane[];
  readonly markers: readonly Marker[];
  readonly ticks: readonly Tick[];
  /** ms since 1970 UTC. */
  readonly now: number;
  /** What plays now; undefined when nothing is open. */
  readonly playhead: number | undefined;
  /** The event that verdicts are about. */
  readonly chosen: { readonly from: number; readonly to: number; readonly ids: ReadonlySet<string> } | undefined;
  readonly palette: Palette;
  readonly hatch: CanvasPattern | string;
}

const FONT = "500 12px 'Inter Variable', system-ui, sans-serif";
const LABEL_PX = 4;
const MARKER_PX = 5;

type Context = CanvasRenderingContext2D;

/** Lines that are neither too wide nor between two pixels. */
const crisp = (x: number): number => Math.round(x);

/** A hatched area, as the lists show gaps. */
export function hatchPattern(context: Context, { fieldLine, hatch }: Palette, ratio: number): CanvasPattern | string {
  const size = 6;
  const tile = new OffscreenCanvas(size * ratio, size * ratio);
  const pen = tile.getContext('2d');
  if (!pen) return hatch;
  pen.scale(ratio, ratio);
  pen.strokeStyle = fieldLine;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const offset of [-size, 0, size]) {
    pen.moveTo(offset, size);
    pen.lineTo(offset + size, 0);
  }
  pen.stroke();
  const pattern = context.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern ?? hatch;
}

/** Draws what is seen: hours, lanes with audio, gaps and sections, markers, the playhead and now. */
export function drawTimeline(context: Context, scene: Scene): void {
  const { width, height, palette } = scene;
  context.clearRect(0, 0, width, height);
  drawGrid(context, scene);
  context.save();
  context.beginPath();
  context.rect(0, AXIS_HEIGHT, width, height - AXIS_HEIGHT);
  context.clip();
  for (const [index, lane] of scene.lanes.entries()) {
    const top = AXIS_HEIGHT + index * LANE_HEIGHT - scene.scrollTop;
    if (top < height && top + LANE_HEIGHT > AXIS_HEIGHT) drawLane(context, scene, lane, top);
  }
  context.restore();
  const now = crisp(xOf(scene, scene.now));
  if (now >= 0 && now <= width) drawNow(context, scene, now);
  for (const marker of scene.markers) drawMarker(context, scene, marker);
  if (scene.playhead !== undefined) {
    const x = crisp(xOf(scene, scene.playhead));
    context.fillStyle = palette.text;
    if (x >= 0 && x <= width) context.fillRect(x, AXIS_HEIGHT - 4, 2, height);
  }
}

function drawGrid(context: Context, scene: Scene): void {
  const { width, height, palette } = scene;
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const { at, label, isDay } of scene.ticks) {
    const x = crisp(xOf(scene, at));
    context.fillStyle = isDay ? palette.lineStrong : palette.line;
    context.fillRect(x, 0, 1, height);
    context.fillStyle = palette.textSoft;
    if (x + LABEL_PX + context.measureText(label).width < width) context.fillText(label, x + LABEL_PX, AXIS_HEIGHT / 2);
  }
  context.fillStyle = palette.line;
  context.fillRect(0, AXIS_HEIGHT - 1, width, 1);
}

function drawLane(context: Context, scene: Scene, lane: Lane, top: number): void {
  const { width, palette, chosen } = scene;
  context.fillStyle = palette.line;
  context.fillRect(0, top + LANE_HEIGHT - 1, width, 1);

  const audio = extentBox(top);
  for (const { from, to, state, analysed } of lane.extents) {
    const end = state === 'recording' ? Math.max(to, scene.now) : to;
    const box = boxOf(scene, from, end, 1);
    if (!box) continue;
    context.fillStyle = analysed || state === 'recording' ? palette.blue : palette.blueSoft;
    context.fillRect(box.x, audio.y, box.width, audio.height);
    // Where one recording ends and the next begins.
    if (box.width > 12) {
      context.fillStyle = palette.ground;
      context.fillRect(box.x + box.width - 1, audio.y, 1, audio.height);
    }
  }

  const hole = gapBox(top);
  for (const { from, to } of lane.gaps) {
    const box = boxOf(scene, from, to, LEAST_WIDTH_PX);
    if (!box) continue;
    context.fillStyle = palette.hatch;
    context.fillRect(box.x, hole.y, box.width, hole.height);
    context.fillStyle = box.width < 6 ? palette.fieldLine : scene.hatch;
    context.fillRect(box.x, hole.y, box.width, hole.height);
  }

  for (const { id, from, to, score, verdict } of lane.sections) {
    const box = boxOf(scene, from, to, LEAST_WIDTH_PX);
    if (!box) continue;
    const { y, height } = sectionBox(top, score);
    context.globalAlpha = verdict === 'discard' ? 0.4 : 1;
    context.fillStyle = palette.orange;
    context.fillRect(box.x, y, box.width, height);
    context.globalAlpha = 1;
    if (verdict === 'star') drawStar(context, box.x + box.width / 2, y - 1, palette.text);
    if (chosen?.ids.has(id) === true) outline(context, box.x, y, box.width, height, palette.text);
  }
}

/** From left to right in px, cut off at the edges of what is seen; undefined when it is out of sight. */
function boxOf(scene: Scene, from: number, to: number, least: number): { x: number; width: number } | undefined {
  const left = xOf(scene, from);
  const right = Math.max(xOf(scene, to), left + least);
  if (right < 0 || left > scene.width) return undefined;
  const x = Math.max(-2, left);
  return { x, width: Math.min(scene.width + 2, right) - x };
}

function outline(context: Context, x: number, y: number, width: number, height: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.strokeRect(x - 2, y - 2, width + 4, height + 4);
}

/** A small diamond above a starred section: a shape, and not a colour alone. */
function drawStar(context: Context, x: number, y: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 3, y - 2);
  context.lineTo(x, y + 1);
  context.lineTo(x - 3, y - 2);
  context.fill();
}

function drawNow(context: Context, { height, palette }: Scene, x: number): void {
  context.fillStyle = palette.textSoft;
  for (let y = AXIS_HEIGHT; y < height; y += 4) context.fillRect(x, y, 1, 2);
  context.beginPath();
  context.moveTo(x - 4, AXIS_HEIGHT - 7);
  context.lineTo(x + 5, AXIS_HEIGHT - 7);
  context.lineTo(x + 0.5, AXIS_HEIGHT - 1);
  context.fill();
}

/** A flag on the axis and a line through all lanes. */
function drawMarker(context: Context, scene: Scene, { at }: Marker): void {
  const x = crisp(xOf(scene, at));
  if (x < -MARKER_PX || x > scene.width + MARKER_PX) return;
  context.fillStyle = scene.palette.yellow;
  context.fillRect(x, 2, 1, scene.height);
  context.beginPath();
  context.moveTo(x, 2);
  context.lineTo(x + 8, 6);
  context.lineTo(x, 10);
  context.fill();
}
