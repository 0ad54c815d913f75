import { extname } from 'node:path';
import { dbOfStep, ENVELOPE_WINDOWS_PER_SECOND } from '../../shared/domain/envelope.ts';
import type { Container } from '../../shared/domain/recording.ts';

import { errnoOf, LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { detect, type Thresholds } from '../analysis/detect.ts';
import { LevelList } from '../analysis/levelList.ts';
import { noiseFloorOf } from '../analysis/noiseFloor.ts';
import { scanFile } from '../analysis/scanFile.ts';
import { sniff, SNIFF_BYTES } from '../containers/sniff.ts';

/** What is found out about a file that need not be a recording. Levels are in dBFS, times in s from its start. */
export interface FileAnalysis {
  readonly duration: number;
  readonly sampleRate: number;
  /** Length of the envelope, and of each of its windows in s. */
  readonly windows: number;
  readonly windowSeconds: number;
  /** Noise floor: the middle one of all blocks of 30 s, and each; absent when there is no window. */
  readonly floor?: number;
  readonly floors: readonly number[];
  readonly sections: readonly {
    readonly start: number;
    readonly end: number;
    readonly peak: number;
    /** dB; its peak above the noise floor. */
    readonly score: number;
  }[];
}

/**
 * Analyses a file without keeping anything. `path` is absolute. Rejects with NOT_FOUND, DISK_DENIED, DISK_ERROR, DAMAGED,
 * FORMAT_UNSUPPORTED, DECODER_MISSING or CANCELLED.
 */
export async function analyseFile(
  path: string,
  thresholds: Thresholds,
  {
    fileSystem,
    decoder,
    signal,
  }: { readonly fileSystem: FileSystem; readonly decoder: Decoder; readonly signal: AbortSignal },
): Promise<FileAnalysis> {
  try {
    const envelope = new LevelList();
    const container = await containerOf(path, fileSystem);
    const { frames, sampleRate } = await scanFile(
      { path, container },
      { decoder, signal, onScanned: ({ levels }) => Promise.resolve(envelope.append(levels)) },
    );
    return describe(envelope.all, frames / sampleRate, sampleRate, thresholds);
  } catch (error) {
    throw coded(error);
  }
}

function describe(levels: Uint16Array, duration: number, sampleRate: number, thresholds: Thresholds): FileAnalysis {
  const noise = noiseFloorOf(levels);
  const floors = Array.from(noise.floors, (floor) => rounded(dbOfStep(floor)));
  const sorted = noise.floors.toSorted();
  const middle = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  return {
    duration,
    sampleRate,
    windows: levels.length,
    windowSeconds: 1 / ENVELOPE_WINDOWS_PER_SECOND,
    ...(sorted.length === 0 ? {} : { floor: rounded(dbOfStep(middle)) }),
    floors,
    sections: detect(levels, noise, thresholds).map(({ first, end, peakDb, score }) => ({
      start: first / ENVELOPE_WINDOWS_PER_SECOND,
      // The last window may be shorter.
      end: Math.min(end / ENVELOPE_WINDOWS_PER_SECOND, duration),
      peak: rounded(peakDb),
      score: rounded(score),
    })),
  };
}

/** By what is in it; what is too short to tell is taken for what it is named. */
async function containerOf(path: string, fileSystem: FileSystem): Promise<Container> {
  const file = await fileSystem.openForReading(path);
  try {
    const first = await file.read(0, SNIFF_BYTES);
    if (first.length === 0) throw new LongtakeError('DAMAGED', 'This file is empty: there is no audio in it.');
    const found = sniff(first);
    switch (found?.kind) {
      case 'wav':
      case 'mp3':
      case 'adts':
      case 'ogg':
      case 'flac':
        return found.kind;
      case 'unsupported':
        throw new LongtakeError(
          'FORMAT_UNSUPPORTED',
          `This is ${found.name}, which is not analysed. Convert it to WAV.`,
        );
      default: {
        const named = namedContainers[extname(path).toLowerCase()];
        if (named) return named;
        throw new LongtakeError('FORMAT_UNSUPPORTED', 'This is no audio that is known here.');
      }
    }
  } finally {
    await file.close();
  }
}

const namedContainers: Readonly<Record<string, Container>> = {
  '.wav': 'wav',
  '.mp3': 'mp3',
  '.aac': 'adts',
  '.ogg': 'ogg',
  '.oga': 'ogg',
  '.opus': 'ogg',
  '.flac': 'flac',
};

function coded(error: unknown): unknown {
  if (error instanceof LongtakeError) return error;
  const options = { cause: error };
  switch (errnoOf(error)) {
    case undefined:
      return error;
    case 'ENOENT':
    case 'ENOTDIR':
      return new LongtakeError('NOT_FOUND', 'There is no such file.', options);
    case 'EACCES':
    case 'EPERM':
      return new LongtakeError('DISK_DENIED', 'The file may not be read. Check its permissions.', options);
    case 'EISDIR':
      return new LongtakeError('INVALID_INPUT', 'This is a folder. Name the files in it.', options);
    default:
      return new LongtakeError('DISK_ERROR', `The file cannot be read (${errnoOf(error)}). Check its disk.`, options);
  }
}

/** Thousandths are more than the ear tells apart. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
