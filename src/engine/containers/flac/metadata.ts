import { concat, latin1 } from '../bytes.ts';
import { type Comments, NO_COMMENTS, readComments } from '../vorbisComment.ts';

/** The first metadata block of a stream (RFC 9639 8.2). 0 stands for what is not known, except where stated. */
export interface StreamInfo {
  /** Sample frames per FLAC frame, the last one not counted; 16 to 65535. */
  readonly minBlockSize: number;
  readonly maxBlockSize: number;
  /** Bytes. */
  readonly minFrameBytes: number;
  readonly maxFrameBytes: number;
  /** Hz, 1 to 1048575. */
  readonly sampleRate: number;
  /** 1 to 8. */
  readonly channels: number;
  /** 4 to 32. */
  readonly bitDepth: number;
  /** Sample frames, up to 2^36 - 1. */
  readonly totalSamples: number;
}

export const STREAM_MARKER = Uint8Array.of(0x66, 0x4c, 0x61, 0x43);
export const STREAM_INFO_BYTES = 34;
export const BLOCK_HEADER_BYTES = 4;
export const BLOCK_STREAM_INFO = 0;
export const BLOCK_SEEK_TABLE = 3;
export const BLOCK_COMMENTS = 4;
const LAST_BLOCK = 0x80;
/** Type 127 is not allowed: it would look like a frame. */
const FORBIDDEN_BLOCK = 127;
const MOST_SAMPLES = 2 ** 36;
/** Comments beyond this are passed over. */
const LARGEST_COMMENTS = 1024 * 1024;

/** Reads the 34 bytes of a STREAMINFO block; undefined for one that makes no sense. */
export function readStreamInfo(bytes: Uint8Array): StreamInfo | undefined {
  if (bytes.length < STREAM_INFO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = view.getUint32(10);
  const info = {
    minBlockSize: view.getUint16(0),
    maxBlockSize: view.getUint16(2),
    minFrameBytes: view.getUint32(3) & 0xff_ffff,
    maxFrameBytes: view.getUint32(6) & 0xff_ffff,
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bitDepth: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(14),
  };
  return info.sampleRate === 0 || info.bitDepth < 4 || info.maxBlockSize < info.minBlockSize ? undefined : info;
}

/**
 * The 34 bytes of a STREAMINFO block. The MD5 of the samples is left as not known (RFC 9639 8.2): it needs the decoded
 * samples.
 */
export function writeStreamInfo(info: StreamInfo): Uint8Array {
  const bytes = new Uint8Array(STREAM_INFO_BYTES);
  const view = new DataView(bytes.buffer);
  const total = info.totalSamples < MOST_SAMPLES ? info.totalSamples : 0;
  view.setUint16(0, info.minBlockSize);
  view.setUint16(2, info.maxBlockSize);
  putUint24(view, 4, info.minFrameBytes);
  putUint24(view, 7, info.maxFrameBytes);
  const codes = (info.sampleRate << 12) | ((info.channels - 1) << 9) | ((info.bitDepth - 1) << 4);
  view.setUint32(10, (codes | Math.floor(total / 2 ** 32)) >>> 0);
  view.setUint32(14, total % 2 ** 32);
  return bytes;
}

/** A metadata block with its header. */
export function metadataBlock(type: number, payload: Uint8Array, isLast: boolean): Uint8Array {
  const header = new Uint8Array(BLOCK_HEADER_BYTES);
  const view = new DataView(header.buffer);
  if (payload.length > 0xff_ffff) throw new RangeError('A FLAC metadata block holds less than 16 MiB.');
  view.setUint32(0, payload.length);
  header[0] = type | (isLast ? LAST_BLOCK : 0);
  return concat([header, payload], header.length + payload.length);
}

function putUint24(view: DataView, at: number, value: number): void {
  view.setUint8(at, value >> 16);
  view.setUint16(at + 1, value & 0xffff);
}

/** Reads the metadata in front of the frames from bytes that come in pieces. Holds one block of comments at most. */
export class MetadataReader {
  #info: StreamInfo | undefined;
  #comments = NO_COMMENTS;
  #state: 'blocks' | 'done' | 'broken' = 'blocks';
  #passOver = 0;

  /** `done` behind the last block; `broken` where there is no metadata but something else. */
  get state(): 'blocks' | 'done' | 'broken' {
    return this.#state === 'done' && this.#passOver > 0 ? 'blocks' : this.#state;
  }

  get info(): StreamInfo | undefined {
    return this.#info;
  }

  get comments(): Comments {
    return this.#comments;
  }

  /** Takes as much as can be read from `at` on, and returns where it stopped. What is left must come again. */
  read(bytes: Uint8Array, at: number): number {
    let next = at;
    for (;;) {
      const passed = Math.min(this.#passOver, bytes.length - next);
      this.#passOver -= passed;
      next += passed;
      if (this.#passOver > 0 || this.#state !== 'blocks' || next + BLOCK_HEADER_BYTES > bytes.length) return next;
      const size = this.#readBlock(bytes, next);
      if (size === undefined) return next;
      next += size;
    }
  }

  /** Bytes of the block at `at` that are dealt with; undefined when more are needed, or there is none. */
  #readBlock(bytes: Uint8Array, at: number): number | undefined {
    const first = bytes[at] ?? 0;
    const type = first & ~LAST_BLOCK;
    const size = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (type === FORBIDDEN_BLOCK || (type === BLOCK_STREAM_INFO && size !== STREAM_INFO_BYTES)) {
      this.#state = 'broken';
      return undefined;
    }
    const wanted = type === BLOCK_STREAM_INFO || (type === BLOCK_COMMENTS && size <= LARGEST_COMMENTS);
    const payloadAt = at + BLOCK_HEADER_BYTES;
    if (wanted) {
      if (payloadAt + size > bytes.length) return undefined;
      const payload = bytes.subarray(payloadAt, payloadAt + size);
      if (type === BLOCK_STREAM_INFO) this.#info ??= readStreamInfo(payload);
      else this.#comments = readComments(payload);
    } else {
      this.#passOver = size;
    }
    if ((first & LAST_BLOCK) !== 0) this.#state = 'done';
    return BLOCK_HEADER_BYTES + (wanted ? size : 0);
  }
}

/** True when `fLaC` stands at `at`. */
export function isStreamMarker(bytes: Uint8Array, at: number): boolean {
  return latin1(bytes, at, at + STREAM_MARKER.length) === 'fLaC';
}
