import { type FrameHeader, FrameParser, type FrameSyntax } from '../../containers/frameParser.ts';
import { type ByteReader, PIECE_BYTES } from './unitFile.ts';

/** A frame whose place is certain. */
export interface FramePlace {
  /** Of its first sample frame. */
  readonly position: number;
  /** Bytes before it in the file. */
  readonly at: number;
}

/** Where frames stand in a file, about one a second. */
export interface FrameIndex {
  /** Of the places, in order; the first frame of the file is among them. */
  readonly positions: readonly number[];
  readonly offsets: readonly number[];
  /** Behind the last whole frame, in sample frames. */
  readonly end: number;
}

type Note = (position: number, at: number) => void;

/**
 * Looks at the header of every frame from `first` on. Where the next header is not where it should be, everything from
 * there on is read as the recorder reads a stream, so that damaged parts are counted as it counts them. `before`: an
 * index of the file when it was shorter.
 */
export async function buildFrameIndex(
  reader: ByteReader,
  syntax: FrameSyntax,
  { place: first, header }: { readonly place: FramePlace; readonly header: FrameHeader },
  before?: FrameIndex,
): Promise<FrameIndex> {
  const spacing = header.sampleRate;
  const positions = [...(before?.positions ?? [])];
  const offsets = [...(before?.offsets ?? [])];
  const from = before && before.positions.length > 0 ? placeBefore(before, Infinity) : first;
  const note: Note = (position, at) => {
    if (positions.length > 0 && position - (positions.at(-1) ?? 0) < spacing) return;
    positions.push(position);
    offsets.push(at);
  };
  const place = await hop(reader, syntax, from, note);
  return { end: await crawl(reader, syntax, place, note), positions, offsets };
}

/** The last place at or before `position`. */
export function placeBefore({ positions, offsets }: FrameIndex, position: number): FramePlace {
  let low = 0;
  let high = positions.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((positions[middle] ?? 0) <= position) low = middle;
    else high = middle;
  }
  return { position: positions[low] ?? 0, at: offsets[low] ?? 0 };
}

/** From header to header. Returns the frame before the last one that a header follows where it should. */
async function hop(reader: ByteReader, syntax: FrameSyntax, first: FramePlace, note: Note): Promise<FramePlace> {
  let pieceAt = first.at;
  let piece = await reader.read(pieceAt, PIECE_BYTES);
  let before = first;
  let { position, at } = first;
  let header = syntax.read(piece, 0);
  const key = header?.key;
  while (header) {
    const next = at + header.bytes;
    if (next + syntax.headerBytes > pieceAt + piece.length) {
      pieceAt = next;
      piece = await reader.read(pieceAt, PIECE_BYTES);
      if (piece.length < syntax.headerBytes) break;
    }
    const following = syntax.read(piece, next - pieceAt);
    if (following?.key !== key) break;
    note(position, at);
    before = { position, at };
    position += header.samples;
    at = next;
    header = following;
  }
  return before;
}

/** Reads the rest; returns where it ends, in sample frames. */
async function crawl(reader: ByteReader, syntax: FrameSyntax, from: FramePlace, note: Note): Promise<number> {
  const parser = new FrameParser(syntax);
  let { position, at } = from;
  const take = (frames: readonly { readonly bytes: number; readonly samples: number }[], skipped: number): void => {
    for (const { bytes, samples } of frames) {
      // What was skipped may stand anywhere in between: then no place is certain.
      if (skipped === 0) note(position, at);
      position += samples;
      at += bytes;
    }
    at += skipped;
  };
  for (let next = from.at; next < reader.size;) {
    const bytes = await reader.read(next, PIECE_BYTES / 4);
    if (bytes.length === 0) break;
    next += bytes.length;
    const { block, skipped, changedTo } = parser.push(bytes);
    take(block?.frames ?? [], skipped);
    if (changedTo) return position;
  }
  const { block, skipped } = parser.flush();
  take(block?.frames ?? [], skipped);
  return position;
}
