import { decodeText } from '../../shared/decodeText.ts';

/** What is left of a piece of a stream once the titles are taken out of it. */
export interface IcyPiece {
  /** Audio bytes in order; parts of the input, not copies. */
  readonly audio: readonly Uint8Array[];
  /** What the stream says is on air, in order; empty texts are left out. */
  readonly titles: readonly IcyTitle[];
  /**
   * What stands where a metadata block should is none: bytes were lost or put in on the way, and audio and titles can
   * no longer be told apart. Nothing comes after this.
   */
  readonly outOfStep: boolean;
}

export interface IcyTitle {
  readonly text: string;
  /** Bytes of the piece's audio that come before it. */
  readonly at: number;
}

/** The length of a metadata block is one byte, in units of this. */
const LENGTH_UNIT = 16;
/** An interval beyond this is no interval: it would be years of audio, or an attempt to overflow. */
const LARGEST_INTERVAL = 64 * 1024 * 1024;
const TITLE_KEY = "StreamTitle='";
/** Every block is a list of these. */
const KEY = /^[\s;]*[A-Za-z]\w*=/;
/** For a window; a metadata block holds at most 4080 bytes. */
const LONGEST_TITLE = 500;

/**
 * Takes the metadata blocks out of a stream that was asked for with `Icy-MetaData: 1`: behind every `interval` bytes
 * of audio come one length byte and 16 times as many bytes of text. Holds at most 4080 bytes.
 */
export class IcyRemover {
  readonly #interval: number;
  #audioLeft: number;
  /** Of the metadata block that is being read; undefined while audio is. */
  #metadata: Uint8Array | undefined;
  #filled = 0;
  #outOfStep = false;

  /** `interval` is the value of the `icy-metaint` header, see {@link parseIcyInterval}. */
  constructor(interval: number) {
    this.#interval = interval;
    this.#audioLeft = interval;
  }

  push(bytes: Uint8Array): IcyPiece {
    const audio: Uint8Array[] = [];
    const titles: IcyTitle[] = [];
    let audioBytes = 0;
    let at = 0;
    while (at < bytes.length && !this.#outOfStep) {
      if (this.#metadata) {
        const { length, title } = this.#readMetadata(bytes.subarray(at), this.#metadata);
        at += length;
        if (title) titles.push({ text: title, at: audioBytes });
      } else if (this.#audioLeft > 0) {
        const part = bytes.subarray(at, at + this.#audioLeft);
        audio.push(part);
        audioBytes += part.length;
        this.#audioLeft -= part.length;
        at += part.length;
      } else {
        this.#open((bytes[at] ?? 0) * LENGTH_UNIT);
        at += 1;
      }
    }
    return { audio, titles, outOfStep: this.#outOfStep };
  }

  #open(length: number): void {
    this.#filled = 0;
    this.#metadata = length > 0 ? new Uint8Array(length) : undefined;
    this.#audioLeft = this.#interval;
  }

  #readMetadata(bytes: Uint8Array, metadata: Uint8Array): { readonly length: number; readonly title?: string } {
    const part = bytes.subarray(0, metadata.length - this.#filled);
    metadata.set(part, this.#filled);
    this.#filled += part.length;
    if (this.#filled < metadata.length) return { length: part.length };
    this.#metadata = undefined;
    this.#outOfStep = !isMetadata(metadata);
    const title = this.#outOfStep ? undefined : parseIcyTitle(metadata);
    return { length: part.length, ...(title === undefined ? {} : { title }) };
  }
}

/** A list of keys, or nothing but padding. */
function isMetadata(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0) || KEY.test(new TextDecoder('windows-1252').decode(block.subarray(0, 100)));
}

/** The interval that an `icy-metaint` header states, in bytes; undefined when there is none that makes sense. */
export function parseIcyInterval(header: string | undefined): number | undefined {
  const text = header?.trim() ?? '';
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const interval = Number(text);
  return interval > 0 && interval <= LARGEST_INTERVAL ? interval : undefined;
}

/**
 * The title in a metadata block such as `StreamTitle='a';StreamUrl='b';`, or undefined. Quotes are not escaped, so the
 * title ends at the first `';` that the end of the text or another key follows.
 */
export function parseIcyTitle(metadata: Uint8Array): string | undefined {
  const end = metadata.indexOf(0);
  const text = decodeText(end < 0 ? metadata : metadata.subarray(0, end));
  const start = text.indexOf(TITLE_KEY);
  if (start < 0) return undefined;
  const rest = text.slice(start + TITLE_KEY.length);
  const close = /';(?=\s*(?:$|[A-Za-z]\w*='))/.exec(rest)?.index ?? rest.lastIndexOf("'");
  return cleanText(withCharacters(close < 0 ? rest : rest.slice(0, close))) || undefined;
}

/** Icecast writes `&#8211;` for characters that the charset of a mount has no place for. */
function withCharacters(text: string): string {
  return text.replace(/&#(\d{2,7});/g, (reference, digits: string) => {
    const code = Number(digits);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : reference;
  });
}

/** One line without control characters, at most 500 characters. */
export function cleanText(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TITLE);
}
