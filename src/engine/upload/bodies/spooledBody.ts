import { join } from 'node:path';
import { errnoOf, LongtakeError } from '../../../shared/errors.ts';
import type { Encoder, EncoderOutput } from '../../../shared/ports/encoder.ts';
import type { FileSystem, OpenFile } from '../../../shared/ports/fileSystem.ts';
import type { Body, BodySource } from '../body.ts';
import { FileBody, RecordingFile } from './fileBody.ts';
import { FlacLayout } from './flacLayout.ts';
import { PLACE_BYTES } from './layout.ts';
import { OggLayout } from './oggLayout.ts';

export type SpoolFiles = Pick<
  FileSystem,
  'openForReading' | 'stat' | 'createExclusive' | 'makeFolder' | 'move' | 'removeFile'
>;

/**
 * FLAC encoded anew, page by page, into a file of its own that is read like a recording. The encoder makes the same
 * bytes each time; after a restart it begins again, and what it makes is compared with what was there.
 */
export class SpooledBody implements Body {
  readonly mimeType = 'audio/ogg';
  readonly #fileSystem: SpoolFiles;
  readonly #encoder: Encoder;
  readonly #output: EncoderOutput;
  readonly #source: BodySource;
  readonly #path: string;
  readonly #layout: FlacLayout;
  readonly #input: FileBody;
  readonly #spool: FileBody;
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;
  /** The spool file is there, and of this run. */
  #isBegun = false;
  #isDone = false;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(source: BodySource, fileSystem: SpoolFiles, encoder: Encoder, output: EncoderOutput) {
    this.#fileSystem = fileSystem;
    this.#encoder = encoder;
    this.#output = output;
    this.#source = source;
    this.#path = join(source.spoolFolder, 'encoded.ogg');
    this.#layout = new FlacLayout(source.from, PLACE_BYTES);
    this.#input = new FileBody(new RecordingFile(source, fileSystem), this.#layout);
    const spooled = { ...source, from: 0, file: () => this.#path, live: () => !this.#isDone };
    this.#spool = new FileBody(new RecordingFile(spooled, fileSystem), new OggLayout(0));
  }

  async stable(): Promise<{ readonly bytes: number; readonly ended: boolean }> {
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.#failure = undefined;
      throw failure;
    }
    if (!this.#run) {
      this.#run = this.#encode().catch((error: unknown) => {
        this.#failure = error;
        this.#isBegun = false;
        this.#run = undefined;
      });
      return { bytes: 0, ended: false };
    }
    this.#wake();
    return this.#isBegun ? this.#spool.stable() : { bytes: 0, ended: false };
  }

  read(from: number, to: number): AsyncIterable<Uint8Array> {
    return this.#spool.read(from, to);
  }

  filePosition(at: number): Promise<number> {
    const samples = (this.#spool.durationMs(at) * this.#layout.sampleRate) / 1000;
    return Promise.resolve(this.#layout.runs.beforeSample(samples)?.at ?? this.#layout.start);
  }

  durationMs(at: number): number {
    return this.#spool.durationMs(at);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#run;
  }

  async #encode(): Promise<void> {
    const before = `${this.#path}.before`;
    await this.#fileSystem.makeFolder(this.#source.spoolFolder);
    if (await this.#fileSystem.stat(this.#path)) {
      await this.#remove(before);
      await this.#fileSystem.move(this.#path, before);
    }
    const earlier = await this.#openIfThere(before);
    try {
      const file = await this.#fileSystem.createExclusive(this.#path);
      this.#isBegun = true;
      try {
        await this.#write(file, earlier);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw this.#stop.signal.aborted ? new LongtakeError('CANCELLED', 'The upload was ended.') : toSpoolError(error);
    } finally {
      await earlier?.close();
    }
    await this.#remove(before);
    this.#isDone = true;
  }

  async #write(file: OpenFile, earlier: OpenFile | undefined): Promise<void> {
    const { signal } = this.#stop;
    const pages = await this.#encoder.encode('flac', this.#grown(), this.#output, signal);
    let at = 0;
    for await (const bytes of pages) {
      const known = (await earlier?.read(at, bytes.length)) ?? new Uint8Array(0);
      if (!known.every((byte, index) => byte === bytes[index])) {
        await this.#remove(`${this.#path}.before`);
        const message = 'The encoder makes other audio than before. The recording is sent from its start again.';
        throw new LongtakeError('UPLOAD_SESSION_GONE', message);
      }
      await file.write(bytes, at);
      at += bytes.length;
    }
  }

  /** The recording from its start to its end, as it comes. */
  async *#grown(): AsyncGenerator<Uint8Array> {
    for (let at = 0; !this.#stop.signal.aborted;) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const { bytes, ended } = await this.#input.stable();
      yield* this.#input.read(at, bytes);
      at = bytes;
      if (ended) return;
      await woken;
    }
  }

  async #openIfThere(path: string): Promise<OpenFile | undefined> {
    return (await this.#fileSystem.stat(path)) ? this.#fileSystem.openForReading(path) : undefined;
  }

  async #remove(path: string): Promise<void> {
    try {
      await this.#fileSystem.removeFile(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
  }
}

function toSpoolError(error: unknown): unknown {
  const system = errnoOf(error);
  if (error instanceof LongtakeError || system === undefined) return error;
  const options = { cause: error, details: { system } };
  if (system === 'ENOSPC' || system === 'EDQUOT') {
    const message = 'There is no room for the encoded audio of an upload. Free some space in the data folder.';
    return new LongtakeError('DISK_FULL', message, options);
  }
  return new LongtakeError('DISK_ERROR', `The encoded audio of an upload cannot be written (${system}).`, options);
}
