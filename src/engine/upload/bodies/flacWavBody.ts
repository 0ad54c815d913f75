import type { FlacLibrary } from '../../containers/flac/flacEncoder.ts';
import { FlacParser } from '../../containers/flac/flacParser.ts';
import { canReencode, decodeFrames } from '../../containers/flac/flacSamples.ts';
import { openWavHeader } from '../../containers/wav.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Body } from '../body.ts';
import type { RecordingFile } from './fileBody.ts';
import { cutShort } from './fileWindow.ts';
import { FlacLayout, type FlacRun } from './flacLayout.ts';

const PIECE_BYTES = 64 * 1024;

/** Loads libFLAC, once. */
export type LoadFlac = () => Promise<FlacLibrary>;

interface Shape {
  readonly header: Uint8Array;
  readonly channels: number;
  readonly sampleBytes: 2 | 3;
  readonly frameBytes: number;
  readonly sampleRate: number;
  readonly bitDepth: number;
}

/** The samples of a FLAC file as WAV, decoded where they are read. */
export class FlacWavBody implements Body {
  readonly mimeType = 'audio/wav';
  readonly #file: RecordingFile;
  readonly #layout: FlacLayout;
  readonly #loadFlac: LoadFlac;
  #shape: Shape | undefined;
  #bytes = 0;
  /** What was decoded last: the next piece is mostly of the same run. */
  #decoded: { readonly run: FlacRun; readonly pcm: Uint8Array } | undefined;

  constructor(file: RecordingFile, from: number, loadFlac: LoadFlac) {
    this.#file = file;
    const everyRun = 0;
    this.#layout = new FlacLayout(from, everyRun);
    this.#loadFlac = loadFlac;
  }

  async stable(): Promise<{ readonly bytes: number; readonly ended: boolean }> {
    const ended = await this.#file.look(this.#layout);
    const { format, samples } = this.#layout;
    if (format) {
      if (!canReencode(format)) {
        const message = `FLAC of ${format.bitDepth} bits cannot be turned into WAV here. Upload it whole, or as Opus.`;
        throw new LongtakeError('FORMAT_UNSUPPORTED', message);
      }
      this.#shape ??= shapeOf(format);
    }
    this.#bytes = this.#shape && samples > 0 ? this.#shape.header.length + samples * this.#shape.frameBytes : 0;
    return { bytes: this.#bytes, ended };
  }

  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    const shape = this.#shape;
    const end = Math.min(to, this.#bytes);
    if (!shape || from >= end) return;
    if (from < shape.header.length) yield shape.header.subarray(from, Math.min(end, shape.header.length));
    for (let at = Math.max(from, shape.header.length); at < end;) {
      const inAudio = at - shape.header.length;
      const run = this.#layout.runs.beforeSample(Math.floor(inAudio / shape.frameBytes));
      if (!run) throw cutShort();
      const pcm = await this.#decode(run, shape);
      const skip = inAudio - run.samples * shape.frameBytes;
      const piece = pcm.subarray(skip, Math.min(pcm.length, skip + end - at, skip + PIECE_BYTES));
      if (piece.length === 0) throw cutShort();
      yield piece;
      at += piece.length;
    }
  }

  filePosition(at: number): Promise<number> {
    const shape = this.#shape;
    const samples = shape ? Math.floor(Math.max(0, at - shape.header.length) / shape.frameBytes) : 0;
    const run = this.#layout.runs.beforeSample(samples);
    return Promise.resolve(samples >= this.#layout.samples ? this.#layout.end : (run?.at ?? this.#layout.start));
  }

  durationMs(at: number): number {
    const shape = this.#shape;
    if (!shape) return 0;
    return (Math.max(0, at - shape.header.length) / shape.frameBytes / shape.sampleRate) * 1000;
  }

  close(): Promise<void> {
    this.#decoded = undefined;
    return Promise.resolve();
  }

  async #decode(run: FlacRun, shape: Shape): Promise<Uint8Array> {
    if (this.#decoded?.run === run) return this.#decoded.pcm;
    const library = await this.#loadFlac();
    const bytes = await this.#file.open((file) => file.read(run.at, run.end - run.at));
    if (bytes.length < run.end - run.at) throw cutShort();
    const parser = new FlacParser();
    if (this.#layout.head) parser.push(this.#layout.head);
    const parts = [...parser.push(bytes).parts, ...parser.flush().parts];
    const pcm = new Uint8Array(run.length * shape.frameBytes);
    let at = 0;
    for (const part of parts) {
      if (part.kind !== 'block') continue;
      const { values } = decodeFrames(library, shape, part.block.bytes);
      at = writeSamples(values, shape, pcm, at);
    }
    this.#decoded = { run, pcm };
    return pcm;
  }
}

function shapeOf({
  sampleRate,
  channels,
  bitDepth,
}: {
  sampleRate: number;
  channels: number;
  bitDepth: number;
}): Shape {
  const sampleBytes = bitDepth > 16 ? 3 : 2;
  const header = openWavHeader({ sampleRate, channels, bitDepth: sampleBytes === 3 ? 24 : 16 });
  return { header, channels, sampleBytes, frameBytes: channels * sampleBytes, sampleRate, bitDepth };
}

/** Fewer bits than the WAV has go to its upper ones. Returns where it stopped. */
function writeSamples(values: Int32Array, { sampleBytes, bitDepth }: Shape, pcm: Uint8Array, from: number): number {
  const shift = sampleBytes * 8 - bitDepth;
  const count = Math.min(values.length, Math.floor((pcm.length - from) / sampleBytes));
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const value = (values[index] ?? 0) << shift;
    pcm[at] = value;
    pcm[at + 1] = value >> 8;
    if (sampleBytes === 3) pcm[at + 2] = value >> 16;
    at += sampleBytes;
  }
  return at;
}
