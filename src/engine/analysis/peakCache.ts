import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { PEAK_WINDOWS_PER_SECOND, type PeakPairs } from '../containers/scan/pcmScan.ts';
import {
  type AudioState,
  bytesOf,
  type FileState,
  isSameState,
  openIfThere,
  readAt,
  unfinished,
  writeAt,
} from './cacheFile.ts';
import { areSummed, BlockSums, SUMMED_BYTES, tableBytes } from './blockSums.ts';
import { PeakLevels, resolutionsOf } from './peakLevels.ts';
import { PeakReducer } from './peakReducer.ts';

/*
 * A cache file: a header of 64 bytes, then one pair of 16-bit samples for each window, all little-endian: first of the
 * finest resolution, then of each that is ten times coarser; then the sums of their blocks (see BlockSums).
 *   0  8 bytes   magic
 *   8  uint32    version
 *  12  uint32    windows in a second, of the finest
 *  16  float64   size of the audio file, bytes
 *  24  float64   modification time of the audio file, ms since 1970
 *  32  float64   sample frames
 *  40  float64   sample rate, Hz
 *  48  uint32    windows of the finest
 *  52  uint32    CRC-32 of its pairs
 *  56  uint32    CRC-32 of the other pairs
 *  60  uint32    CRC-32 of the 60 bytes before
 */
const MAGIC = Buffer.from('LTPEAKS\0', 'latin1');
const VERSION = 3;
const HEADER_BYTES = 64;
const SUMMED_HEADER_BYTES = 60;
const PAIR_BYTES = 4;
const PIECE_BYTES = 256 * 1024;
/** A coarser resolution serves when each point is drawn of at least so many of its windows. */
const WINDOWS_PER_POINT = 16;

export interface ReducedPeaks {
  /** min0, max0, min1, max1, ...; -1 to 1. */
  readonly pairs: number[];
  readonly durationMs: number;
}

interface Header extends AudioState {
  readonly windows: number;
  readonly sums: readonly [finest: number, others: number];
}

/** Writes a cache file beside its place and moves it there when it is whole. */
export class PeakCacheWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #levels = new PeakLevels();
  #windows = 0;
  #sum = 0;
  readonly #blockSums = new BlockSums();
  #waiting: PeakPairs[] = [];
  #waitingBytes = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** The folder must exist. */
  static async create(path: string): Promise<PeakCacheWriter> {
    return new PeakCacheWriter(await open(unfinished(path), 'w+'), path);
  }

  /** Nothing else may be called before it has ended. */
  async append(pairs: PeakPairs): Promise<void> {
    if (pairs.length === 0) return;
    this.#levels.push(pairs);
    this.#waiting.push(pairs);
    this.#waitingBytes += pairs.byteLength;
    if (this.#waitingBytes >= PIECE_BYTES) await this.#write();
  }

  /**
   * Complete windows of a resolution, from number `first` to `end` (exclusive) as far as they are there. Nothing else may
   * be called before it has ended.
   */
  async soFar(resolution: number, first: number, end: number): Promise<PeakPairs> {
    const coarser = this.#levels.soFar(resolution);
    if (coarser) return coarser.slice(2 * first, 2 * end);
    const from = Math.min(first, this.#windows);
    const written = Math.max(0, Math.min(end, this.#windows) - from);
    const read = await readAt(this.#file, HEADER_BYTES + from * PAIR_BYTES, written * PAIR_BYTES);
    const all = Buffer.concat([read, ...this.#waiting.map(bytesOf)]);
    const skipped = (first - from) * PAIR_BYTES;
    const wanted = Uint8Array.from(all.subarray(skipped, skipped + Math.max(0, end - first) * PAIR_BYTES));
    return new Int16Array(wanted.buffer);
  }

  /** Completes the file and reads it once. It stays only if `keep` says so. */
  async finish(audio: AudioState, points: number, keep: boolean): Promise<ReducedPeaks> {
    await this.#write();
    const others = Buffer.concat(this.#levels.end().map(bytesOf));
    const othersAt = HEADER_BYTES + this.#windows * PAIR_BYTES;
    await writeAt(this.#file, others, othersAt);
    this.#blockSums.push(others);
    await writeAt(this.#file, this.#blockSums.end(), othersAt + others.length);
    const header: Header = { ...audio, windows: this.#windows, sums: [this.#sum, crc32(others)] };
    await writeAt(this.#file, encodeHeader(header), 0);
    const peaks = await readPairs(this.#file, header, points);
    if (!peaks) throw new Error('A cache file could not be read back.');
    await this.#file.close();
    if (keep) await rename(unfinished(this.#path), this.#path);
    else await rm(unfinished(this.#path), { force: true });
    return peaks;
  }

  /** Takes back what was written. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(unfinished(this.#path), { force: true });
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting.map(bytesOf));
    this.#waiting = [];
    this.#waitingBytes = 0;
    await writeAt(this.#file, bytes, HEADER_BYTES + this.#windows * PAIR_BYTES);
    this.#windows += bytes.length / PAIR_BYTES;
    this.#sum = crc32(bytes, this.#sum);
    this.#blockSums.push(bytes);
  }
}

/**
 * The peaks kept at `path`, drawn together to at most `points` pairs, or undefined when there are none, they are of
 * another state of the file, or damaged.
 */
export async function readPeakCache(path: string, audio: FileState, points: number): Promise<ReducedPeaks | undefined> {
  const file = await openIfThere(path);
  if (!file) return undefined;
  try {
    const header = await readHeader(file, audio);
    return header && (await readPairs(file, header, points));
  } finally {
    await file.close();
  }
}

/** What a cache file holds. */
export interface PeakHeader extends AudioState {
  /** Of the finest resolution. */
  readonly windows: number;
  /** Pairs of all resolutions. */
  readonly pairs: number;
}

/** Undefined when the file is damaged, or of another state of the audio. */
export async function readPeakHeader(file: FileHandle, audio: FileState): Promise<PeakHeader | undefined> {
  const header = await readHeader(file, audio);
  return header && { ...header, pairs: pairsOf(header) };
}

/**
 * Pairs `first` to `end` (exclusive) of all resolutions one behind the other; undefined when they are damaged. Reads
 * no more than the blocks that they are in.
 */
export async function readSummedPairs(
  file: FileHandle,
  { pairs }: PeakHeader,
  first: number,
  end: number,
): Promise<PeakPairs | undefined> {
  const length = pairs * PAIR_BYTES;
  const block = Math.floor((first * PAIR_BYTES) / SUMMED_BYTES);
  const from = block * SUMMED_BYTES;
  const to = Math.min(length, Math.ceil((end * PAIR_BYTES) / SUMMED_BYTES) * SUMMED_BYTES);
  const bytes = await readAt(file, HEADER_BYTES + from, to - from);
  const table = await readAt(file, HEADER_BYTES + length, tableBytes(length));
  if (bytes.length < to - from || !areSummed(table, block, bytes)) return undefined;
  const all = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
  return all.subarray(2 * first - from / 2, 2 * end - from / 2);
}

function pairsOf({ windows }: Pick<Header, 'windows'>): number {
  return resolutionsOf(windows).reduce((sum, count) => sum + count, 0);
}

async function readHeader(file: FileHandle, audio: FileState): Promise<Header | undefined> {
  const header = decodeHeader(await readAt(file, 0, HEADER_BYTES));
  if (!header || !isSameState(header, audio)) return undefined;
  const length = pairsOf(header) * PAIR_BYTES;
  return (await file.stat()).size === HEADER_BYTES + length + tableBytes(length) ? header : undefined;
}

async function readPairs(file: FileHandle, header: Header, points: number): Promise<ReducedPeaks | undefined> {
  const counts = resolutionsOf(header.windows);
  const resolution = Math.max(
    0,
    counts.findLastIndex((count) => count >= points * WINDOWS_PER_POINT),
  );
  const windows = counts[resolution] ?? 0;
  // Pairs of one sum: the finest resolution, or all others.
  const first = resolution === 0 ? 0 : 1;
  const from = counts.slice(0, first).reduce((sum, count) => sum + count, 0);
  const total = (first === 0 ? counts.slice(0, 1) : counts.slice(1)).reduce((sum, count) => sum + count, 0);
  const skipped = counts.slice(first, resolution).reduce((sum, count) => sum + count, 0);
  const reducer = new PeakReducer(windows, points);
  let sum = 0;
  for (let done = 0; done < total * PAIR_BYTES; done += PIECE_BYTES) {
    const at = HEADER_BYTES + from * PAIR_BYTES + done;
    const bytes = await readAt(file, at, Math.min(PIECE_BYTES, total * PAIR_BYTES - done));
    sum = crc32(bytes, sum);
    const pairs = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    reducer.push(pairs.subarray(Math.max(0, 2 * skipped - done / 2)));
  }
  if (sum !== header.sums[first]) return undefined;
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
  bytes.writeUInt32LE(header.sums[0], 52);
  bytes.writeUInt32LE(header.sums[1], 56);
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
    sums: [bytes.readUInt32LE(52), bytes.readUInt32LE(56)],
  };
}
