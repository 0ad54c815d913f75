import { assertNever } from '../../../shared/assertNever.ts';
import type { AudioFormat, StreamConfig } from '../../../shared/domain/source.ts';
import type { Block } from '../../containers/block.ts';
import { concat } from '../../containers/bytes.ts';
import { IcyRemover } from '../../containers/icy.ts';
import { type StreamKind, SNIFF_BYTES, promisedBy, sniff } from '../../containers/sniff.ts';
import type { StreamHeaders } from '../../containers/streamHeaders.ts';
import { titleOf } from '../../containers/vorbisComment.ts';
import { changed, noFrames, notAudio, otherFormat, outOfStepError } from './formatErrors.ts';
import { TitlePlacement } from './titlePlacement.ts';
import { type ReadUnits, type StreamUnit, type UnitReader, createUnitReader } from './unitReader.ts';

export type StreamContainer = StreamKind;

export interface StreamPromise {
  /** The source's setting; `auto` believes the bytes. */
  readonly format: StreamConfig['format'];
  readonly contentType: string | undefined;
  /** Audio bytes between two titles; undefined when no titles come. */
  readonly icyInterval: number | undefined;
  /** Of the server, for messages. */
  readonly host: string;
}

/** Hears what is in a stream, in order. */
export interface StreamListener {
  /** Once, before the first block. `headers`: of containers that have some. */
  onFormat(container: StreamContainer, format: AudioFormat, headers?: StreamHeaders): void;
  /** The next block is the first behind new headers: it does not go into one file with those before. */
  onSegment(format: AudioFormat, headers: StreamHeaders): void;
  /** Audio is missing before the next block: sample frames as the stream says, 0 when it does not say. */
  onHole(samples: number): void;
  onBlock(block: Block): void;
  /** Only when it changes. It is on air from the next block on. */
  onTitle(title: string): void;
  onSkipped(bytes: number): void;
}

/** Without a single frame in so much, it is not a stream of this kind any more. */
const MOST_SKIPPED = 512 * 1024;

/** Finds titles and frames in the body of an answer. Bytes in, blocks out: no network, no clock. */
export class StreamReader {
  readonly #promise: StreamPromise;
  readonly #listener: StreamListener;
  readonly #icy: IcyRemover | undefined;
  /** Until it is known what the bytes are. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Held bytes that are worth another look. */
  #sniffAt = 1;
  #container: StreamContainer | undefined;
  #units: UnitReader | undefined;
  #format: AudioFormat | undefined;
  readonly #titles: TitlePlacement;
  #audioBytes = 0;
  #skippedInRow = 0;

  constructor(promise: StreamPromise, listener: StreamListener) {
    this.#promise = promise;
    this.#titles = new TitlePlacement(listener);
    this.#listener = this.#titles;
    this.#icy = promise.icyInterval === undefined ? undefined : new IcyRemover(promise.icyInterval);
  }

  /** With the average bitrate up to now; undefined before the first frames. */
  get format(): AudioFormat | undefined {
    return this.#format && (this.#units?.format ?? this.#format);
  }

  /** The newest title that came, also when no audio has followed it yet. */
  get title(): string | undefined {
    return this.#titles.newest;
  }

  /** Takes the next bytes, which it may keep. Throws a LongtakeError when they cannot be recorded. */
  push(bytes: Uint8Array): void {
    if (!this.#icy) {
      this.#audio(bytes);
      return;
    }
    const { audio, titles, outOfStep } = this.#icy.push(bytes);
    // Pages and headers are no part of blocks: there a title is on air with the next one.
    const isExact = this.#container !== 'ogg' && this.#container !== 'flac';
    for (const { text, at } of titles) this.#titles.expect(text, isExact ? this.#audioBytes + at : 0);
    this.#audioPieces(audio);
    if (outOfStep) throw outOfStepError(this.#promise.host);
  }

  #audioPieces(audio: readonly Uint8Array[]): void {
    const [only] = audio;
    if (!only) return;
    // Together: an interval of one byte would otherwise make a piece of each.
    const length = audio.reduce((sum, part) => sum + part.length, 0);
    this.#audioBytes += length;
    this.#audio(audio.length === 1 ? only : concat(audio, length));
  }

  /**
   * The stream ended: gives out what waited for more. Throws STREAM_NOT_AUDIO when nothing in it was audio and what it
   * was is known.
   */
  end(): void {
    if (!this.#units && this.#heldBytes > 0) this.#lookAtHeld();
    if (!this.#units) {
      this.#dropHeld();
      return;
    }
    const { units, skipped } = this.#units.flush();
    for (const unit of units) this.#tell(unit);
    if (skipped > 0) this.#listener.onSkipped(skipped);
  }

  #audio(bytes: Uint8Array): void {
    if (this.#units) {
      this.#take(this.#units.push(bytes));
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < this.#sniffAt) return;
    // A server that sends byte by byte must not have the same bytes looked at thousands of times.
    this.#sniffAt = Math.min(this.#sniffBytes, this.#heldBytes + Math.max(64, this.#heldBytes >> 2));
    this.#lookAtHeld();
  }

  #lookAtHeld(): void {
    const start = concat(this.#held, this.#heldBytes);
    this.#container = this.#decide(start);
    if (!this.#container) return;
    this.#held = [];
    this.#heldBytes = 0;
    this.#units = createUnitReader(this.#container);
    this.#take(this.#units.push(start));
  }

  #decide(start: Uint8Array): StreamContainer | undefined {
    const wanted = this.#expected();
    const found = sniff(start, wanted);
    if (!found) {
      if (start.length >= this.#sniffBytes) throw notAudio(this.#promise, undefined);
      return undefined;
    }
    switch (found.kind) {
      case 'mp3':
      case 'adts':
      case 'flac':
      case 'ogg':
        if (!isWanted(this.#promise, found.kind)) throw otherFormat(this.#promise, found.kind, undefined);
        return found.kind;
      default:
        throw notAudio(this.#promise, found);
    }
  }

  #expected(): StreamContainer | undefined {
    const { format, contentType } = this.#promise;
    if (format !== 'auto') return wantedContainers[format][0];
    const promised = promisedBy(contentType);
    return promised === 'other audio' || promised === 'no audio' || promised === 'unknown' ? undefined : promised;
  }

  /** Frames of FLAC can be long, and only the next one proves the first. */
  get #sniffBytes(): number {
    return this.#expected() === 'flac' ? MOST_SKIPPED : SNIFF_BYTES;
  }

  #take({ units, skipped, changedTo }: ReadUnits): void {
    for (const unit of units) this.#tell(unit);
    if (skipped > 0) this.#count(skipped);
    if (changedTo) throw changed(this.#promise, changedTo);
  }

  #tell(unit: StreamUnit): void {
    switch (unit.kind) {
      case 'segment':
        this.#open(unit.format, unit.headers);
        return;
      case 'hole':
        this.#listener.onHole(unit.samples);
        return;
      case 'block':
        this.#skippedInRow = 0;
        this.#listener.onBlock(unit.block);
        return;
      default:
        assertNever(unit);
    }
  }

  #open(format: AudioFormat, headers: StreamHeaders | undefined): void {
    if (!this.#container) return;
    if (!isWanted(this.#promise, this.#container, format)) {
      throw otherFormat(this.#promise, this.#container, format.codec);
    }
    const isFirst = this.#format === undefined;
    this.#format = format;
    if (isFirst) this.#listener.onFormat(this.#container, format, headers);
    else if (headers) this.#listener.onSegment(format, headers);
    const title = headers && titleOf(headers.headers.comments);
    if (title !== undefined) this.#titles.onTitle(title);
  }

  #count(skipped: number): void {
    this.#skippedInRow += skipped;
    this.#listener.onSkipped(skipped);
    if (this.#skippedInRow > MOST_SKIPPED) throw noFrames(this.#promise, this.#container);
  }

  #dropHeld(): void {
    if (this.#heldBytes === 0) return;
    this.#listener.onSkipped(this.#heldBytes);
    const found = sniff(concat(this.#held, this.#heldBytes));
    if (found || promisedBy(this.#promise.contentType) === 'no audio') throw notAudio(this.#promise, found);
  }
}

/** By setting; the first is what bytes are taken for that look like several. */
const wantedContainers = {
  mp3: ['mp3'],
  aac: ['adts'],
  ogg: ['ogg'],
  opus: ['ogg'],
  flac: ['flac', 'ogg'],
} as const satisfies Record<Exclude<StreamConfig['format'], 'auto'>, readonly StreamContainer[]>;

function isWanted({ format }: StreamPromise, container: StreamContainer, found?: AudioFormat): boolean {
  if (format === 'auto') return true;
  const isContainer = wantedContainers[format].some((wanted) => wanted === container);
  if (!found || (format !== 'opus' && format !== 'flac')) return isContainer;
  return isContainer && found.codec === format;
}
