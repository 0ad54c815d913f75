import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import type { Patch } from '../containers/wav.ts';
import type { Muxer } from './muxer.ts';

/** Audio waits at most this long in memory before it is written, so that a kill costs well under a second. */
const FLUSH_MS = 250;
/** So much is written at once: a server that sends a whole file in one go must not look like a slow disk. */
const FLUSH_BYTES = 1024 * 1024;

/** What waits for a disk, of all recordings of one connection: a hung disk holds up each that a boundary begins. */
export interface Backlog {
  bytes: number;
}

export interface WriterOptions {
  /** Of the audio, about, bytes: as much as plays in {@link FLUSH_MS} is written at once. */
  readonly bytesPerSecond?: number;
  /** Audio that may wait for a slow disk, bytes; what waits for other recordings of the backlog counts. */
  readonly maxPendingBytes: number;
  readonly backlog?: Backlog;
  /** Called once, when the file can't be written or the disk is too slow; {@link RecordingWriter.failure} says which. */
  readonly onFailure: (failure: WriterFailure) => void;
}

export type WriterFailure = { readonly kind: 'disk'; readonly error: unknown } | { readonly kind: 'too slow' };

/**
 * Writes one recording through a bounded buffer. Bytes go to the file in order, at least every {@link FLUSH_MS}; the
 * header is made valid after each write, so that the file plays at any time.
 */
export class RecordingWriter {
  readonly #file: Promise<OpenFile>;
  readonly #muxer: Muxer;
  readonly #options: WriterOptions;
  /** So many bytes do not wait for more. */
  readonly #enough: number;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  readonly #backlog: Backlog;
  #unflushedBytes = 0;
  #checking = false;
  #payloadBytes = 0;
  #takenBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #failure: WriterFailure | undefined;

  /** `file`: opened and empty, or on its way; audio is taken from now on. */
  constructor(file: Promise<OpenFile>, muxer: Muxer, options: WriterOptions) {
    this.#file = file;
    this.#muxer = muxer;
    this.#options = options;
    this.#enough = Math.min(FLUSH_BYTES, (options.bytesPerSecond ?? FLUSH_BYTES) * (FLUSH_MS / 1000));
    this.#backlog = options.backlog ?? { bytes: 0 };
    this.#enqueue(async () => {
      await (await this.#file).write(this.#muxer.header, 0);
    });
  }

  /** Payload that is safely in the file, bytes. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Part of what was taken that is safely in the file, 0 to 1. */
  get safePart(): number {
    return this.#takenBytes === 0 ? 1 : this.#payloadBytes / this.#takenBytes;
  }

  /** Size of the file, bytes. */
  get fileBytes(): number {
    return this.#muxer.header.length + this.#payloadBytes;
  }

  get failure(): WriterFailure | undefined {
    return this.#failure;
  }

  /** Takes audio to be written. After a failure it is ignored: its owner has been told. */
  append(bytes: Uint8Array): void {
    this.#takenBytes += bytes.length;
    if (this.#failure || bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#backlog.bytes += bytes.length;
    this.#unflushedBytes += bytes.length;
    if (this.#backlog.bytes > this.#options.maxPendingBytes) this.#fail({ kind: 'too slow' });
    else if (this.#unflushedBytes >= this.#enough) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Writes corrections over what is there, in turn with the audio. */
  correct(patches: readonly Patch[]): void {
    if (patches.length > 0) this.#enqueue(async () => this.#write(await this.#file, patches));
  }

  /** Fails when somebody has deleted the file: what is written to it now would be lost with it. */
  checkFile(): void {
    if (this.#checking) return;
    this.#checking = true;
    this.#enqueue(async () => {
      this.#checking = false;
      if (!(await (await this.#file).isLinked())) throw new FileDeletedError();
    });
  }

  /** Writes what waits, makes the file final and closes it. Never throws: {@link failure} tells. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
    const file = await this.#file.catch(() => undefined);
    if (!file) return;
    try {
      // A write that failed half-way has left bytes that are not whole units.
      if (this.#failure) await file.truncate(this.fileBytes);
      await this.#patch(file);
      const tail = this.#muxer.tail(this.#payloadBytes);
      if (tail.length > 0 && !this.#failure) await file.write(tail, this.fileBytes);
      await file.sync();
    } catch (error) {
      this.#fail({ kind: 'disk', error });
    }
    await file.close().catch((error: unknown) => this.#fail({ kind: 'disk', error }));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#unflushedBytes = 0;
    this.#enqueue(async () => {
      if (this.#pending.length === 0) return;
      const bytes = joined(this.#pending, this.#pendingBytes);
      this.#pending = [];
      const file = await this.#file;
      await file.write(bytes, this.fileBytes);
      this.#forget(bytes.length);
      this.#payloadBytes += bytes.length;
      await this.#patch(file);
    });
  }

  async #patch(file: OpenFile): Promise<void> {
    await this.#write(file, this.#muxer.patches(this.#payloadBytes));
  }

  async #write(file: OpenFile, patches: readonly Patch[]): Promise<void> {
    for (const patch of patches) await file.write(patch.bytes, patch.offset);
  }

  #enqueue(step: () => Promise<void>): void {
    this.#writing = this.#writing.then(async () => {
      if (this.#failure) return;
      try {
        await step();
      } catch (error) {
        this.#fail({ kind: 'disk', error });
      }
    });
  }

  /** So many bytes wait no more: they are written, or given up. */
  #forget(bytes: number): void {
    const known = Math.min(bytes, this.#pendingBytes);
    this.#pendingBytes -= known;
    this.#backlog.bytes -= known;
  }

  #fail(failure: WriterFailure): void {
    if (this.#failure) return;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#pending = [];
    this.#forget(this.#pendingBytes);
    this.#options.onFailure(failure);
  }
}

/** A file that has no name any more. */
export class FileDeletedError extends Error {
  constructor() {
    super('The file was deleted while it was written.');
    this.name = 'FileDeletedError';
  }
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
