import { type FoundFrame, findFrame } from '../../containers/flac/findFrame.ts';
import { type FlacHeaders, FlacParser } from '../../containers/flac/flacParser.ts';
import { type FlacFrameHeader } from '../../containers/flac/frameHeader.ts';
import type { StreamPart } from '../../containers/streamPart.ts';
import { type FlacHead, readFlacHead } from './flacHead.ts';
import {
  type ByteReader,
  FIRST_PIECE_BYTES,
  PIECE_BYTES,
  type UnitRun,
  type Units,
  damaged,
  withoutBefore,
  withoutBehind,
} from './unitFile.ts';

/** Where a frame stands. */
interface Place {
  /** Position of its first sample frame. */
  readonly start: number;
  /** Bytes from the start of the file. */
  readonly at: number;
}

/** From a place that is no further before the wanted one, frames are read one after the other. */
const NEAR_BYTES = 96 * 1024;
/** No frame is longer (8 channels of 32 bits, 65535 samples each), and the next one's header stands behind it. */
const LARGEST_PROBE = 4.5 * 1024 * 1024;
const FIRST_PROBE = 32 * 1024;
/** Something else at the end of a file, such as a picture, is passed over up to here. */
const LARGEST_TAIL = 64 * 1024 * 1024;
/** Places that are remembered while the file is open. */
const MOST_KNOWN = 32;
/** A search that takes more steps only halves what is left. */
const GUESSES = 8;

/** The frames of a FLAC file, found by its seek table, and by bisection where that is missing or wrong. */
export class FlacUnits implements Units {
  readonly container = 'flac';
  readonly origin = 0;
  readonly end: number;
  readonly headers: FlacHeaders;
  readonly #reader: ByteReader;
  readonly #head: FlacHead;
  readonly #first: Place;
  /** Frames that were found, in order. */
  readonly #known: Place[] = [];

  private constructor(reader: ByteReader, head: FlacHead, headers: FlacHeaders, first: Place, end: number) {
    this.#reader = reader;
    this.#head = head;
    this.headers = headers;
    this.#first = first;
    this.end = end;
  }

  /** Throws DAMAGED. */
  static async open(reader: ByteReader): Promise<FlacUnits> {
    const head = await readFlacHead(reader);
    const probe = await probeFrame(reader, head.firstFrameAt, reader.size, () => true);
    if (!probe) throw damaged('there is none in this FLAC file');
    const headers = await readHeaders(reader, head, probe.at);
    const first = { at: probe.at, start: startOf(probe.header, headers) };
    const end = await findEnd(reader, head, headers, first);
    return new FlacUnits(reader, head, headers, first, end);
  }

  /** A header with nothing but STREAMINFO, for a parser that begins in the middle. */
  get shortHead(): Uint8Array {
    return this.#head.short;
  }

  async *runs(from: number, to: number): AsyncGenerator<UnitRun> {
    if (from >= this.end || to <= this.#first.start) return;
    const place = await this.#locate(Math.max(from, this.#first.start));
    for await (const run of readFrames(this.#reader, this.#head.short, place)) {
      const behind = withoutBefore(run, from);
      const within = behind && withoutBehind(behind, to);
      if (within) yield within;
      if (run.start + run.block.samples >= to) return;
    }
  }

  /** A frame at or before `position`, and not far from it. */
  async #locate(position: number): Promise<Place> {
    const end: Place = { start: this.end, at: this.#reader.size };
    let low = this.#known.findLast((place) => place.start <= position) ?? (await this.#trySeekTable(position));
    let high = this.#known.find((place) => place.start > position) ?? end;
    for (let step = 0; high.at - low.at > NEAR_BYTES; step += 1) {
      const bytesPerSample = (high.at - low.at) / Math.max(1, high.start - low.start);
      const distance = (position - low.start) * bytesPerSample;
      if (distance < NEAR_BYTES && step > 0 && step < GUESSES) break;
      const ahead = step < GUESSES ? distance - NEAR_BYTES / 2 : (high.at - low.at) / 2;
      const guess = Math.max(low.at + 1, Math.min(high.at - 1, low.at + Math.floor(ahead)));
      const place = await this.#frameBehind(guess, low, high);
      if (!place || place.start > position) high = { start: place?.start ?? high.start, at: guess };
      else low = place;
    }
    this.#learn(low);
    return low;
  }

  /** The same place, and what is near it, is asked for several times. */
  #learn(place: Place): void {
    if (this.#known.some(({ at }) => at === place.at)) return;
    if (this.#known.length >= MOST_KNOWN) this.#known.shift();
    this.#known.push(place);
    this.#known.sort((one, other) => one.at - other.at);
  }

  /** The first frame from `guess` on, when it lies between the two. */
  async #frameBehind(guess: number, low: Place, high: Place): Promise<Place | undefined> {
    const isLikely = (header: FlacFrameHeader): boolean => {
      const start = startOf(header, this.headers);
      return isAlike(header, this.headers) && start > low.start && start <= high.start;
    };
    const found = await probeFrame(this.#reader, guess, high.at, isLikely);
    return found && { at: found.at, start: startOf(found.header, this.headers) };
  }

  /** What the table states counts once a frame of that number was found there. */
  async #trySeekTable(position: number): Promise<Place> {
    const point = this.#head.seekPoints.findLast(({ sample }) => sample <= position);
    if (!point || point.at <= this.#first.at || point.at >= this.#reader.size) return this.#first;
    const found = await probeFrame(this.#reader, point.at, point.at + 1, (header) => isAlike(header, this.headers));
    const isTrue = found?.at === point.at && startOf(found.header, this.headers) === point.sample;
    return isTrue ? { at: point.at, start: point.sample } : this.#first;
  }
}

/** The first proven frame that begins from `from` on and before `limit`. */
async function probeFrame(
  reader: ByteReader,
  from: number,
  limit: number,
  isLikely: (header: FlacFrameHeader) => boolean,
): Promise<FoundFrame | undefined> {
  for (let length = FIRST_PROBE; ; length = Math.min(LARGEST_PROBE, 4 * length)) {
    const bytes = await reader.read(from, length);
    const isEnd = bytes.length < length || from + length >= reader.size;
    const found = findFrame(bytes, 0, { isLikely, isEnd });
    if (found) return from + found.at < limit ? { ...found, at: from + found.at, end: from + found.end } : undefined;
    if (isEnd || length === LARGEST_PROBE) return undefined;
  }
}

/** Frames from a place on to the end of the file, or to where it goes on in another format. */
async function* readFrames(reader: ByteReader, head: Uint8Array, place: Place): AsyncGenerator<UnitRun> {
  const parser = new FlacParser();
  let start = place.start;
  let at: number | undefined = place.at;
  let hasHeaders = false;
  const take = function* (parts: readonly StreamPart<FlacHeaders>[], skipped: number): Generator<UnitRun, boolean> {
    if (skipped > 0) at = undefined;
    for (const part of parts) {
      if (part.kind === 'headers') {
        if (hasHeaders) return true;
        hasHeaders = true;
      } else if (part.kind === 'hole') {
        start += part.samples;
      } else {
        yield { start, block: part.block, at };
        start += part.block.samples;
        if (at !== undefined) at += part.block.bytes.length;
      }
    }
    return false;
  };
  parser.push(head);
  for (
    let next = place.at, length = FIRST_PIECE_BYTES;
    next < reader.size;
    length = Math.min(PIECE_BYTES, 2 * length)
  ) {
    const bytes = await reader.read(next, length);
    if (bytes.length === 0) break;
    next += bytes.length;
    const { parts, skipped } = parser.push(bytes);
    if (yield* take(parts, skipped)) return;
  }
  yield* take(parser.flush().parts, 0);
}

/** What the frames of the file have in common, from its first ones. */
async function readHeaders(reader: ByteReader, head: FlacHead, at: number): Promise<FlacHeaders> {
  const parser = new FlacParser();
  const parts = [...parser.push(head.short).parts];
  for (let next = at; next < Math.min(reader.size, at + LARGEST_PROBE); next += FIRST_PIECE_BYTES) {
    parts.push(...parser.push(await reader.read(next, FIRST_PIECE_BYTES)).parts);
    if (parts.length > 0) break;
  }
  if (parts.length === 0) parts.push(...parser.flush().parts);
  const found = parts.find((part) => part.kind === 'headers');
  if (found?.kind !== 'headers') throw damaged('there is none in this FLAC file');
  return { ...found.headers, comments: head.comments };
}

/** Position behind the last whole frame. */
async function findEnd(reader: ByteReader, head: FlacHead, headers: FlacHeaders, first: Place): Promise<number> {
  const isLikely = (header: FlacFrameHeader): boolean =>
    isAlike(header, headers) && startOf(header, headers) >= first.start;
  for (let length = FIRST_PROBE; ; length *= 4) {
    const from = Math.max(first.at, reader.size - length);
    const found = from === first.at ? undefined : await probeFrame(reader, from, reader.size, isLikely);
    const place = found ? { at: found.at, start: startOf(found.header, headers) } : first;
    if (found || from === first.at) {
      let end = place.start;
      for await (const { start, block } of readFrames(reader, head.short, place)) end = start + block.samples;
      return end;
    }
    // So long a stretch of something else: what is before it is not looked for.
    if (length > LARGEST_TAIL) throw damaged('its end is not FLAC');
  }
}

function startOf(header: FlacFrameHeader, { format }: FlacHeaders): number {
  return header.variable ? header.number : header.number * format.blockSize;
}

function isAlike(header: FlacFrameHeader, { format }: FlacHeaders): boolean {
  return (
    header.variable === format.variable &&
    header.channels === format.channels &&
    (header.sampleRate === 0 || header.sampleRate === format.sampleRate) &&
    (header.bitDepth === 0 || header.bitDepth === format.bitDepth) &&
    (format.variable || header.blockSize <= format.blockSize)
  );
}
