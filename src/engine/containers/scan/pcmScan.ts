import { stepOfMeanSquare, ENVELOPE_WINDOWS_PER_SECOND } from '../../../shared/domain/envelope.ts';

import { checkPcm, frameBytesOf, fullScaleOf, type PcmFormat, samplesOf } from '../pcm.ts';
import { SampleSpan } from './sampleSpan.ts';
import { VectorSpan } from './vectorSpan.ts';

/** Windows of peaks in a second of audio: one is about a pixel when a minute fills a large screen. */
export const PEAK_WINDOWS_PER_SECOND = 50;
const PEAKS_PER_LEVEL = PEAK_WINDOWS_PER_SECOND / ENVELOPE_WINDOWS_PER_SECOND;

/** The lowest and highest sample of windows, of all channels together: min0, max0, min1, max1, ...; the upper 16 bits. */
export type PeakPairs = Int16Array;

/** What a run of audio completed. */
export interface Scanned {
  /** Envelope: RMS of all channels together per window of 100 ms, in steps of level. */
  readonly levels: Uint16Array;
  readonly pairs: PeakPairs;
}

const DEFAULT_INPUT_BYTES = 64 * 1024;

/**
 * Finds the envelope and the peaks of consecutive PCM. Peak window n holds the sample frames from floor(n * rate / 50)
 * to floor((n + 1) * rate / 50), exclusive; five of them are a window of the envelope.
 */
export class PcmScan {
  readonly #format: PcmFormat;
  readonly #frameBytes: number;
  readonly #fullScale: number;
  readonly #vectors: VectorSpan | undefined;
  readonly #span = new SampleSpan();
  /** Of the present envelope window, before the present peak window. */
  #squares = 0;
  /** Peak windows that are complete. */
  #windows = 0;
  #windowEnd: number;
  #frames = 0;
  #pairs: number[] = [];
  #levels: number[] = [];

  /** `inputBytes`: room for audio that is handed over with {@link scanInput}. Throws a RangeError for other than 16, 24 and 32 bits. */
  constructor(format: PcmFormat, inputBytes = DEFAULT_INPUT_BYTES) {
    checkPcm(format);
    this.#format = format;
    this.#frameBytes = frameBytesOf(format);
    this.#fullScale = fullScaleOf(format);
    this.#vectors = VectorSpan.create(inputBytes, format.bitDepth);
    this.input = this.#vectors?.input ?? new Uint8Array(inputBytes);
    this.#windowEnd = this.#endOf(0);
  }

  /** Where audio may be put to be scanned without being copied. */
  readonly input: Uint8Array<ArrayBuffer>;

  /** Sample frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Takes whole sample frames. */
  push(bytes: Uint8Array): void {
    const step = this.input.length - (this.input.length % this.#frameBytes);
    for (let at = 0; at < bytes.length; at += step) {
      const part = bytes.subarray(at, at + step);
      this.input.set(part);
      this.scanInput(0, part.length);
    }
  }

  /** Takes the whole sample frames that lie in {@link input} from byte `from` to `end`. */
  scanInput(from: number, end: number): void {
    let at = from;
    let left = Math.floor((end - from) / this.#frameBytes);
    while (left > 0) {
      const part = Math.min(left, this.#windowEnd - this.#frames);
      this.#scan(at, at + part * this.#frameBytes);
      at += part * this.#frameBytes;
      left -= part;
      this.#frames += part;
      if (this.#frames === this.#windowEnd) this.#finishWindow();
    }
  }

  /** What was completed since the last call. */
  take(): Scanned {
    const scanned = { levels: Uint16Array.from(this.#levels), pairs: Int16Array.from(this.#pairs) };
    this.#levels = [];
    this.#pairs = [];
    return scanned;
  }

  /** Ends the audio: the last peak window may be shorter; the last window of the envelope is at least half a one. */
  end(): Scanned {
    const from = this.#endOf(this.#windows - (this.#windows % PEAKS_PER_LEVEL) - 1);
    const whole = this.#endOf(this.#windows - (this.#windows % PEAKS_PER_LEVEL) + PEAKS_PER_LEVEL - 1) - from;
    const rest = this.#frames - from;
    if (this.#span.lowest <= this.#span.highest) this.#finishPeak();
    if (rest > 0 && 2 * rest >= whole) this.#finishLevel(rest);
    return this.take();
  }

  #scan(from: number, end: number): void {
    const done = this.#vectors?.add(this.#span, from, end) ?? from;
    if (done === end) return;
    const samples = samplesOf(this.input.subarray(done, end), this.#format);
    this.#span.add(samples, 0, samples.length);
  }

  #finishWindow(): void {
    this.#finishPeak();
    this.#windows += 1;
    if (this.#windows % PEAKS_PER_LEVEL === 0) {
      this.#finishLevel(this.#windowEnd - this.#endOf(this.#windows - PEAKS_PER_LEVEL - 1));
    }
    this.#windowEnd = this.#endOf(this.#windows);
  }

  #finishPeak(): void {
    this.#pairs.push(this.#sixteenBits(this.#span.lowest), this.#sixteenBits(this.#span.highest));
    this.#squares += this.#span.squares;
    this.#span.clear();
  }

  #finishLevel(frames: number): void {
    const samples = frames * this.#format.channels;
    this.#levels.push(stepOfMeanSquare(this.#squares / samples / (this.#fullScale * this.#fullScale)));
    this.#squares = 0;
  }

  /** Sample frame after the last one of a peak window. */
  #endOf(window: number): number {
    return Math.floor(((window + 1) * this.#format.sampleRate) / PEAK_WINDOWS_PER_SECOND);
  }

  #sixteenBits(sample: number): number {
    const { bitDepth, float } = this.#format;
    if (float !== true) return sample >> (bitDepth - 16);
    return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
  }
}
