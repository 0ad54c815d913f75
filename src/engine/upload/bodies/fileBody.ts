import { LongtakeError } from '../../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../../shared/ports/fileSystem.ts';
import type { Body, BodySource, Filled } from '../body.ts';
import { cutShort, FileWindow, toFileError } from './fileWindow.ts';
import type { Layout } from './layout.ts';

const PIECE_BYTES = 64 * 1024;
/** What is filled is told of in such parts. */
const PART_BYTES = 1024 * 1024;

export type ReadableFiles = Pick<FileSystem, 'openForReading' | 'stat'>;

/** What the last look at a file told. */
interface Look {
  readonly size: number;
  readonly modifiedAt: number;
  readonly live: boolean;
  readonly isWhole: boolean;
}

/** Opens the file of a recording for one step, wherever it is by then, and looks at it only when it has changed. */
export class RecordingFile {
  readonly source: BodySource;
  readonly #fileSystem: ReadableFiles;
  #last: Look | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: BodySource, fileSystem: ReadableFiles) {
    this.source = source;
    this.#fileSystem = fileSystem;
  }

  /** Runs `step` on the open file. Rejects with NOT_FOUND, DISK_DENIED, DISK_ERROR and what `step` rejects with. */
  async open<Result>(step: (file: OpenFile) => Promise<Result>): Promise<Result> {
    try {
      const file = await this.#fileSystem.openForReading(this.source.file());
      try {
        return await step(file);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw toFileError(error);
    }
  }

  /**
   * Looks at what came since the last look, one look at a time; true when everything that there will ever be has been
   * looked at.
   */
  look(layout: Pick<Layout, 'advance' | 'reset'>): Promise<boolean> {
    const turn = this.#turn.then(() => this.#look(layout));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #look(layout: Pick<Layout, 'advance' | 'reset'>): Promise<boolean> {
    // Before the size: what is closed by now has the size that it keeps.
    const live = this.source.live();
    const found = await this.#fileSystem.stat(this.source.file()).catch((error: unknown) => {
      throw toFileError(error);
    });
    if (!found) return this.open(() => Promise.resolve(false));
    const last = this.#last;
    const { bytes: size, modifiedAt } = found;
    const isSame = last?.size === size && last.modifiedAt === modifiedAt && last.live === live;
    if (!isSame || !last.isWhole) {
      if (last && size < last.size) layout.reset();
      const isWhole = await this.open((file) => layout.advance(new FileWindow(file, size), !live));
      this.#last = { size, modifiedAt, live, isWhole };
    }
    return !live && (this.#last?.isWhole ?? false);
  }
}

/** The bytes of a recording as they stand in its file, behind a head of their own. */
export class FileBody implements Body {
  readonly #file: RecordingFile;
  readonly #layout: Layout;
  #bytes = 0;

  constructor(file: RecordingFile, layout: Layout) {
    this.#file = file;
    this.#layout = layout;
  }

  get mimeType(): string {
    return this.#layout.mimeType;
  }

  async stable(): Promise<{ readonly bytes: number; readonly ended: boolean }> {
    const ended = await this.#file.look(this.#layout);
    const { head, start, end } = this.#layout;
    this.#bytes = head && end > start ? head.length + end - start : 0;
    return { bytes: this.#bytes, ended };
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    const { head = new Uint8Array(0), start } = this.#layout;
    const end = Math.min(to, this.#bytes);
    if (from >= end) return;
    if (from < head.length) yield head.subarray(from, Math.min(end, head.length));
    const first = start + Math.max(0, from - head.length);
    const last = start + Math.max(0, end - head.length);
    for (let at = first; at < last; at += PIECE_BYTES) {
      // The file is closed between two pieces: their reader may take as long as it likes.
      yield* await this.#file.open((file) => this.#pieces(file, at, Math.min(at + PIECE_BYTES, last)));
    }
  }

  /** Not for a layout that changes its bytes. */
  get fill(): Body['fill'] {
    return this.#layout.rewrite ? undefined : (...filling) => this.#fill(...filling);
  }

  filePosition(at: number): Promise<number> {
    const { head = new Uint8Array(0), start, end } = this.#layout;
    const position = Math.min(end, start + Math.max(0, at - head.length));
    return this.#file.open(async (file) => this.#layout.unitAt(new FileWindow(file, await file.size()), position));
  }

  durationMs(at: number): number {
    const { head = new Uint8Array(0), start, end, sampleRate } = this.#layout;
    const position = Math.min(end, start + Math.max(0, at - head.length));
    return sampleRate > 0 ? (this.#layout.samplesAt(position) * 1000) / sampleRate : 0;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #fill(from: number, target: Uint8Array, filled: Filled): Promise<void> {
    const { head = new Uint8Array(0), start } = this.#layout;
    if (from + target.length > this.#bytes) throw cutShort();
    const ofHead = head.subarray(from, from + target.length);
    target.set(ofHead);
    if (ofHead.length > 0) filled(target.subarray(0, ofHead.length));
    const rest = target.subarray(ofHead.length);
    if (rest.length === 0) return;
    await this.#file.open((file) => readParts(file, start + from + ofHead.length - head.length, rest, filled));
  }

  async #pieces(file: OpenFile, from: number, to: number): Promise<readonly Uint8Array[]> {
    if (this.#layout.rewrite) {
      const pieces: Uint8Array[] = [];
      const window = new FileWindow(file, await file.size());
      for await (const piece of this.#layout.rewrite(window, from, to)) pieces.push(piece);
      return pieces;
    }
    const bytes = await file.read(from, to - from);
    if (bytes.length < to - from) throw cutShort();
    return [bytes];
  }
}

/** Fills `target` with what the file has from `position` on. */
async function readParts(file: OpenFile, position: number, target: Uint8Array, filled: Filled): Promise<void> {
  let before: Uint8Array | undefined;
  for (let at = 0; at < target.length; at += PART_BYTES) {
    const part = target.subarray(at, at + PART_BYTES);
    const reading = file.readInto(part, position + at);
    if (before) filled(before);
    if ((await reading) < part.length) throw cutShort();
    before = part;
  }
  if (before) filled(before);
}

export function withoutAudio(name: string): LongtakeError {
  return new LongtakeError('DAMAGED', `This file cannot be uploaded: there is no ${name} in it.`);
}
