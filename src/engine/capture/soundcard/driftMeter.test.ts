import { describe, expect, it } from 'vitest';
import { hash32, unitInterval } from '../generator/random.ts';
import { millis } from '../../../shared/units.ts';
import { DriftMeter } from './driftMeter.ts';

const RATE = 48_000;
const BLOCK = 4800;

function seededRandom(seed: number): () => number {
  let index = 0;
  return () => unitInterval(hash32(seed, (index += 1), 0));
}

/** A card that is `ppm` fast; every block comes late by what `delayMs` says. */
function simulate(meter: DriftMeter, ppm: number, seconds: number, delayMs: (atMs: number) => number): void {
  const blockMs = ((BLOCK / RATE) * 1000) / (1 + ppm / 1e6);
  let last = 0;
  for (let number = 1; number * blockMs <= seconds * 1000; number += 1) {
    const at = number * blockMs;
    last = Math.max(last, at + delayMs(at));
    meter.add(BLOCK, millis(last));
  }
}

describe('DriftMeter', () => {
  it.each([
    { ppm: 0, jitter: 'even' },
    { ppm: 37, jitter: 'even' },
    { ppm: -120, jitter: 'rare' },
    { ppm: 5, jitter: 'rare' },
  ])('is right within 2 ppm after 10 minutes: $ppm ppm, $jitter delays', ({ ppm, jitter }) => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = seededRandom(seed);
      const meter = new DriftMeter(RATE);
      const delay = (): number => (jitter === 'even' ? random() * 30 : -15 * Math.log(1 - random()));
      simulate(meter, ppm, 600, delay);
      const { drift } = meter;
      expect(Math.abs((drift?.ppm ?? Number.NaN) - ppm), `seed ${seed}`).toBeLessThan(2);
      expect(drift?.uncertaintyPpm).toBeLessThan(4);
    }
  });

  it('says nothing in the first two minutes', () => {
    const early = new DriftMeter(RATE);
    simulate(early, 50, 115, () => 0);
    expect(early.drift).toBeUndefined();
    const later = new DriftMeter(RATE);
    simulate(later, 50, 175, () => 0);
    expect(later.drift?.ppm).toBeCloseTo(50, 0);
  });

  it('leaves out seconds in which the computer was busy', () => {
    const random = seededRandom(4);
    const meter = new DriftMeter(RATE);
    simulate(meter, -8, 600, (at) => random() * 10 + (at % 60_000 > 53_000 ? 150 : 0));
    expect(Math.abs((meter.drift?.ppm ?? Number.NaN) + 8)).toBeLessThan(2);
  });

  it('is not misled by a step of the delay or a sleep', () => {
    const random = seededRandom(3);
    const meter = new DriftMeter(RATE);
    simulate(meter, 20, 1500, (at) => random() * 10 + (at > 400_000 ? 200 : 0) + (at > 700_000 ? 3_600_000 : 0));
    expect(Math.abs((meter.drift?.ppm ?? Number.NaN) - 20)).toBeLessThan(2);
  });
});
