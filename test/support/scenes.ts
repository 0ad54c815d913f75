/** Sounds of made-up places, repeatable by their seeds, from -1 to 1. */

export interface SceneEvent {
  /** s. */
  readonly from: number;
  readonly to: number;
  readonly kind: string;
}

export interface Scene {
  readonly rate: number;
  readonly audio: Float64Array;
  /** What a person would want to hear. */
  readonly events: readonly SceneEvent[];
}

/** Numbers from 0 to 1, always the same ones for a seed. */
export function numbersOf(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const amplitude = (db: number): number => 10 ** (db / 20);
/** Samples between two looks at a level that moves. */
const LEVEL_STEP = 64;

/** A place, to which sounds are added one by one. */
export class SceneMaker {
  readonly audio: Float64Array;
  readonly rate: number;
  readonly #events: SceneEvent[] = [];
  readonly random: () => number;

  constructor(seconds: number, rate: number, seed: number) {
    this.rate = rate;
    this.audio = new Float64Array(Math.round(seconds * rate));
    this.random = numbersOf(seed);
  }

  get scene(): Scene {
    return { rate: this.rate, audio: this.audio, events: this.#events.toSorted((a, b) => a.from - b.from) };
  }

  /** Noise whose level (dBFS) is linear between corners; `dark` 0 is white, near 1 rumbles. */
  noise(corners: readonly { readonly at: number; readonly db: number }[], dark = 0): this {
    let last = 0;
    const scale = Math.sqrt(3 * ((1 + dark) / (1 - dark)));
    let gain = 0;
    for (let at = 0; at < this.audio.length; at += 1) {
      if (at % LEVEL_STEP === 0) gain = scale * amplitude(levelAt(corners, at / this.rate));
      last = dark * last + (1 - dark) * (2 * this.random() - 1);
      this.audio[at] = (this.audio[at] ?? 0) + last * gain;
    }
    return this;
  }

  /** The mains and engines: a tone with harmonics. */
  hum(frequency: number, db: number): this {
    for (let at = 0; at < this.audio.length; at += 1) {
      const phase = (2 * Math.PI * frequency * at) / this.rate;
      this.#add(at, amplitude(db) * (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.2 * Math.sin(3 * phase)));
    }
    return this;
  }

  /** A call that swells and fades within its time. */
  call(from: number, seconds: number, db: number, frequency: number): this {
    return this.#event('call', from, seconds, (at) => {
      const time = at / this.rate;
      const shape = Math.min(1, time / 0.05, (seconds - time) / 0.05);
      const wobble = 1 + 0.05 * Math.sin(2 * Math.PI * 6 * time);
      return Math.max(0, shape) * Math.SQRT2 * amplitude(db) * Math.sin(2 * Math.PI * frequency * wobble * time);
    });
  }

  /** Something falls: loud at once, gone within a second. */
  knock(from: number, db: number): this {
    return this.#event('knock', from, 0.3, (at) => {
      return 2 * amplitude(db) * Math.exp((-6 * at) / (this.rate * 0.3)) * (2 * this.random() - 1);
    });
  }

  /** One sample: a fault of a cable, not worth listening to unless it is strong. */
  click(at: number, size: number): this {
    this.#add(Math.round(at * this.rate), size);
    return this;
  }

  /** Audio from elsewhere at the same rate. */
  insert(kind: string, from: number, samples: Float64Array, gain: number): this {
    return this.#event(kind, from, samples.length / this.rate, (at) => gain * (samples[at] ?? 0));
  }

  #event(kind: string, from: number, seconds: number, sampleAt: (at: number) => number): this {
    const start = Math.round(from * this.rate);
    const length = Math.round(seconds * this.rate);
    for (let at = 0; at < length; at += 1) this.#add(start + at, sampleAt(at));
    this.#events.push({ from, to: from + seconds, kind });
    return this;
  }

  #add(at: number, value: number): void {
    if (at >= 0 && at < this.audio.length) this.audio[at] = (this.audio[at] ?? 0) + value;
  }
}

function levelAt(corners: readonly { readonly at: number; readonly db: number }[], time: number): number {
  const after = corners.findIndex(({ at }) => at > time);
  const [first, last] = [corners[0]?.db ?? 0, corners.at(-1)?.db ?? 0];
  if (after === 0) return first;
  const [from, to] = [corners[after - 1], corners[after]];
  if (!from || !to) return last;
  return from.db + ((to.db - from.db) * (time - from.at)) / (to.at - from.at);
}

/** As 16-bit PCM, mono. */
export function toPcm16(audio: Float64Array): Buffer {
  const samples = new Int16Array(audio.length);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = Math.max(-32_768, Math.min(32_767, Math.round((audio[at] ?? 0) * 32_768)));
  }
  return Buffer.from(samples.buffer);
}
