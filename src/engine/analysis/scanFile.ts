import type { FileHandle } from 'node:fs/promises';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder, PcmHalves, PcmStream } from '../../shared/ports/decoder.ts';
import { frameBytesOf } from '../containers/pcm.ts';
import { PcmScan, type Scanned } from '../containers/scan/pcmScan.ts';
import { openWav, type WavSamples } from './wavFile.ts';

/** Read at once; the next piece is read while this one is scanned. */
const PIECE_BYTES = 1024 * 1024;

export interface ScanFileOptions {
  readonly decoder: Decoder;
  readonly signal: AbortSignal;
  /** What the audio gave, piece by piece, in order; the next piece waits for it. */
  readonly onScanned: (scanned: Scanned) => Promise<void>;
  /** Sample frames so far. */
  readonly onFrames?: ((frames: number) => void) | undefined;
}

export interface ScannedAudio {
  readonly frames: number;
  readonly sampleRate: number;
}

/**
 * Scans all audio of a file, WAV directly, everything else through the decoder. Rejects with
 * NOT_FOUND, DAMAGED, DECODER_MISSING, FORMAT_UNSUPPORTED, CANCELLED, or a Node error of the disk.
 */
export async function scanFile(
  { path, container }: { readonly path: string; readonly container: Container },
  options: ScanFileOptions,
): Promise<ScannedAudio> {
  const wav = container === 'wav' ? await openWav(path) : undefined;
  if (!wav) return scanDecoded(path, container, options);
  try {
    return await (wav.samples.format.bitDepth === 8 ? scanBytes : scanWav)(wav.file, wav.samples, options);
  } finally {
    await wav.file.close();
  }
}

async function scanDecoded(path: string, container: Container, options: ScanFileOptions): Promise<ScannedAudio> {
  const halves = await options.decoder.decodeHalves?.(path, container, options.signal);
  if (halves) return scanHalves(halves, options);
  const { sampleRate, channels, chunks } = await options.decoder.decodeFile(path, container, options.signal);
  const scan = new PcmScan({ sampleRate, channels, bitDepth: 16 });
  const onPiece = async (): Promise<void> => {
    await options.onScanned(scan.take());
    options.onFrames?.(scan.frames);
  };
  await scanStretch({ channels, chunks }, scan, { skip: 0, most: Infinity }, onPiece);
  return endOf(scan, sampleRate, options);
}

/** What the second half gives waits until the first is done: an hour of it is under 1 MB. */
async function scanHalves({ first, second, at, lead }: PcmHalves, options: ScanFileOptions): Promise<ScannedAudio> {
  const frames = { first: 0, second: 0 };
  const tell = (): void => options.onFrames?.(frames.first + frames.second);
  const waiting: Scanned[] = [];
  const firstScan = scanOf(first);
  const secondScan = scanOf(second);
  const work = [
    scanStretch(first, firstScan, { skip: 0, most: at }, async () => {
      frames.first = firstScan.frames;
      await options.onScanned(firstScan.take());
      tell();
    }),
    scanStretch(second, secondScan, { skip: lead, most: Infinity }, () => {
      frames.second = secondScan.frames;
      waiting.push(secondScan.take());
      tell();
      return Promise.resolve();
    }),
  ];
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  // Where damaged audio gave less, what follows keeps its place.
  while (firstScan.frames < at)
    firstScan.push(new Uint8Array(Math.min(at - firstScan.frames, 65_536) * 2 * first.channels));
  await options.onScanned(firstScan.take());
  for (const scanned of waiting) await options.onScanned(scanned);
  const { sampleRate } = await endOf(secondScan, second.sampleRate, options);
  return { frames: at + secondScan.frames, sampleRate };
}

const scanOf = ({ sampleRate, channels }: PcmStream): PcmScan => new PcmScan({ sampleRate, channels, bitDepth: 16 });

/**
 * Scans `most` sample frames behind the first `skip`. What comes through a pipe comes in many small chunks: `onPiece` is
 * called after some of them together.
 */
async function scanStretch(
  { channels, chunks }: Pick<PcmStream, 'channels' | 'chunks'>,
  scan: PcmScan,
  { skip, most }: { readonly skip: number; readonly most: number },
  onPiece: () => Promise<void>,
): Promise<void> {
  const frameBytes = 2 * channels;
  let skipped = 0;
  let told = 0;
  for await (const chunk of chunks) {
    const count = chunk.length / frameBytes;
    const from = Math.min(count, skip - skipped);
    skipped += from;
    const end = Math.min(count, from + most - scan.frames);
    scan.push(chunk.subarray(from * frameBytes, end * frameBytes));
    if ((scan.frames - told) * frameBytes >= PIECE_BYTES) {
      told = scan.frames;
      await onPiece();
    }
    if (scan.frames >= most) return;
  }
}

async function scanWav(file: FileHandle, { format, from, end }: WavSamples, options: ScanFileOptions) {
  const frameBytes = frameBytesOf(format);
  const piece = PIECE_BYTES - (PIECE_BYTES % frameBytes);
  const scan = new PcmScan(format, 2 * piece);
  const read = (at: number, side: number): Promise<number> =>
    readFully(file, scan.input.subarray(side * piece, side * piece + Math.min(piece, end - at)), at);
  let next = from < end ? read(from, 0) : undefined;
  for (let at = from, side = 0; next; side = 1 - side) {
    const length = await next;
    at += length;
    // A file that became shorter meanwhile ends here.
    const isLast = length < piece || at >= end;
    next = isLast ? undefined : read(at, 1 - side);
    try {
      if (options.signal.aborted) throw new LongtakeError('CANCELLED', 'Reading was cancelled.');
      scan.scanInput(side * piece, side * piece + length);
      await options.onScanned(scan.take());
      options.onFrames?.(scan.frames);
    } catch (error) {
      // The file is closed next, and not while it is read.
      await Promise.allSettled([next]);
      throw error;
    }
  }
  return endOf(scan, format.sampleRate, options);
}

/** Samples of 8 bits, of which 128 stands for none. */
async function scanBytes(file: FileHandle, { format, from, end }: WavSamples, options: ScanFileOptions) {
  const { sampleRate, channels } = format;
  const scan = new PcmScan({ sampleRate, channels, bitDepth: 16 });
  const bytes = new Uint8Array(PIECE_BYTES - (PIECE_BYTES % channels));
  for (let at = from; at < end;) {
    if (options.signal.aborted) throw new LongtakeError('CANCELLED', 'Reading was cancelled.');
    const length = await readFully(file, bytes.subarray(0, Math.min(bytes.length, end - at)), at);
    if (length === 0) break;
    at += length;
    const samples = Int16Array.from(bytes.subarray(0, length - (length % channels)), (byte) => (byte - 128) << 8);
    scan.push(new Uint8Array(samples.buffer));
    await options.onScanned(scan.take());
    options.onFrames?.(scan.frames);
  }
  return endOf(scan, sampleRate, options);
}

async function endOf(scan: PcmScan, sampleRate: number, { onScanned }: ScanFileOptions): Promise<ScannedAudio> {
  await onScanned(scan.end());
  return { frames: scan.frames, sampleRate };
}

/** Shorter only at the end of the file. */
async function readFully(file: FileHandle, into: Uint8Array, at: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
