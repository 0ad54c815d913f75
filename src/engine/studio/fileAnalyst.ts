import type { Log } from '../../shared/ports/log.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Thresholds } from '../analysis/detect.ts';
import { AudioDecoder } from '../clips/audioDecoder.ts';
import { Ffmpeg } from '../clips/ffmpeg.ts';
import { loadFlacLibrary } from '../recorder/flacLibrary.ts';
import { analyseFile, type FileAnalysis } from './analyseFile.ts';

/** Analyses files in this process, one after another; `dispose` ends what is in work. */
export class FileAnalyst {
  readonly #fileSystem: FileSystem;
  readonly #ffmpeg: Ffmpeg;
  readonly #decoder: AudioDecoder;
  readonly #abort = new AbortController();

  constructor(fileSystem: FileSystem, log: Log) {
    this.#fileSystem = fileSystem;
    this.#ffmpeg = new Ffmpeg(log);
    this.#decoder = new AudioDecoder(this.#ffmpeg, loadFlacLibrary);
  }

  /** As {@link analyseFile}. */
  analyse(path: string, thresholds: Thresholds): Promise<FileAnalysis> {
    return analyseFile(path, thresholds, {
      fileSystem: this.#fileSystem,
      decoder: this.#decoder,
      signal: this.#abort.signal,
    });
  }

  async dispose(): Promise<void> {
    this.#abort.abort();
    await this.#ffmpeg.dispose();
  }
}
