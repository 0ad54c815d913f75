import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { type FileState, isSameState } from './cacheFile.ts';
import { type KeptLevels, keptLevels, readLevels, writeLevels } from './levelsCache.ts';
import { LevelList } from './levelList.ts';
import { PeakCacheWriter, readPeakCache, type ReducedPeaks } from './peakCache.ts';
import { type PeakRange, type RangePeaks, readPeakRange } from './peakRange.ts';
import { scanFile } from './scanFile.ts';

/** An audio file and where what is found out about it is kept. All paths are absolute; folders are made when missing. */
export interface AnalysedFile {
  readonly path: string;
  readonly container: Container;
  readonly peaksFile: string;
  readonly levelsFile: string;
}

interface Work {
  readonly signal: AbortSignal;
  readonly onFrames?: ((frames: number) => void) | undefined;
}

/** Makes envelope and peaks of files in one pass each and keeps them, in bounded memory for any length of file. */
export class Analyser {
  readonly #fileSystem: FileSystem;
  readonly #decoder: Decoder;
  /** One at a time for each recording: the second finds what the first has made. */
  readonly #working = new Map<string, Promise<unknown>>();

  constructor(fileSystem: FileSystem, decoder: Decoder) {
    this.#fileSystem = fileSystem;
    this.#decoder = decoder;
  }

  /**
   * The peaks of a file, at most `points` pairs: the kept ones if the file is still the same, else made now. Rejects with
   * NOT_FOUND, DAMAGED, FORMAT_UNSUPPORTED, DECODER_MISSING, CANCELLED, or a Node error of the disk.
   */
  peaks(file: AnalysedFile, points: number, signal: AbortSignal): Promise<ReducedPeaks> {
    return this.#alone(file, async () => {
      const kept = await readPeakCache(file.peaksFile, await this.#stateOf(file), points);
      if (kept) return kept;
      const { peaks } = await this.#make(file, points, { signal });
      return peaks;
    });
  }

  /** A stretch of them, as fine as they are kept. Undefined when nothing of it is there. Rejects likewise. */
  peakRange(file: AnalysedFile, range: PeakRange, signal: AbortSignal): Promise<RangePeaks | undefined> {
    return this.#alone(file, async () => {
      const kept = await readPeakRange(file.peaksFile, await this.#stateOf(file), range);
      if (kept) return kept;
      await this.#make(file, 1, { signal });
      return readPeakRange(file.peaksFile, await this.#stateOf(file), range);
    });
  }

  /** The envelope of a file, likewise; `onFrames` hears how far the making is. */
  levels(file: AnalysedFile, work: Work): Promise<KeptLevels> {
    return this.#alone(file, async () => {
      const kept = await readLevels(file.levelsFile, await this.#stateOf(file));
      return kept ?? (await this.#make(file, 1, work)).kept;
    });
  }

  async #alone<Result>(file: AnalysedFile, work: () => Promise<Result>): Promise<Result> {
    const before = this.#working.get(file.peaksFile);
    const mine = Promise.allSettled([before]).then(work);
    this.#working.set(file.peaksFile, mine);
    try {
      return await mine;
    } finally {
      if (this.#working.get(file.peaksFile) === mine) this.#working.delete(file.peaksFile);
    }
  }

  async #stateOf({ path }: AnalysedFile): Promise<FileState> {
    const state = await this.#fileSystem.stat(path);
    if (!state) throw new LongtakeError('NOT_FOUND', 'The file of this recording is gone.');
    return state;
  }

  async #make(
    file: AnalysedFile,
    points: number,
    { signal, onFrames }: Work,
  ): Promise<{ readonly kept: KeptLevels; readonly peaks: ReducedPeaks }> {
    if (signal.aborted) throw new LongtakeError('CANCELLED', 'The analysis was cancelled.');
    const state = await this.#stateOf(file);
    await mkdir(dirname(file.peaksFile), { recursive: true });
    await mkdir(dirname(file.levelsFile), { recursive: true });
    const cache = await PeakCacheWriter.create(file.peaksFile);
    try {
      const envelope = new LevelList();
      const { frames, sampleRate } = await scanFile(file, {
        decoder: this.#decoder,
        signal,
        onFrames,
        onScanned: async ({ levels, pairs }) => {
          envelope.append(levels);
          await cache.append(pairs);
        },
      });
      const audio = { ...state, frames, sampleRate };
      const kept = keptLevels(envelope.all, audio);
      const now = await this.#fileSystem.stat(file.path);
      const isUnchanged = now !== undefined && isSameState(now, state);
      // Levels come last: where they are, the peaks are, too.
      const peaks = await cache.finish(audio, points, isUnchanged);
      if (isUnchanged) await writeLevels(file.levelsFile, kept);
      return { kept, peaks };
    } catch (error) {
      await cache.discard();
      throw error;
    }
  }
}
