import { join } from 'node:path';
import { errnoOf, LongtakeError } from '../../../shared/errors.ts';
import type { Encoder, EncoderOutput } from '../../../shared/ports/encoder.ts';
import type { FileSystem, OpenFile } from '../../../shared/ports/fileSystem.ts';
import type { Body, BodySource } from '../body.ts';
import { FileBody, RecordingFile } from './fileBody.ts';
import { FileWindow } from './fileWindow.ts';
import type { Layout } from './layout.ts';

export type SpoolFiles = Pick<
  FileSystem,
  'openForReading' | 'stat' | 'createExclusive' | 'makeFolder' | 'move' | 'removeFile'
>;

/** What is encoded, and how the file is read that comes of it. */
export interface Spooling {
  /** Of the recording, from the source's beginning on. */
  readonly input: Layout;
  readonly output: EncoderOutput;
  /** Of the encoded file, without a folder. */
  readonly fileName: string;
  /** Reads the encoded file, which grows like a recording. */
  readonly open: (file: RecordingFile) => Body;
}

/**
 * Audio encoded anew into a file of its own that is read like a recording. The encoder makes the same bytes each time;
 * after a restart it begins again, and what it makes is compared with what was there.
 */
export class SpooledBody implements Body {
  readonly #fileSystem: SpoolFiles;
  readonly #encoder: Encoder;
  readonly #output: EncoderOutput;
  readonly #source: BodySource;
  readonly #path: string;
  readonly #layout: Layout;
  readonly #file: RecordingFile;
  readonly #input: FileBody;
  readonly #spool: Body;
  readonly #stop = new AbortController();
  #run: Promise<void> | undefined;
  /** The spool file is there, and of this run. */
  #isBegun = false;
  #isDone = false;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(source: BodySource, fileSystem: SpoolFiles, encoder: Encoder, spooling: Spooling) {
    this.#fileSystem = fileSystem;
    this.#encoder = encoder;
    this.#output = spooling.output;
    this.#source = source;
    this.#path = join(source.spoolFolder, spooling.fileName);
    this.#layout = spooling.input;
    this.#file = new RecordingFile(source, fileSystem);
    this.#input = new FileBody(this.#file, this.#layout);
    const spooled = { ...source, from: 0, file: () => this.#path, live: () => !this.#isDone };
    this.#spool = spooling.open(new RecordingFile(spooled, fileSystem));
  }

  get mimeType(): string {
    return this.#spool.mimeType;
  }

  /** Present where the encoded audio is sent in pieces of its own. */
  get cut(): Body['cut'] {
    const { cut } = this.#spool;
    return cut && ((from, to) => cut.call(this.#spool, from, to));
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
    const { start, end, sampleRate } = this.#layout;
    const samples = (this.#spool.durationMs(at) * sampleRate) / 1000;
    let low = start;
    let high = end;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#layout.samplesAt(middle) <= samples) low = middle;
      else high = middle;
    }
    return this.#file.open(async (file) => this.#layout.unitAt(new FileWindow(file, await file.size()), low));
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
    const pages = await this.#encoder.encode(this.#source.recording.container, this.#grown(), this.#output, signal);
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
