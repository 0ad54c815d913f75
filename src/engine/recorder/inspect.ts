import type { Container } from '../../shared/domain/recording.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import { createAdtsParser } from '../containers/adts.ts';
import { startOf } from '../containers/bext.ts';
import type { FrameParser } from '../containers/frameParser.ts';
import { createMpegAudioParser } from '../containers/mpegAudio.ts';
import { SNIFF_BYTES, sniff } from '../containers/sniff.ts';
import { inspectFlac, inspectOgg } from './inspectParts.ts';
import { type WavHeader, mayGoOn, scanWavHeader } from '../containers/wavReader.ts';

/** What a file holds, whatever its name and its header claim. */
export interface Inspection {
  readonly container: Container;
  readonly format: AudioFormat;
  /** Duration in sample frames: of what is there and whole. */
  readonly samples: number;
  /** Of the file. */
  readonly bytes: number;
  /** ms since 1970 UTC, when the file says when its recording began. */
  readonly startedAt?: number;
  /** Minutes east of UTC of local time at `startedAt`. */
  readonly offsetMinutes?: number;
  /** Bytes of a sample frame or coded frame at the end that is cut short. */
  readonly trailingBytes: number;
  /** The header does not tell the truth, or a torn unit ends the file: `repairFile` mends that. */
  readonly needsRepair: boolean;
}

/** Where things are in a WAV file. */
export interface WavLayout {
  readonly header: WavHeader;
  /** Of whole sample frames that are there. */
  readonly dataBytes: number;
  readonly trailingBytes: number;
  readonly needsRepair: boolean;
}

/** A header of ours takes less than 1 KiB; some programs put pictures before the samples. */
const LARGEST_WAV_HEADER = 4 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

/**
 * Finds out what is in a file. Reads only the header of a WAV file, and the whole of any other, in pieces.
 * Rejects with DAMAGED when it is not audio that Longtake knows, and with a Node error when it cannot be read.
 */
export async function inspectFile(fileSystem: FileSystem, path: string, signal?: AbortSignal): Promise<Inspection> {
  const file = await fileSystem.openForReading(path);
  try {
    return await inspectOpen(file, path, signal);
  } finally {
    await file.close();
  }
}

/** {@link inspectFile} of a file that is open; `path` only gives a hint by its extension. */
export async function inspectOpen(file: OpenFile, path: string, signal?: AbortSignal): Promise<Inspection> {
  const bytes = await file.size();
  const start = await file.read(0, Math.min(bytes, SNIFF_BYTES));
  const kind = sniff(start)?.kind ?? kindByName(path);
  if (kind === 'wav') return inspectWav(await wavLayout(file), bytes);
  if (kind === 'mp3') return inspectCoded(file, bytes, 'mp3', createMpegAudioParser(), signal);
  if (kind === 'adts') return inspectCoded(file, bytes, 'adts', createAdtsParser(), signal);
  if (kind === 'ogg') return inspectOgg(file, signal);
  if (kind === 'flac') return inspectFlac(file, signal);
  throw new LongtakeError('DAMAGED', 'This file cannot be read as audio: it is no WAV, MP3, AAC, Ogg or FLAC.');
}

/** Reads the header of an open WAV file and compares it with what is there. Rejects with DAMAGED. */
export async function wavLayout(file: OpenFile): Promise<WavLayout> {
  const header = await readHeader(file);
  const available = Math.max(0, (await file.size()) - header.dataOffset);
  if (header.dataBytes <= available && !mayGoOn(header)) {
    return { header, dataBytes: wholeFrames(header.dataBytes, header), trailingBytes: 0, needsRepair: false };
  }
  const dataBytes = wholeFrames(available, header);
  const end = dataBytes + (dataBytes % 2);
  const truthful = header.dataBytes === dataBytes && header.riffEnd === header.dataOffset + end && available === end;
  return { header, dataBytes, trailingBytes: Math.max(0, available - end), needsRepair: !truthful };
}

async function readHeader(file: OpenFile): Promise<WavHeader> {
  let length = 4096;
  for (;;) {
    const start = await file.read(0, length);
    const result = scanWavHeader(start);
    if (!('need' in result)) return result;
    if (start.length < length || result.need > LARGEST_WAV_HEADER) {
      throw new LongtakeError('DAMAGED', 'This file cannot be read as audio: its header is cut short.');
    }
    length = Math.min(LARGEST_WAV_HEADER, Math.max(result.need, 4 * length));
  }
}

function wholeFrames(bytes: number, { frameBytes }: WavHeader): number {
  return bytes - (bytes % frameBytes);
}

function inspectWav(layout: WavLayout, bytes: number): Inspection {
  const { header, dataBytes, trailingBytes, needsRepair } = layout;
  const { sampleRate, channels, bitDepth, float, frameBytes } = header;
  const start = header.bext && startOf(header.bext, sampleRate);
  return {
    container: 'wav',
    format: { codec: 'pcm', sampleRate, channels, bitDepth, ...(float ? { float } : {}) },
    samples: dataBytes / frameBytes,
    bytes,
    ...start,
    trailingBytes,
    needsRepair,
  };
}

async function inspectCoded(
  file: OpenFile,
  bytes: number,
  container: 'mp3' | 'adts',
  parser: FrameParser,
  signal: AbortSignal | undefined,
): Promise<Inspection> {
  let samples = 0;
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    const { block, changedTo } = parser.push(await file.read(at, PIECE_BYTES));
    samples += block?.samples ?? 0;
    if (changedTo) break;
  }
  const format = parser.format;
  const end = parser.flush();
  samples += end.block?.samples ?? 0;
  if (!format || samples === 0) {
    throw new LongtakeError('DAMAGED', 'This file cannot be read as audio: no frame of MP3 or AAC is in it.');
  }
  return { container, format, samples, bytes, trailingBytes: end.trailing, needsRepair: end.trailing > 0 };
}

/** Too short a file for sniffing is taken for what it is named. */
function kindByName(path: string): 'mp3' | 'adts' | undefined {
  if (/\.mp3$/i.test(path)) return 'mp3';
  return /\.aac$/i.test(path) ? 'adts' : undefined;
}
