import type { AudioFormat, StreamConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { createAdtsParser } from '../../containers/adts.ts';
import type { Block } from '../../containers/block.ts';
import { concat } from '../../containers/bytes.ts';
import type { FrameParser } from '../../containers/frameParser.ts';
import { IcyRemover } from '../../containers/icy.ts';
import { createMpegAudioParser } from '../../containers/mpegAudio.ts';
import { type Sniffed, SNIFF_BYTES, promisedBy, sniff } from '../../containers/sniff.ts';
import { TitlePlacement } from './titlePlacement.ts';

export type StreamContainer = 'mp3' | 'adts';

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
  /** Once, before the first block. */
  onFormat(container: StreamContainer, format: AudioFormat): void;
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
  #parser: FrameParser | undefined;
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
    return this.#format && this.#parser ? (this.#parser.format ?? this.#format) : undefined;
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
    for (const { text, at } of titles) this.#titles.expect(text, this.#audioBytes + at);
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
    if (!this.#parser && this.#heldBytes > 0) this.#lookAtHeld();
    if (!this.#parser) {
      this.#dropHeld();
      return;
    }
    const { block, skipped, trailing } = this.#parser.flush();
    if (block && this.#format) this.#listener.onBlock(block);
    if (skipped + trailing > 0) this.#listener.onSkipped(skipped + trailing);
  }

  #audio(bytes: Uint8Array): void {
    if (this.#parser) {
      this.#parse(this.#parser, bytes);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < this.#sniffAt) return;
    // A server that sends byte by byte must not have the same bytes looked at thousands of times.
    this.#sniffAt = Math.min(SNIFF_BYTES, this.#heldBytes + Math.max(64, this.#heldBytes >> 2));
    this.#lookAtHeld();
  }

  #lookAtHeld(): void {
    const start = concat(this.#held, this.#heldBytes);
    this.#container = this.#decide(start);
    if (!this.#container) return;
    this.#held = [];
    this.#heldBytes = 0;
    this.#parser = this.#container === 'mp3' ? createMpegAudioParser() : createAdtsParser();
    this.#parse(this.#parser, start);
  }

  #decide(start: Uint8Array): StreamContainer | undefined {
    const wanted = this.#expected();
    const found = sniff(start, wanted);
    if (!found) {
      if (start.length >= SNIFF_BYTES) throw notAudio(this.#promise, undefined);
      return undefined;
    }
    if (found.kind !== 'mp3' && found.kind !== 'adts') throw notAudio(this.#promise, found);
    if (this.#promise.format !== 'auto' && found.kind !== wanted) throw otherFormat(this.#promise, found.kind);
    return found.kind;
  }

  #expected(): StreamContainer | undefined {
    const { format, contentType } = this.#promise;
    if (format === 'mp3') return 'mp3';
    if (format === 'aac') return 'adts';
    const promised = promisedBy(contentType);
    return promised === 'mp3' || promised === 'adts' ? promised : undefined;
  }

  #parse(parser: FrameParser, bytes: Uint8Array): void {
    const { block, skipped, format, changedTo } = parser.push(bytes);
    if (block && this.#container) {
      if (!this.#format && format) {
        this.#format = format;
        this.#listener.onFormat(this.#container, format);
      }
      this.#skippedInRow = 0;
      this.#listener.onBlock(block);
    }
    if (skipped > 0) this.#count(skipped);
    if (changedTo) throw changed(this.#promise, changedTo);
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

function notAudio({ host, contentType }: StreamPromise, found: Sniffed | undefined): LongtakeError {
  const details = { host, ...(contentType === undefined ? {} : { contentType }) };
  switch (found?.kind) {
    case 'unsupported':
      return new LongtakeError(
        'FORMAT_UNSUPPORTED',
        `This stream is ${found.name}, which cannot be recorded yet. Choose an MP3 or AAC address of the station.`,
        { details },
      );
    case 'wav':
      return new LongtakeError(
        'FORMAT_UNSUPPORTED',
        'This stream is WAV, which cannot be recorded yet. Choose an MP3 or AAC address of the station.',
        { details },
      );
    case 'playlist':
      return new LongtakeError(
        'FORMAT_UNSUPPORTED',
        `This address leads to an ${found.name}. Open it with a text editor and enter the address of the stream that is in it.`,
        { details },
      );
    case 'html':
      return new LongtakeError(
        'STREAM_NOT_AUDIO',
        `${host} answered with a web page instead of audio. Look on that page for the address of the stream itself.`,
        { details },
      );
    default:
      return new LongtakeError(
        'STREAM_NOT_AUDIO',
        `What ${host} sends is not audio that can be recorded${contentType === undefined ? '' : ` (${contentType})`}. Check the address.`,
        { details },
      );
  }
}

function otherFormat({ host }: StreamPromise, found: StreamContainer): LongtakeError {
  const [is, set] = found === 'mp3' ? ['MP3', 'AAC'] : ['AAC', 'MP3'];
  return new LongtakeError(
    'FORMAT_UNSUPPORTED',
    `This stream is ${is}, but the source is set to ${set}. Set its format to automatic.`,
    { details: { host } },
  );
}

function changed({ host }: StreamPromise, format: AudioFormat): LongtakeError {
  const kHz = format.sampleRate / 1000;
  return new LongtakeError(
    'STREAM_LOST',
    `The stream from ${host} changed its format to ${kHz} kHz, ${format.channels} ch. It is opened again in the new format.`,
    { details: { host } },
  );
}

function noFrames({ host }: StreamPromise, container: StreamContainer | undefined): LongtakeError {
  const name = container === 'adts' ? 'AAC' : 'MP3';
  return new LongtakeError('STREAM_LOST', `What comes from ${host} is no ${name} any more. It is opened again.`, {
    details: { host },
  });
}

function outOfStepError(host: string): LongtakeError {
  return new LongtakeError(
    'STREAM_LOST',
    `What comes from ${host} was damaged on the way: titles and audio are mixed up. It is opened again.`,
    { details: { host } },
  );
}
