import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Block } from '../containers/block.ts';
import type { CaptureInfo } from '../capture/audioSource.ts';
import type { Levels } from '../../shared/domain/source.ts';
import { sourceId } from '../../shared/units.ts';
import { SourceMeters } from './sourceMeters.ts';

const ID = sourceId('a');
const RATE = 8000;
const info: CaptureInfo = {
  format: { codec: 'pcm', sampleRate: RATE, channels: 2, bitDepth: 16 },
  container: 'wav',
  label: 'A',
};

let told: (readonly Levels[])[];
let meters: SourceMeters;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  meters = new SourceMeters((levels) => told.push(levels));
});
afterEach(() => {
  meters.watch([]);
  vi.useRealTimers();
});

/** 100 ms, the same sample on both channels. */
function block(value: number): Block {
  const samples = RATE / 10;
  return { bytes: new Uint8Array(Int16Array.from({ length: samples * 2 }, () => value).buffer), samples };
}

describe('listening to sources', () => {
  it('reports every source, watched or not, by the loudest of what it heard', () => {
    meters.add(ID, block(0), info);
    meters.add(ID, block(16_384), info);
    meters.add(ID, block(100), info);
    const [report, ...others] = meters.takeSignals();
    expect(others).toEqual([]);
    expect(report).toMatchObject({ sourceId: ID, windows: 3, clippedWindows: 0 });
    expect(report?.rms.map((level) => Math.round(level))).toEqual([-6, -6]);
    expect(meters.takeSignals()).toEqual([]);
    expect(told).toEqual([]);
  });
  it('counts clipping, and for how long audio repeats itself', () => {
    for (let count = 0; count < 10; count += 1) meters.add(ID, block(32_767), info);
    const [report] = meters.takeSignals();
    expect(report?.clippedWindows).toBe(10);
    expect(report?.repeatedMs).toBeGreaterThan(900);
  });
  it('tells levels of watched sources only', () => {
    meters.watch([ID]);
    meters.add(ID, block(16_384), info);
    meters.add(sourceId('b'), block(16_384), info);
    vi.advanceTimersByTime(100);
    expect(told.map((levels) => levels.map((level) => level.sourceId))).toEqual([[ID]]);
    meters.watch([]);
    meters.add(ID, block(16_384), info);
    vi.advanceTimersByTime(200);
    expect(told).toHaveLength(1);
  });
  it('says of coded audio only whether it repeats itself', () => {
    const coded: CaptureInfo = { ...info, format: { codec: 'mp3', sampleRate: RATE, channels: 2 }, container: 'mp3' };
    const bytes = Uint8Array.from({ length: 200 }, (_, index) => index);
    meters.add(ID, { bytes, samples: 1152, frames: [{ bytes: 200, samples: 1152 }] }, coded);
    expect(meters.takeSignals()).toEqual([{ sourceId: ID, rms: [], windows: 0, clippedWindows: 0, repeatedMs: 0 }]);
  });
  it('begins anew with the next connection', () => {
    meters.add(ID, block(16_384), info);
    meters.forget(ID);
    expect(meters.takeSignals()).toEqual([]);
  });
});
