import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { dbOfStep, LEVEL_STEPS_PER_DB } from '../../shared/domain/envelope.ts';
import { DEFAULT_DETECTION, type FoundSection } from '../../shared/domain/section.ts';
import { plainEnvelope, plainFloor, plainSections, type PlainSettings } from '../../../test/support/plainDetection.ts';
import { numbersOf, type Scene, SceneMaker, toPcm16 } from '../../../test/support/scenes.ts';
import { speak } from '../../../test/support/speech.ts';
import { PcmScan } from '../containers/scan/pcmScan.ts';
import { detect, type Thresholds } from './detect.ts';
import { FloorLine, noiseFloorOf } from './noiseFloor.ts';

const RATE = 8000;

function envelopeOf({ audio, rate }: Scene): Uint16Array {
  const scan = new PcmScan({ sampleRate: rate, channels: 1, bitDepth: 16 });
  scan.push(toPcm16(audio));
  return scan.end().levels;
}

const plainOf = (settings: Thresholds): PlainSettings => ({
  margin: settings.marginDb,
  grace: settings.graceSeconds,
  minimum: settings.minSeconds,
});

function stepsOf(levels: readonly number[]): Uint16Array {
  return Uint16Array.from(levels, (db) => Math.round((db + 100) * LEVEL_STEPS_PER_DB));
}

const found = (levels: Uint16Array, settings: Thresholds = DEFAULT_DETECTION): FoundSection[] =>
  detect(levels, noiseFloorOf(levels), settings);

const settingsArbitrary = fc.record({
  marginDb: fc.integer({ min: 1, max: 40 }),
  graceSeconds: fc.integer({ min: 0, max: 60 }).map((tenths) => tenths / 10),
  minSeconds: fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10),
});

let speech: Float64Array;
beforeAll(async () => {
  speech = await speak('The storm of last night has blown down two old trees. Nobody was hurt.');
});

const QUIET = [{ at: 0, db: -62 }];

/** Name, and the sounds in it. */
const scenes: Readonly<Record<string, () => Scene>> = {
  silence: () => new SceneMaker(65, RATE, 1).scene,
  'rain that sets in': () =>
    new SceneMaker(240, RATE, 2)
      .noise([
        { at: 0, db: -64 },
        { at: 100, db: -62 },
        { at: 160, db: -34 },
        { at: 240, db: -33 },
      ])
      .call(30, 2, -40, 1800)
      .call(200, 3, -12, 1500).scene,
  'hum of traffic': () =>
    new SceneMaker(180, RATE, 3)
      .noise([{ at: 0, db: -44 }], 0.95)
      .hum(50, -46)
      .knock(61.23, -14)
      .call(120, 4, -24, 900).scene,
  speech: () =>
    new SceneMaker(150, RATE, 4).noise(QUIET).insert('speech', 20, speech, 0.3).insert('speech', 95.55, speech, 0.02)
      .scene,
  clicks: () =>
    Array.from({ length: 20 }, (_, index) => 3 + index * 4.37).reduce(
      (maker, at, index) => maker.click(at, index % 2 === 0 ? 0.9 : 0.05),
      new SceneMaker(95, RATE, 5).noise(QUIET),
    ).scene,
  'a knock in the shorter last block': () => new SceneMaker(94.26, RATE, 6).noise(QUIET).knock(92, -20).scene,
  'less than one window': () => new SceneMaker(0.04, RATE, 7).noise(QUIET).scene,
  'a little more than half a window': () => new SceneMaker(0.06, RATE, 7).noise(QUIET).scene,
};

describe('detection against an implementation from the definition', () => {
  test.each(Object.keys(scenes))('%s', (name) => {
    const scene = scenes[name]?.() ?? new SceneMaker(0, RATE, 0).scene;
    // What is in a file, not what was meant.
    const pcm = toPcm16(scene.audio);
    const heard = Float64Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(2 * at) / 32_768);
    const plain = plainEnvelope([heard], RATE);
    const levels = envelopeOf(scene);
    expect(levels.length).toBe(plain.length);
    for (const [window, level] of plain.entries()) {
      expect(Math.abs(dbOfStep(levels[window] ?? 0) - level)).toBeLessThan(0.002);
    }
    for (const settings of [
      DEFAULT_DETECTION,
      { marginDb: 6, graceSeconds: 0.5, minSeconds: 0.3 },
      { marginDb: 20, graceSeconds: 0, minSeconds: 0 },
    ]) {
      const expected = plainSections(plain, plainOf(settings));
      const sections = found(levels, settings);
      expect(sections.map(({ first, end }) => [first / 10, end / 10])).toEqual(
        expected.map(({ start, end }) => [start, end]),
      );
      for (const [index, { peak, score }] of expected.entries()) {
        expect(sections[index]?.peakDb).toBeCloseTo(peak, 2);
        expect(sections[index]?.score).toBeCloseTo(score, 2);
      }
    }
  });

  test('what is in the scenes is found', () => {
    const of = (name: string): readonly FoundSection[] =>
      found(envelopeOf(scenes[name]?.() ?? new SceneMaker(0, 1, 0).scene));
    expect(of('silence')).toEqual([]);
    // The rain has become the floor: it is no section, and what is louder than rain is one.
    expect(of('rain that sets in').map(({ first }) => Math.round(first / 10))).toEqual([30, 200]);
    expect(of('hum of traffic').map(({ first }) => Math.round(first / 10))).toEqual([61, 120]);
    expect(of('speech').map(({ first }) => Math.floor(first / 10 / 20))).toEqual([1, 4]);
  });

  test('any envelope, any settings', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1500 }),
        fc.integer(),
        fc.constantFrom(0.003, 0.05, 0.4, 0.9),
        settingsArbitrary,
        (windows, seed, busy, settings) => {
          const random = numbersOf(seed);
          let base = -70;
          const envelope = Array.from({ length: windows }, () => {
            base += random() - 0.5;
            const level = base + (random() < busy ? 50 * random() : random());
            return Math.round(Math.max(-100, Math.min(0, level)) * LEVEL_STEPS_PER_DB) / LEVEL_STEPS_PER_DB;
          });
          const levels = stepsOf(envelope);
          const sections = found(levels, settings);
          const expected = plainSections(envelope, plainOf(settings));
          expect(sections.map(({ first, end }) => [first / 10, end / 10])).toEqual(
            expected.map(({ start, end }) => [start, end]),
          );
          // Apart, in order, and each as high as it says.
          for (const [index, section] of sections.entries()) {
            expect(section.score).toBeGreaterThanOrEqual(settings.marginDb - 1e-6);
            expect(section.peak).toBeGreaterThanOrEqual(section.first);
            expect(section.peak).toBeLessThan(section.end);
            expect(section.peakDb - section.floorDb).toBeCloseTo(section.score, 6);
            const next = sections[index + 1];
            if (next)
              expect(next.first - section.end).toBeGreaterThanOrEqual(Math.max(1, settings.graceSeconds * 10 - 1e-6));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a margin and a gap that are met exactly', () => {
    const levels = stepsOf(Array.from({ length: 300 }, (_, at) => (at === 100 || at === 111 ? -48 : -60)));
    const settings = { marginDb: 12, graceSeconds: 1.1, minSeconds: 0 };
    expect(found(levels, settings).map(({ first, end }) => [first, end])).toEqual([[100, 112]]);
    expect(found(levels, { ...settings, graceSeconds: 1 })).toHaveLength(2);
    expect(found(levels, { ...settings, marginDb: 12.002 })).toEqual([]);
    expect(found(levels, { ...settings, minSeconds: 1.2 })).toHaveLength(1);
    expect(found(levels, { ...settings, minSeconds: 1.3 })).toEqual([]);
  });
});

test('the floor is the definition’s, in every window', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 1300 }), (values) => {
      const envelope = values.map((value) => value - 100);
      const levels = stepsOf(envelope);
      const line = new FloorLine(noiseFloorOf(levels).floors, levels.length);
      for (const [window, floor] of plainFloor(envelope).entries()) {
        expect(dbOfStep(line.at(window))).toBeCloseTo(floor, 4);
      }
    }),
    { numRuns: 50 },
  );
});

test('the floor lies between the centres of blocks, and blocks on both sides count', () => {
  const line = new FloorLine(Float32Array.from([0, 300, 900]), 900);
  expect([0, 149, 150, 300, 449, 450, 599, 600, 749, 750].map((window) => line.at(window))).toEqual([
    0, 0, 0.5, 150.5, 299.5, 301, 599, 601, 899, 900,
  ]);
  expect([0, 1, 2].map((block) => line.lowestIn(block))).toEqual([0, 0, 300]);
});

test('the first of several windows that are equally loud is the peak', () => {
  const levels = stepsOf(Array.from({ length: 300 }, (_, window) => (window >= 100 && window < 110 ? -20 : -60)));
  expect(found(levels)).toMatchObject([{ first: 100, end: 110, peak: 100 }]);
});
