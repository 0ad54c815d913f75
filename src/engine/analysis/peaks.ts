import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { PeakBuilder } from './peakBuilder.ts';
import { PeakCacheWriter, readPeakCache, type ReducedPeaks } from './peakCache.ts';
import { openPcm } from './pcmReader.ts';

export interface PeaksRequest {
  /** Of the audio file, absolute. */
  readonly path: string;
  readonly container: Container;
  /** Where the peaks are kept, absolute; its folder is made when missing. */
  readonly cacheFile: string;
  /** Pairs that are wanted at most, at least 1. */
  readonly points: number;
}

/** Makes peaks for drawing and keeps them, in bounded memory for any length of file. */
export class PeakMaker {
  readonly #fileSystem: FileSystem;
  readonly #decoder: Decoder;
  /** One at a time for each cache file: the second finds what the first has made. */
  readonly #working = new Map<string, Promise<unknown>>();

  constructor(fileSystem: FileSystem, decoder: Decoder) {
    this.#fileSystem = fileSystem;
    this.#decoder = decoder;
  }

  /**
   * The peaks of a file: the kept ones if the file is still the same, else made now. Rejects with NOT_FOUND, DAMAGED,
   * DECODER_MISSING, CANCELLED, or a Node error of the disk.
   */
  async peaks(request: PeaksRequest, signal: AbortSignal): Promise<ReducedPeaks> {
    const before = this.#working.get(request.cacheFile);
    const mine = settled(before).then(() => this.#readOrMake(request, signal));
    this.#working.set(request.cacheFile, mine);
    try {
      return await mine;
    } finally {
      if (this.#working.get(request.cacheFile) === mine) this.#working.delete(request.cacheFile);
    }
  }

  async #readOrMake(request: PeaksRequest, signal: AbortSignal): Promise<ReducedPeaks> {
    if (signal.aborted) throw new LongtakeError('CANCELLED', 'Drawing was cancelled.');
    const state = await this.#fileSystem.stat(request.path);
    if (!state) throw new LongtakeError('NOT_FOUND', 'The file of this recording is gone.');
    return (await readPeakCache(request.cacheFile, state, request.points)) ?? this.#make(request, state, signal);
  }

  async #make(
    { path, container, cacheFile, points }: PeaksRequest,
    state: { readonly bytes: number; readonly modifiedAt: number },
    signal: AbortSignal,
  ): Promise<ReducedPeaks> {
    await mkdir(dirname(cacheFile), { recursive: true });
    const cache = await PeakCacheWriter.create(cacheFile);
    try {
      const { format, chunks } = await openPcm(this.#fileSystem, this.#decoder, { path, container }, signal);
      const builder = new PeakBuilder(format);
      for await (const chunk of chunks) await cache.append(builder.push(chunk));
      await cache.append(builder.end());
      const audio = { ...state, frames: builder.frames, sampleRate: format.sampleRate };
      return await cache.finish(audio, points, async () => {
        const now = await this.#fileSystem.stat(path);
        return now?.bytes === state.bytes && now.modifiedAt === state.modifiedAt;
      });
    } catch (error) {
      await cache.discard();
      throw error;
    }
  }
}

/** Resolves when `work` has ended, well or not: its own caller hears of its error. */
async function settled(work: Promise<unknown> | undefined): Promise<void> {
  await Promise.allSettled([work]);
}
