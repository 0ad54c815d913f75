import { frameBytesOf, fullScaleOf, type PcmFormat, samplesOf } from '../containers/pcm.ts';

/** A device that hangs repeats its buffer, which is rarely longer; ms. */
const LONGEST_PERIOD_MS = 1000;
/** Memory for what came before, bytes; with many channels it holds less than a second. */
const MOST_HISTORY_BYTES = 2 * 1024 * 1024;
/** A passage so long does not come twice by chance, sample frames. */
const ANCHOR_FRAMES = 64;
/** What repeats faster than this, but is not constant, is a tone; ms. */
const TONE_PERIOD_MS = 5;

/**
 * Finds PCM that repeats itself exactly, whatever the length of its period: a device or driver that hangs plays one
 * buffer again and again. A tone repeats itself, too, and is told apart: it is short, or a sine.
 */
export class PcmRepeats {
  readonly #format: PcmFormat;
  readonly #frameBytes: number;
  readonly #longest: number;
  /** The newest bytes, up to `#end`; twice as long as needed, so that it is rarely moved. */
  readonly #history: Buffer;
  #end = 0;
  /** Where the passage begins that is looked for, bytes; from where on it was not looked for yet. */
  #anchor = 0;
  #search = 1;
  /** Found: the newest audio equals what was `#period` bytes before it, for `#repeated` bytes. */
  #period: number | undefined;
  #repeated = 0;
  #isTone = false;

  constructor(format: PcmFormat) {
    this.#format = format;
    this.#frameBytes = frameBytesOf(format);
    const longest = Math.min((format.sampleRate * LONGEST_PERIOD_MS) / 1000, MOST_HISTORY_BYTES / 2 / this.#frameBytes);
    this.#longest = Math.max(2 * ANCHOR_FRAMES, Math.floor(longest)) * this.#frameBytes;
    this.#history = Buffer.alloc(this.#longest * 2 + ANCHOR_FRAMES * this.#frameBytes * 2);
  }

  /** How long the audio has been a repetition of itself, ms. */
  get repeatedMs(): number {
    if (this.#isTone) return 0;
    return (this.#repeated / this.#frameBytes / this.#format.sampleRate) * 1000;
  }

  /** Takes whole sample frames in order. */
  push(bytes: Uint8Array): void {
    const piece = this.#longest - (this.#longest % this.#frameBytes);
    for (let done = 0; done < bytes.length; done += piece) this.#take(bytes.subarray(done, done + piece));
  }

  #take(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    const from = this.#end;
    this.#history.set(bytes, from);
    this.#end += bytes.length;
    if (this.#period === undefined) this.#lookForPeriod();
    else if (this.#equalsBefore(from, this.#period)) this.#repeated += bytes.length;
    else this.#beginAnew();
  }

  #lookForPeriod(): void {
    if (this.#end < this.#anchor + this.#anchorBytes) return;
    for (;;) {
      const needle = this.#history.subarray(this.#anchor, this.#anchor + this.#anchorBytes);
      const found = this.#history.subarray(0, this.#end).indexOf(needle, this.#search);
      if (found < 0) {
        this.#search = this.#end - this.#anchorBytes + 1;
        if (this.#end - this.#anchor > this.#longest) this.#beginAnew();
        return;
      }
      this.#search = found + 1;
      const period = found - this.#anchor;
      if (period % this.#frameBytes !== 0) continue;
      if (!this.#equalsBefore(found + this.#anchorBytes, period)) continue;
      this.#period = period;
      this.#repeated = this.#end - found;
      this.#isTone = this.#looksLikeTone(found, period);
      return;
    }
  }

  /** Whether everything from `from` to the end is what was `period` before it. */
  #equalsBefore(from: number, period: number): boolean {
    const history = this.#history;
    return from >= this.#end || history.compare(history, from - period, this.#end - period, from, this.#end) === 0;
  }

  #beginAnew(): void {
    this.#period = undefined;
    this.#repeated = 0;
    this.#isTone = false;
    this.#anchor = Math.max(0, this.#end - this.#anchorBytes);
    this.#search = this.#anchor + 1;
  }

  /** Forgets the oldest bytes when there is no room for `count` more. */
  #makeRoom(count: number): void {
    if (this.#end + count <= this.#history.length) return;
    const keep = Math.min(this.#end, this.#longest);
    const gone = this.#end - keep;
    this.#history.copyWithin(0, gone, this.#end);
    this.#end = keep;
    this.#anchor -= gone;
    this.#search = Math.max(0, this.#search - gone);
    // A period that was found needs no anchor; one that is looked for begins within what is kept.
    if (this.#anchor < 0 && this.#period === undefined) this.#beginAnew();
  }

  #looksLikeTone(from: number, period: number): boolean {
    const frames = period / this.#frameBytes;
    if (frames === 1) return false;
    if ((frames / this.#format.sampleRate) * 1000 <= TONE_PERIOD_MS) return true;
    const samples = samplesOf(this.#history.subarray(from - period, from), this.#format);
    const { channels } = this.#format;
    const step = this.#format.float === true ? 2 ** -23 : 1;
    for (let channel = 0; channel < channels; channel += 1) {
      if (!isSine(samples, channel, channels, step, fullScaleOf(this.#format))) return false;
    }
    return true;
  }

  get #anchorBytes(): number {
    return ANCHOR_FRAMES * this.#frameBytes;
  }
}

/**
 * Every sample of a sine is `c` times the one before it less the one before that; only rounding is left over, to
 * `step` or, where 24 bits are written as more, to those.
 */
function isSine(samples: ArrayLike<number>, from: number, stride: number, step: number, fullScale: number): boolean {
  let products = 0;
  let squares = 0;
  const at = (index: number): number => samples[index] ?? 0;
  for (let index = from + stride; index + stride < samples.length; index += stride) {
    products += (at(index - stride) + at(index + stride)) * at(index);
    squares += at(index) ** 2;
  }
  if (squares === 0) return true;
  const c = products / squares;
  let rest = 0;
  let count = 0;
  for (let index = from + stride; index + stride < samples.length; index += stride) {
    rest += (at(index - stride) + at(index + stride) - c * at(index)) ** 2;
    count += 1;
  }
  const roundingStep = Math.max(step, fullScale * 2 ** -23);
  return count > 0 && Math.sqrt(rest / count) <= 1.5 * roundingStep;
}
