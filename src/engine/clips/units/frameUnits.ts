import { adtsSyntax } from '../../containers/adts.ts';
import { encoderDelay } from '../../containers/encoderDelay.ts';
import { FrameParser, type FrameHeader, type FrameSyntax } from '../../containers/frameParser.ts';
import { mpegAudioSyntax } from '../../containers/mpegAudio.ts';
import { type ConstantRate, constantRate } from './constantRate.ts';
import { type FrameIndex, type FramePlace, buildFrameIndex, placeBefore } from './frameIndex.ts';
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

const SYNTAXES = { mp3: mpegAudioSyntax, adts: adtsSyntax } as const;
/** Tags and pictures before the first frame. */
const LARGEST_START = 32 * 1024 * 1024;
/** A table about the file is looked for in so many bytes. */
const TABLE_BYTES = 2048;

/** What is known of a file's frames besides the file. */
export interface KnownFrames {
  /** An index of the same file when it had so many bytes; since then it may have grown. */
  readonly kept?: { readonly index: FrameIndex; readonly size: number } | undefined;
}

/** The frames of an MP3 or AAC file, found by their number: computed where the bitrate is constant, else by an index. */
export class FrameUnits implements Units {
  readonly container: 'mp3' | 'adts';
  readonly origin: number;
  readonly end: number;
  readonly format: FrameHeader;
  /** Of the file, bytes. */
  readonly size: number;
  /** The index that was needed to open the file. */
  readonly index: FrameIndex | undefined;
  readonly #reader: ByteReader;
  readonly #syntax: FrameSyntax;
  readonly #first: FramePlace;
  readonly #rate: ConstantRate | undefined;

  private constructor(
    reader: ByteReader,
    container: 'mp3' | 'adts',
    { place, header, origin }: Beginning,
    found: { readonly rate?: ConstantRate | undefined; readonly index?: FrameIndex | undefined },
  ) {
    this.container = container;
    this.#reader = reader;
    this.#syntax = SYNTAXES[container];
    this.#first = place;
    this.format = header;
    this.origin = origin;
    this.size = reader.size;
    this.#rate = found.rate;
    this.index = found.index;
    this.end = found.rate ? found.rate.count * found.rate.samples : (found.index?.end ?? 0);
  }

  /** Reads the headers of the whole file when its bitrate is not constant and no index is known. Throws DAMAGED. */
  static async open(reader: ByteReader, container: 'mp3' | 'adts', known: KnownFrames = {}): Promise<FrameUnits> {
    const syntax = SYNTAXES[container];
    const beginning = await readBeginning(reader, syntax);
    const kept = known.kept && known.kept.size <= reader.size ? known.kept : undefined;
    const rate = container === 'mp3' && !kept ? await constantRate(reader, syntax, beginning.place) : undefined;
    if (rate) return new FrameUnits(reader, container, beginning, { rate });
    if (kept?.size === reader.size) return new FrameUnits(reader, container, beginning, { index: kept.index });
    const index = await buildFrameIndex(reader, syntax, beginning, kept?.index);
    return new FrameUnits(reader, container, beginning, { index });
  }

  async *runs(from: number, to: number): AsyncGenerator<UnitRun> {
    if (from >= this.end || to <= 0) return;
    // One frame more: the last one of a file is taken for one only behind another.
    const place = await this.#placeBefore(Math.max(0, from - this.format.samples));
    for await (const run of this.#parse(place)) {
      const behind = withoutBefore(run, from);
      const within = behind && withoutBehind(behind, to);
      if (within) yield within;
      if (run.start + run.block.samples >= to) return;
    }
  }

  async #placeBefore(position: number): Promise<FramePlace> {
    if (this.#rate) {
      const place = await this.#rate.find(Math.floor(position / this.#rate.samples));
      if (!place) throw damaged('a frame is not where it was');
      return place;
    }
    return this.index ? placeBefore(this.index, position) : this.#first;
  }

  async *#parse(place: FramePlace): AsyncGenerator<UnitRun> {
    const parser = new FrameParser(this.#syntax);
    let start = place.position;
    let at: number | undefined = place.at;
    for (let next = place.at, length = FIRST_PIECE_BYTES; ; length = PIECE_BYTES) {
      const bytes = next < this.#reader.size ? await this.#reader.read(next, length) : new Uint8Array(0);
      next += bytes.length;
      const isEnd = bytes.length === 0;
      const taken = isEnd ? parser.flush() : parser.push(bytes);
      const { block, skipped } = taken;
      if (skipped > 0) at = undefined;
      if (block) {
        yield { start, block, at };
        start += block.samples;
        if (at !== undefined) at += block.bytes.length;
      }
      if (isEnd || ('changedTo' in taken && taken.changedTo)) return;
    }
  }
}

interface Beginning {
  readonly place: FramePlace;
  readonly header: FrameHeader;
  readonly origin: number;
}

/** The first frame of audio, behind tags and the table that an encoder may have put first. */
async function readBeginning(reader: ByteReader, syntax: FrameSyntax): Promise<Beginning> {
  const parser = new FrameParser(syntax);
  let accounted = 0;
  for (let next = 0; next < Math.min(reader.size, LARGEST_START);) {
    const bytes = await reader.read(next, FIRST_PIECE_BYTES);
    next += bytes.length;
    const last = next >= reader.size ? parser : undefined;
    const { block, skipped } = parser.push(bytes);
    const found = block ? { block, skipped } : last?.flush();
    const first = found?.block?.frames?.[0];
    if (found?.block && first) {
      const frame = found.block.bytes.subarray(0, first.bytes);
      const at = await findBytes(reader, accounted, found.skipped, frame);
      const header = syntax.read(frame, 0);
      if (at === undefined || !header) break;
      const channels = header.channels || syntax.channels(frame, 0, header);
      const origin = await delayBefore(reader, syntax, accounted, at);
      return { place: { position: 0, at }, header: { ...header, channels }, origin };
    }
    accounted += skipped;
  }
  throw damaged('no frame of MP3 or AAC is in it');
}

/** Where the frame stands: `skipped` bytes, some of which may come behind it, were passed from `from` on. */
async function findBytes(
  reader: ByteReader,
  from: number,
  skipped: number,
  frame: Uint8Array,
): Promise<number | undefined> {
  const bytes = await reader.read(from, skipped + frame.length);
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(frame);
  return at < 0 ? undefined : from + at;
}

/** What a table right before the first frame says of the beginning. */
async function delayBefore(reader: ByteReader, syntax: FrameSyntax, from: number, first: number): Promise<number> {
  const start = Math.max(from, first - TABLE_BYTES);
  const bytes = await reader.read(start, first - start);
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const header = at + syntax.headerBytes <= bytes.length ? syntax.read(bytes, at) : undefined;
    if (!header || at + header.bytes !== bytes.length) continue;
    const isTable = syntax.describesFile(bytes, at, header);
    return isTable ? encoderDelay(bytes.subarray(at)) : 0;
  }
  return 0;
}
