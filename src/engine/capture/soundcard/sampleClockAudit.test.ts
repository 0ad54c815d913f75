import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../../shared/units.ts';
import { SampleClockAudit } from './sampleClockAudit.ts';

const RATE = 48_000;
const BLOCK = 4800;

/** Feeds blocks of 100 ms for `seconds`; returns the second and the amount of the first finding. */
function feed(
  seconds: number,
  arrival: (index: number) => { readonly at: number; readonly awaited?: boolean; readonly stamp?: number },
): { second: number; missing: number } | undefined {
  const audit = new SampleClockAudit(RATE);
  for (let index = 0; index < seconds * 10; index += 1) {
    const { at, awaited = true, stamp } = arrival(index);
    const missing = audit.add(BLOCK, millis(at), awaited, stamp);
    if (missing !== undefined) return { second: index / 10, missing };
  }
  return undefined;
}

describe('the audit of the sample clock', () => {
  it('is content with a device in time, however its arrivals jitter', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(350), { minLength: 300, maxLength: 300 }), (jitter) => {
        expect(feed(30, (index) => ({ at: index * 100 + (jitter[index] ?? 0) }))).toBeUndefined();
      }),
    );
  });

  it.each([0.99, 0.9999, 1.0001, 1.01])('is content with a device whose clock runs at %f of the true rate', (speed) => {
    expect(feed(3600, (index) => ({ at: (index * 100) / speed }))).toBeUndefined();
  });

  it('is content when this program is behind for a while and catches up', () => {
    const behind = (index: number): number => (index < 200 ? 0 : Math.max(0, 8000 - (index - 200) * 50));
    expect(feed(60, (index) => ({ at: index * 100 + behind(index), awaited: behind(index) === 0 }))).toBeUndefined();
  });

  it('is content when this program reads what is queued so slowly that it seems to come as it is captured', () => {
    for (const speed of [1.3, 2, 4, 8]) {
      const behind = (index: number): number =>
        index < 200 ? 0 : Math.max(0, 16_000 - (index - 200) * 100 * (1 - 1 / speed));
      expect(
        feed(90, (index) => ({ at: index * 100 + behind(index) })),
        `speed ${speed}`,
      ).toBeUndefined();
    }
  });

  it('is content with audio that was captured in time, as its stamps say, however late it is read', () => {
    const behind = (index: number): number => (index < 200 ? 0 : 8000);
    const stamp = (index: number): number => Math.floor((1_000_050 + index * 100) / 1000);
    expect(feed(60, (index) => ({ at: index * 100 + behind(index), stamp: stamp(index) }))).toBeUndefined();
  });

  it('finds audio that is missing by its stamps, too, also when it is read late for a while', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.integer({ min: 700, max: 9000 }), (phase, missing) => {
        const late = (index: number): number => (index < 200 ? 0 : Math.max(0, 9000 - (index - 200) * 70));
        const lost = (index: number): number => (index < 220 ? 0 : missing);
        const found = feed(90, (index) => ({
          at: index * 100 + lost(index) + late(index),
          stamp: Math.floor((phase + index * 100 + lost(index)) / 1000),
        }));
        expect(found?.missing).toBeCloseTo(missing, 6);
      }),
    );
  });

  it('does not believe stamps that do not tell the time', () => {
    const found = feed(60, (index) => ({ at: index * 100 + (index >= 200 ? 700 : 0), stamp: index }));
    expect(found?.missing).toBeCloseTo(700, 6);
  });

  it('counts no loss twice that is known', () => {
    const audit = new SampleClockAudit(RATE);
    for (let index = 0; index < 600; index += 1) {
      if (index === 200) audit.skip(9 * BLOCK);
      expect(audit.add(BLOCK, millis(index * 100 + (index >= 200 ? 900 : 0)), true)).toBeUndefined();
    }
  });

  it('finds audio that is missing, within four seconds, and how much', () => {
    const found = feed(60, (index) => ({ at: index * 100 + (index >= 200 ? 700 : 0) }));
    expect(found?.missing).toBeCloseTo(700, 6);
    expect(found?.second).toBeGreaterThan(20);
    expect(found?.second).toBeLessThanOrEqual(24.5);
  });

  it('finds audio that is missing although it jitters', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(90), { minLength: 600, maxLength: 600 }), (jitter) => {
        const found = feed(60, (index) => ({ at: index * 100 + (jitter[index] ?? 0) + (index >= 200 ? 1000 : 0) }));
        expect(found?.missing).toBeGreaterThan(900);
      }),
    );
  });

  it('does not judge the first seconds, in which a sound server settles', () => {
    expect(feed(30, (index) => ({ at: index * 100 + (index < 25 ? 0 : 1000) }))).toBeUndefined();
  });
});
