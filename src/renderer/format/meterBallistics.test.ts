import { describe, expect, it } from 'vitest';
import { MeterBallistics, meterPosition, NO_LEVEL_MS, PEAK_HOLD_MS } from './meterBallistics.ts';

const reading = (meter: MeterBallistics, now: number) => {
  const first = meter.read(now)[0];
  if (!first) throw new Error('The meter has no channel.');
  return first;
};

describe('MeterBallistics', () => {
  it('tells silence from levels that do not come', () => {
    const meter = new MeterBallistics();
    expect(meter.isMissing(1000 + NO_LEVEL_MS, 1000)).toBe(false);
    expect(meter.isMissing(1001 + NO_LEVEL_MS, 1000)).toBe(true);
    meter.push([-Infinity], [-Infinity], 5000);
    expect(meter.isMissing(5000 + NO_LEVEL_MS, 1000)).toBe(false);
    expect(meter.isMissing(5001 + NO_LEVEL_MS, 1000)).toBe(true);
    expect(meter.isMissing(5001 + NO_LEVEL_MS, 4000 + NO_LEVEL_MS)).toBe(false);
  });

  it('rises at once and falls 20 dB a second', () => {
    const meter = new MeterBallistics();
    meter.push([-10], [-16], 1000);
    expect(reading(meter, 1000).peak).toBe(-10);
    expect(reading(meter, 1500).peak).toBeCloseTo(-20);
    expect(reading(meter, 1500).rms).toBeCloseTo(-26);
    expect(reading(meter, 60_000).peak).toBe(-60);
  });

  it('does not jump down when a quieter value arrives', () => {
    const meter = new MeterBallistics();
    meter.push([-10], [-10], 0);
    meter.push([-50], [-50], 100);
    expect(reading(meter, 100).peak).toBeCloseTo(-12);
    expect(reading(meter, 600).peak).toBeCloseTo(-22);
  });

  it('holds the highest peak for 1.5 s, then follows the signal', () => {
    const meter = new MeterBallistics();
    meter.push([-6], [-6], 0);
    meter.push([-40], [-40], 100);
    expect(reading(meter, PEAK_HOLD_MS - 1).held).toBe(-6);
    expect(reading(meter, PEAK_HOLD_MS).held).toBeCloseTo(-36);
  });

  it('marks clipping for a while', () => {
    const meter = new MeterBallistics();
    meter.push([0, -20], [-3, -23], 0);
    expect(meter.read(4999).map(({ clipped }) => clipped)).toEqual([true, false]);
    expect(meter.read(5000).map(({ clipped }) => clipped)).toEqual([false, false]);
  });

  it('starts anew when the number of channels changes, and after a reset', () => {
    const meter = new MeterBallistics();
    meter.push([-3], [-3], 0);
    meter.push([-30, -31], [-30, -31], 10);
    expect(meter.read(10).map(({ peak }) => peak)).toEqual([-30, -31]);
    expect(meter.latestPeak).toBe(-30);
    meter.reset();
    expect(meter.loudest(10)).toBeUndefined();
  });
});

describe('meterPosition', () => {
  it('is linear in dB from -60 to 0', () => {
    expect([-80, -60, -30, 0, 3].map(meterPosition)).toEqual([0, 0, 0.5, 1, 1]);
  });
});
