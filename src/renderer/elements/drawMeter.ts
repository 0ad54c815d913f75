import { type ChannelReading, METER_FLOOR, meterPosition } from '../format/meterBallistics.ts';
import type { Palette } from './palette.ts';

/** Levels that the scale is marked at, dBFS. */
const MARKS = [-48, -36, -24, -18, -12, -6] as const;
/** Room at the right end for the clipping mark, px. */
const CLIP_WIDTH = 4;
const GAP = 2;
const MOST_BARS = 16;

/** Height of one bar, px: fewer channels get thicker bars. */
export function barHeight(channels: number): number {
  if (channels <= 2) return 6;
  return channels <= 8 ? 3 : 2;
}

/** Height of a meter of that many channels, px. */
export function meterHeight(channels: number): number {
  const bars = Math.min(Math.max(1, channels), MOST_BARS);
  return bars * barHeight(channels) + (bars - 1) * GAP;
}

/** Channels beyond what can be told apart share bars; each bar shows the loudest of its channels. */
export function groupBars(readings: readonly ChannelReading[]): ChannelReading[] {
  if (readings.length <= MOST_BARS) return [...readings];
  const size = Math.ceil(readings.length / MOST_BARS);
  const bars: ChannelReading[] = [];
  for (let start = 0; start < readings.length; start += size) {
    const group = readings.slice(start, start + size);
    bars.push({
      peak: Math.max(...group.map(({ peak }) => peak)),
      rms: Math.max(...group.map(({ rms }) => rms)),
      held: Math.max(...group.map(({ held }) => held)),
      clipped: group.some(({ clipped }) => clipped),
    });
  }
  return bars;
}

export interface MeterSize {
  /** px of the page */
  readonly width: number;
  readonly height: number;
}

/** Draws bars from the left: RMS solid, the peak above it lighter, the held peak as a tick, clipping at the end. */
export function drawMeter(
  context: CanvasRenderingContext2D,
  { width, height }: MeterSize,
  readings: readonly ChannelReading[],
  channels: number,
  palette: Palette,
): void {
  const bars = groupBars(readings);
  const count = bars.length > 0 ? bars.length : Math.min(Math.max(1, channels), MOST_BARS);
  const thickness = (height - (count - 1) * GAP) / count;
  const scale = width - CLIP_WIDTH - GAP;
  const x = (dbfs: number): number => Math.round(meterPosition(dbfs) * scale);

  context.clearRect(0, 0, width, height);
  for (let index = 0; index < count; index += 1) {
    const top = index * (thickness + GAP);
    const bar = bars[index];
    context.fillStyle = palette.track;
    context.fillRect(0, top, scale, thickness);
    if (bar) {
      context.fillStyle = palette.blueSoft;
      context.fillRect(0, top, x(bar.peak), thickness);
      context.fillStyle = palette.blue;
      context.fillRect(0, top, x(bar.rms), thickness);
      if (bar.held > METER_FLOOR) {
        context.fillStyle = palette.text;
        context.fillRect(Math.max(0, x(bar.held) - 2), top, 2, thickness);
      }
    }
    context.fillStyle = bar?.clipped === true ? palette.yellow : palette.track;
    context.fillRect(width - CLIP_WIDTH, top, CLIP_WIDTH, thickness);
  }
  context.fillStyle = palette.ground;
  context.globalAlpha = 0.55;
  for (const mark of MARKS) context.fillRect(x(mark), 0, 1, height);
  context.globalAlpha = 1;
}
