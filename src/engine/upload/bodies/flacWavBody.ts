import { setImmediate } from 'node:timers/promises';
import type { FlacLibrary } from '../../containers/flac/flacEncoder.ts';
import { FlacParser } from '../../containers/flac/flacParser.ts';
import { canReencode, decodeFrames } from '../../containers/flac/flacSamples.ts';
import { openWavHeader } from '../../containers/wav.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Body } from '../body.ts';
import type { RecordingFile } from './fileBody.ts';
import { cutShort } from './fileWindow.ts';
import { FlacLayout, type FlacRun, parseInSteps } from './flacLayout.ts';

const PIECE_BYTES = 64 * 1024;
/** Decoded in one step, samples of all channels: about a millisecond. A frame is decoded as a whole, however long. */
const STEP_SAMPLES = 16_384;

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

/** A few frames of a run. */
interface Step {
  /** Sample frames of the run before it. */
  readonly at: number;
  /** Its own sample frames. */
  readonly length: number;
  readonly frames: readonly Uint8Array[];
}

/** The samples of a FLAC file as WAV, decoded where they are read. */
export class FlacWavBody implements Body {
  readonly mimeType = 'audio/wav';
  readonly #file: RecordingFile;
  readonly #layout: FlacLayout;
  readonly #loadFlac: LoadFlac;
  #shape: Shape | undefined;
  #bytes = 0;
  /** What was read and decoded last: the next piece is mostly of the same frames. */
  #read: { readonly run: FlacRun; readonly steps: readonly Step[] } | undefined;
  #decoded: { readonly step: Step; readonly pcm: Uint8Array } | undefined;

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
      const before = Math.floor(inAudio / shape.frameBytes) - run.samples;
      const step = (await this.#stepsOf(run, shape)).findLast((one) => one.at <= before);
      if (!step) throw cutShort();
      const pcm = await this.#decode(step, shape);
      const skip = inAudio - (run.samples + step.at) * shape.frameBytes;
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
    this.#read = undefined;
    this.#decoded = undefined;
    return Promise.resolve();
  }

  async #stepsOf(run: FlacRun, shape: Shape): Promise<readonly Step[]> {
    if (this.#read?.run === run) return this.#read.steps;
    const bytes = await this.#file.open((file) => file.read(run.at, run.end - run.at));
    if (bytes.length < run.end - run.at) throw cutShort();
    const parser = new FlacParser();
    if (this.#layout.head) parser.push(this.#layout.head);
    const { parts } = await parseInSteps(parser, bytes);
    const steps: Step[] = [];
    let at = 0;
    let step: { at: number; length: number; frames: Uint8Array[] } = { at, length: 0, frames: [] };
    for (const part of [...parts, ...parser.flush().parts]) {
      if (part.kind !== 'block') continue;
      const { bytes: coded, frames = [] } = part.block;
      let from = 0;
      for (const frame of frames) {
        step.frames.push(coded.subarray(from, from + frame.bytes));
        from += frame.bytes;
        step.length += frame.samples;
        at += frame.samples;
        if (step.length * shape.channels < STEP_SAMPLES) continue;
        steps.push(step);
        step = { at, length: 0, frames: [] };
      }
    }
    if (step.length > 0) steps.push(step);
    this.#read = { run, steps };
    return steps;
  }

  async #decode(step: Step, shape: Shape): Promise<Uint8Array> {
    if (this.#decoded?.step === step) return this.#decoded.pcm;
    const library = await this.#loadFlac();
    // Alone in its turn: whoever reads may do some work of their own with it.
    await setImmediate();
    const { values } = decodeFrames(library, shape, Buffer.concat(step.frames));
    const pcm = new Uint8Array(step.length * shape.frameBytes);
    writeSamples(values, shape, pcm);
    this.#decoded = { step, pcm };
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

/** Fewer bits than the WAV has go to its upper ones. */
function writeSamples(values: Int32Array, { sampleBytes, bitDepth }: Shape, pcm: Uint8Array): void {
  const shift = sampleBytes * 8 - bitDepth;
  const count = Math.min(values.length, Math.floor(pcm.length / sampleBytes));
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const value = (values[index] ?? 0) << shift;
    pcm[at] = value;
    pcm[at + 1] = value >> 8;
    if (sampleBytes === 3) pcm[at + 2] = value >> 16;
    at += sampleBytes;
  }
}
