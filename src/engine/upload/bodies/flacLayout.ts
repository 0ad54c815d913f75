import { concat } from '../../containers/bytes.ts';
import { findFrame } from '../../containers/flac/findFrame.ts';
import { type FlacFormat, FlacParser, type FlacHeaders } from '../../containers/flac/flacParser.ts';
import {
  BLOCK_HEADER_BYTES,
  BLOCK_STREAM_INFO,
  isStreamMarker,
  metadataBlock,
  readStreamInfo,
  STREAM_MARKER,
  type StreamInfo,
  writeStreamInfo,
} from '../../containers/flac/metadata.ts';
import { ID3V2_HEADER_BYTES, tagBytes } from '../../containers/id3.ts';
import type { ParsedParts, StreamPart } from '../../containers/streamPart.ts';
import { withoutAudio } from './fileBody.ts';
import type { FileWindow } from './fileWindow.ts';
import { ADVANCE_BYTES, type Layout } from './layout.ts';
import { type Place, PlaceTable } from './placeTable.ts';
import { Turn } from './turn.ts';

const LAST_BLOCK = 0x80;
const MOST_BLOCKS = 1000;
/** Read at once. */
const PIECE_BYTES = 32 * 1024;
/** Looked at in one step: there may be 150 frames of silence in it. */
const STEP_BYTES = 2 * 1024;
/** In front of the first frame, and of one that is looked for. */
const PROBE_BYTES = 4.5 * 1024 * 1024;
const SMALLEST_BLOCK = 16;
const LARGEST_BLOCK = 0xffff;

/** Frames that follow each other; behind the last one of them, the next run begins. */
export interface FlacRun extends Place {
  /** In the file, behind its last frame. */
  readonly end: number;
  /** Its own sample frames. */
  readonly length: number;
}

/** Frames of native FLAC behind a header that states what does not change; the file's own is written to as it grows. */
export class FlacLayout implements Layout {
  readonly mimeType = 'audio/flac';
  readonly runs: PlaceTable<FlacRun>;
  readonly #from: number;
  #info: StreamInfo | undefined;
  #framesAt = 0;
  #head: Uint8Array | undefined;
  #format: FlacFormat | undefined;
  #parser = new FlacParser();
  #fed = 0;
  #end = 0;
  #samples = 0;
  /** Bytes that are no frames, since the last frame. */
  #skipped = 0;
  #isDone = false;

  /** `runBytes`: the least distance between two runs that are remembered. */
  constructor(from: number, runBytes: number) {
    this.#from = from;
    this.runs = new PlaceTable(runBytes);
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  /** What its frames have in common; undefined before the first. */
  get format(): FlacFormat | undefined {
    return this.#format;
  }

  get start(): number {
    return Math.max(this.#from, this.#framesAt);
  }

  get end(): number {
    return this.#end;
  }

  /** Sample frames from `start` to `end`. */
  get samples(): number {
    return this.#samples;
  }

  get sampleRate(): number {
    return this.#format?.sampleRate ?? 0;
  }

  async advance(window: FileWindow, isClosed: boolean): Promise<boolean> {
    if (!this.#info && !(await this.#readStart(window))) {
      if (isClosed) throw withoutAudio('FLAC');
      return true;
    }
    if (this.#fed > window.size) this.#resume(this.#end);
    const until = this.#fed + ADVANCE_BYTES;
    while (!this.#isDone && this.#fed < window.size && this.#fed < until) {
      const bytes = await window.read(this.#fed, PIECE_BYTES);
      this.#fed += bytes.length;
      // What it keeps must not change when the window goes on.
      this.#take(await parseInSteps(this.#parser, Uint8Array.from(bytes)));
    }
    if (this.#fed < window.size) return false;
    if (!isClosed || this.#isDone) return true;
    this.#take(this.#parser.flush());
    this.#isDone = true;
    if (!this.#head) throw withoutAudio('FLAC');
    return true;
  }

  reset(): void {
    this.#info = undefined;
    this.#isDone = false;
    this.#samples = 0;
    this.runs.clear();
  }

  samplesAt(position: number): number {
    return position >= this.#end ? this.#samples : this.runs.samplesAt(position);
  }

  async unitAt(window: FileWindow, position: number): Promise<number> {
    let at = this.runs.before(position)?.at ?? this.start;
    for (;;) {
      const bytes = await window.read(at, Math.min(PROBE_BYTES, this.#end - at));
      const found = findFrame(bytes, 0, { isLikely: () => true, isEnd: true });
      if (!found || at + found.end > position) return at;
      at += found.end;
      if (at >= this.#end) return this.#end;
    }
  }

  #resume(at: number): void {
    this.#parser = new FlacParser();
    if (this.#head) this.#parser.push(this.#head);
    this.#fed = at;
    this.#skipped = 0;
    this.#isDone = false;
  }

  /** Passes what stands before the frames; false while the file is too short for it. */
  async #readStart(window: FileWindow): Promise<boolean> {
    let at = 0;
    for (let header = await window.read(at, ID3V2_HEADER_BYTES); ; header = await window.read(at, ID3V2_HEADER_BYTES)) {
      const tag = header.length < ID3V2_HEADER_BYTES ? 0 : tagBytes(header, 0);
      if (tag === 0) break;
      at += tag;
    }
    const marker = await window.read(at, STREAM_MARKER.length);
    if (marker.length < STREAM_MARKER.length) return false;
    if (!isStreamMarker(marker, 0)) throw withoutAudio('FLAC');
    at += STREAM_MARKER.length;
    let info: StreamInfo | undefined;
    for (let isLast = false, count = 0; !isLast && count < MOST_BLOCKS; count += 1) {
      const header = await window.read(at, BLOCK_HEADER_BYTES);
      if (header.length < BLOCK_HEADER_BYTES) return false;
      const [first = 0, high = 0, middle = 0, low = 0] = header;
      const size = (high << 16) | (middle << 8) | low;
      isLast = (first & LAST_BLOCK) !== 0;
      at += BLOCK_HEADER_BYTES;
      if ((first & ~LAST_BLOCK) === BLOCK_STREAM_INFO) info ??= readStreamInfo(await window.read(at, size));
      at += size;
    }
    if (at >= window.size) return false;
    if (!info) throw withoutAudio('FLAC');
    this.#info = info;
    this.#framesAt = at;
    this.#end = this.start;
    this.#fed = this.start;
    this.#isDone = false;
    this.#parser = new FlacParser();
    this.#parser.push(headOf(info, true));
    return true;
  }

  #take({ parts, skipped }: ParsedParts<FlacHeaders>): void {
    let bytes = 0;
    let samples = 0;
    for (const part of parts) {
      // What goes on in another format, players pass over, too.
      if (part.kind === 'headers') this.#takeFormat(part.headers.format);
      else if (part.kind === 'block') {
        bytes += part.block.bytes.length;
        samples += part.block.samples;
      }
    }
    this.#skipped += skipped;
    if (bytes === 0) return;
    const at = this.#end;
    this.#end += bytes + this.#skipped;
    this.#skipped = 0;
    this.runs.add({ at, samples: this.#samples, end: this.#end, length: samples });
    this.#samples += samples;
  }

  #takeFormat(format: FlacFormat): void {
    this.#format ??= format;
    if (this.#info) this.#head ??= headOf(this.#info, format.variable);
  }
}

/** Feeds a parser, and lets others have their turn. */
export async function parseInSteps(parser: FlacParser, bytes: Uint8Array): Promise<ParsedParts<FlacHeaders>> {
  const turn = new Turn();
  const parts: StreamPart<FlacHeaders>[] = [];
  let skipped = 0;
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    const parsed = parser.push(bytes.subarray(at, at + STEP_BYTES));
    for (const part of parsed.parts) parts.push(part);
    skipped += parsed.skipped;
    await turn.rest();
  }
  return { parts, skipped };
}

/** `fLaC` and a STREAMINFO that is true at any length. */
function headOf(info: StreamInfo, variable: boolean): Uint8Array {
  const sizes = variable ? { minBlockSize: SMALLEST_BLOCK, maxBlockSize: LARGEST_BLOCK } : {};
  const bytes = writeStreamInfo({ ...info, ...sizes, minFrameBytes: 0, maxFrameBytes: 0, totalSamples: 0 });
  const block = metadataBlock(BLOCK_STREAM_INFO, bytes, true);
  return concat([STREAM_MARKER, block], STREAM_MARKER.length + block.length);
}
