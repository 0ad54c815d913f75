import { LongtakeError } from '../../../shared/errors.ts';

/** A run of whole boxes of a chunk that becomes one object. */
export interface SegmentPart {
  readonly kind: 'init' | 'segment';
  readonly bytes: Uint8Array;
  /** Of a segment, sample frames. */
  readonly samples: number;
  /** Of an init segment, Hz. */
  readonly timescale: number;
}

const HEADER = 8;
/** `styp` begins a segment, and `moof` where there is none before it. */
const STARTS: ReadonlySet<string> = new Set(['ftyp', 'styp', 'moof']);

interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Takes a chunk of fragmented MP4 apart at its segments (ISO/IEC 14496-12 8.16). Throws DAMAGED when a box reaches
 * beyond the chunk.
 */
export function segmentsOf(chunk: Uint8Array): readonly SegmentPart[] {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const parts: SegmentPart[] = [];
  let start = 0;
  let inside: Box[] = [];
  const finish = (to: number): void => {
    if (inside.length > 0) parts.push(partOf(view, chunk.subarray(start, to), inside));
    inside = [];
    start = to;
  };
  for (const box of boxesIn(view, 0, chunk.length)) {
    const before = inside.at(-1)?.type;
    if (STARTS.has(box.type) && before !== 'styp' && before !== 'ftyp') finish(box.from);
    inside.push(box);
  }
  finish(chunk.length);
  return parts;
}

function partOf(view: DataView, bytes: Uint8Array, boxes: readonly Box[]): SegmentPart {
  const movie = boxes.find(({ type }) => type === 'moov');
  if (movie) return { kind: 'init', bytes, samples: 0, timescale: timescaleOf(view, movie) };
  const samples = boxes
    .filter(({ type }) => type === 'moof')
    .flatMap((moof) => find(view, moof, ['traf']))
    .reduce((sum, traf) => sum + samplesOf(view, traf), 0);
  return { kind: 'segment', bytes, samples, timescale: 0 };
}

/** 8.8.7 and 8.8.8, as our own writer makes them: one duration for all, no durations in the run. */
function samplesOf(view: DataView, traf: Box): number {
  const [tfhd] = find(view, traf, ['tfhd']);
  if (!tfhd) return 0;
  const flags = view.getUint32(tfhd.from + HEADER) & 0xff_ffff;
  let at = tfhd.from + HEADER + 8;
  if (flags & 0x01) at += 8;
  if (flags & 0x02) at += 4;
  const duration = flags & 0x08 ? view.getUint32(at) : 0;
  return find(view, traf, ['trun']).reduce((sum, { from }) => sum + view.getUint32(from + HEADER + 4) * duration, 0);
}

/** 8.4.2, of the first track. */
function timescaleOf(view: DataView, movie: Box): number {
  const [header] = find(view, movie, ['trak', 'mdia', 'mdhd']);
  if (!header) throw damaged();
  const is64 = view.getUint8(header.from + HEADER) === 1;
  return view.getUint32(header.from + HEADER + (is64 ? 20 : 12));
}

/** The boxes of that path inside of `parent`. */
function find(view: DataView, parent: Box, path: readonly string[]): readonly Box[] {
  const [type, ...rest] = path;
  const found = boxesIn(view, parent.from + HEADER, parent.to).filter((box) => box.type === type);
  return rest.length === 0 ? found : found.flatMap((box) => find(view, box, rest));
}

function boxesIn(view: DataView, from: number, to: number): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; at = boxes.at(-1)?.to ?? to) {
    const size = at + HEADER <= to ? view.getUint32(at) : 0;
    if (size < HEADER || at + size > to) throw damaged();
    const type = String.fromCodePoint(...[4, 5, 6, 7].map((offset) => view.getUint8(at + offset)));
    boxes.push({ type, from: at, to: at + size });
  }
  return boxes;
}

const damaged = (): LongtakeError =>
  new LongtakeError('DAMAGED', 'A segment that was made for an upload is broken. The recording itself is not touched.');
