import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { PEAK_WINDOWS_PER_SECOND, type PeakPairs } from './peakBuilder.ts';
import { PeakReducer } from './peakReducer.ts';

/*
 * A cache file: a header of 64 bytes, then one pair of 16-bit samples for each window, all little-endian.
 *   0  8 bytes   magic
 *   8  uint32    version
 *  12  uint32    windows in a second
 *  16  float64   size of the audio file, bytes
 *  24  float64   modification time of the audio file, ms since 1970
 *  32  float64   sample frames
 *  40  float64   sample rate, Hz
 *  48  uint32    windows
 *  52  uint32    CRC-32 of the pairs
 *  56  uint32    CRC-32 of the 56 bytes before
 *  60  uint32    0
 */
const MAGIC = Buffer.from('LTPEAKS\0', 'latin1');
const VERSION = 1;
const HEADER_BYTES = 64;
const SUMMED_HEADER_BYTES = 56;
const PAIR_BYTES = 4;
const PIECE_BYTES = 256 * 1024;

/** What tells one state of an audio file from another. */
export interface FileState {
  readonly bytes: number;
  /** ms since 1970 UTC. */
  readonly modifiedAt: number;
}

export interface ReducedPeaks {
  /** min0, max0, min1, max1, ...; -1 to 1. */
  readonly pairs: number[];
  readonly durationMs: number;
}

interface Header extends FileState {
  readonly frames: number;
  readonly sampleRate: number;
  readonly windows: number;
  readonly sum: number;
}

/** Writes a cache file beside its place and moves it there when it is whole. */
export class PeakCacheWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  #windows = 0;
  #sum = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** The folder must exist. */
  static async create(path: string): Promise<PeakCacheWriter> {
    return new PeakCacheWriter(await open(unfinished(path), 'w+'), path);
  }

  async append(pairs: PeakPairs): Promise<void> {
    if (pairs.length === 0) return;
    const bytes = new Uint8Array(pairs.buffer, pairs.byteOffset, pairs.byteLength);
    await writeAll(this.#file, bytes, HEADER_BYTES + this.#windows * PAIR_BYTES);
    this.#windows += pairs.length / 2;
    this.#sum = crc32(bytes, this.#sum);
  }

  /** Completes the file and reads it once. It stays only if `keep` says so. */
  async finish(
    audio: FileState & { readonly frames: number; readonly sampleRate: number },
    points: number,
    keep: () => Promise<boolean>,
  ): Promise<ReducedPeaks> {
    const header = { ...audio, windows: this.#windows, sum: this.#sum };
    await writeAll(this.#file, encodeHeader(header), 0);
    const peaks = await readPairs(this.#file, header, points);
    await this.#file.close();
    if (!peaks) throw new Error('A cache file could not be read back.');
    if (await keep()) await rename(unfinished(this.#path), this.#path);
    else await rm(unfinished(this.#path), { force: true });
    return peaks;
  }

  /** Takes back what was written. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(unfinished(this.#path), { force: true });
  }
}

/** The peaks kept at `path`, or undefined when there are none, they are of another state of the file, or damaged. */
export async function readPeakCache(path: string, audio: FileState, points: number): Promise<ReducedPeaks | undefined> {
  const file = await openIfThere(path);
  if (!file) return undefined;
  try {
    const header = decodeHeader(await read(file, 0, HEADER_BYTES));
    if (!header || header.bytes !== audio.bytes || header.modifiedAt !== audio.modifiedAt) return undefined;
    if ((await file.stat()).size !== HEADER_BYTES + header.windows * PAIR_BYTES) return undefined;
    return await readPairs(file, header, points);
  } finally {
    await file.close();
  }
}

async function readPairs(file: FileHandle, header: Header, points: number): Promise<ReducedPeaks | undefined> {
  const reducer = new PeakReducer(header.windows, points);
  let sum = 0;
  const total = header.windows * PAIR_BYTES;
  for (let done = 0; done < total; done += PIECE_BYTES) {
    const bytes = await read(file, HEADER_BYTES + done, Math.min(PIECE_BYTES, total - done));
    sum = crc32(bytes, sum);
    reducer.push(new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1));
  }
  if (sum !== header.sum) return undefined;
  return { pairs: reducer.result(), durationMs: (header.frames * 1000) / header.sampleRate };
}

function encodeHeader(header: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeUInt32LE(PEAK_WINDOWS_PER_SECOND, 12);
  bytes.writeDoubleLE(header.bytes, 16);
  bytes.writeDoubleLE(header.modifiedAt, 24);
  bytes.writeDoubleLE(header.frames, 32);
  bytes.writeDoubleLE(header.sampleRate, 40);
  bytes.writeUInt32LE(header.windows, 48);
  bytes.writeUInt32LE(header.sum, 52);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, SUMMED_HEADER_BYTES)), SUMMED_HEADER_BYTES);
  return bytes;
}

function decodeHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(SUMMED_HEADER_BYTES) !== crc32(bytes.subarray(0, SUMMED_HEADER_BYTES))) return undefined;
  if (bytes.readUInt32LE(8) !== VERSION || bytes.readUInt32LE(12) !== PEAK_WINDOWS_PER_SECOND) return undefined;
  return {
    bytes: bytes.readDoubleLE(16),
    modifiedAt: bytes.readDoubleLE(24),
    frames: bytes.readDoubleLE(32),
    sampleRate: bytes.readDoubleLE(40),
    windows: bytes.readUInt32LE(48),
    sum: bytes.readUInt32LE(52),
  };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Shorter only at the end of the file. The buffer begins at an even address. */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.from(new ArrayBuffer(length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

const unfinished = (path: string): string => `${path}.unfinished`;
