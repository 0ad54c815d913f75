import type { PcmSamples } from '../pcm.ts';

/** Of a run of samples of all channels: lowest, highest, and the sum of their squares. */
export class SampleSpan {
  lowest = Infinity;
  highest = -Infinity;
  squares = 0;

  /** Adds `samples[from]` to `samples[end - 1]`. What is no number counts as silence. */
  add(samples: PcmSamples, from: number, end: number): void {
    let { lowest, highest, squares } = this;
    for (let at = from; at < end; at += 1) {
      const sample = samples[at] || 0;
      if (sample < lowest) lowest = sample;
      if (sample > highest) highest = sample;
      squares += sample * sample;
    }
    this.lowest = lowest;
    this.highest = highest;
    this.squares = squares;
  }

  clear(): void {
    this.lowest = Infinity;
    this.highest = -Infinity;
    this.squares = 0;
  }
}
