import { expect, test } from 'vitest';
import { dbOfStep } from '../../src/shared/domain/envelope.ts';
import { DEFAULT_DETECTION } from '../../src/shared/domain/section.ts';
import { detect } from '../../src/engine/analysis/detect.ts';
import { noiseFloorOf } from '../../src/engine/analysis/noiseFloor.ts';
import { PcmScan } from '../../src/engine/containers/scan/pcmScan.ts';
import { numbersOf, type Scene, type SceneEvent, SceneMaker, toPcm16 } from '../support/scenes.ts';
import { speak } from '../support/speech.ts';
import { tellResult } from './support/result.ts';

const SCENES = 200;
const SEED = 20_261_121;
/** The voice of espeak-ng comes at 8 kHz, too. */
const RATE = 8000;
const SECONDS = 150;
/** dB above the noise at which events are: some are hard to hear. */
const QUIETEST_EVENT = 10;
const LOUDEST_EVENT = 36;
/** A section begins and ends in whole windows, and fades are silent at their ends, s. */
const TOLERANCE = 0.3;
/** Of a fixed threshold: what serves these scenes best is looked for among them, dBFS. */
const FIXED = [-60, -55, -50, -45, -40, -35, -30, -25, -20];

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Counts {
  /** Events that a right section overlaps, and all. */
  heard: number;
  events: number;
  /** Sections at least half of which is events, and all: one that goes on through the noise helps nobody. */
  right: number;
  sections: number;
}

/** A place with its noise, and events over it. */
function makeScene(seed: number, speech: Float64Array): Scene {
  const random = numbersOf(seed);
  const between = (low: number, high: number): number => low + random() * (high - low);
  const maker = new SceneMaker(SECONDS, RATE, seed);
  const base = between(-72, -36);
  const kind = Math.floor(random() * 4);
  // Even noise, rain that sets in, noise that comes and goes over minutes, or the hum of traffic.
  const end = kind === 1 ? base + between(6, 20) : base;
  const middle = kind === 2 ? base + between(3, 9) : base;
  maker.noise(
    [
      { at: 0, db: base },
      { at: 60, db: middle },
      { at: 110, db: end },
      { at: SECONDS, db: end },
    ],
    kind === 3 ? 0.95 : 0,
  );
  if (kind === 3) maker.hum(between(45, 120), base - 3);
  for (let at = between(5, 15); at < SECONDS - 15; at += between(8, 40)) {
    const level = Math.min(-6, levelAt(at, base, middle, end) + between(QUIETEST_EVENT, LOUDEST_EVENT));
    const choice = random();
    if (choice < 0.4) maker.call(at, between(0.4, 5), level, between(300, 2500));
    else if (choice < 0.75) maker.knock(at, level);
    else maker.insert('speech', at, speech, 10 ** ((level + 18) / 20));
  }
  return maker.scene;
}

function levelAt(at: number, base: number, middle: number, end: number): number {
  if (at < 60) return base + ((middle - base) * at) / 60;
  return at < 110 ? middle + ((end - middle) * (at - 60)) / 50 : end;
}

/** Of both, s; an event reaches a little further than it is heard. */
function shared(one: Span, { from, to }: SceneEvent): number {
  return Math.max(0, Math.min(one.to, to + TOLERANCE) - Math.max(one.from, from - TOLERANCE));
}

function count(counts: Counts, spans: readonly Span[], events: readonly SceneEvent[]): void {
  const right = spans.filter((span) => {
    const held = events.reduce((sum, event) => sum + shared(span, event), 0);
    return held >= (span.to - span.from) / 2;
  });
  counts.events += events.length;
  counts.sections += spans.length;
  counts.right += right.length;
  counts.heard += events.filter((event) => right.some((span) => shared(span, event) > 0)).length;
}

const fresh = (): Counts => ({ heard: 0, events: 0, right: 0, sections: 0 });

function figures({ heard, events, right, sections }: Counts) {
  const recall = heard / Math.max(1, events);
  const precision = right / Math.max(1, sections);
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision: rounded(precision), recall: rounded(recall), f1: rounded(f1), events, sections };
}

/** As our detector merges: what is louder than a level, with less than the grace period in between. */
function fixedThreshold(levels: Uint16Array, threshold: number): Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const [window, step] of levels.entries()) {
    if (dbOfStep(step) < threshold) continue;
    const last = spans.at(-1);
    if (last && window / 10 - last.to < DEFAULT_DETECTION.graceSeconds) last.to = (window + 1) / 10;
    else spans.push({ from: window / 10, to: (window + 1) / 10 });
  }
  return spans;
}

test(`precision and recall on ${SCENES} scenes`, async () => {
  const speech = await speak('Is anybody there? I thought that I heard the door.');
  const ours = fresh();
  const fixed = FIXED.map(() => fresh());
  for (let index = 0; index < SCENES; index += 1) {
    const scene = makeScene(SEED + index, speech);
    const scan = new PcmScan({ sampleRate: RATE, channels: 1, bitDepth: 16 });
    scan.push(toPcm16(scene.audio));
    const { levels } = scan.end();
    const found = detect(levels, noiseFloorOf(levels), DEFAULT_DETECTION);
    count(
      ours,
      found.map(({ first, end }) => ({ from: first / 10, to: end / 10 })),
      scene.events,
    );
    for (const [which, threshold] of FIXED.entries()) {
      const counts = fixed[which];
      if (counts) count(counts, fixedThreshold(levels, threshold), scene.events);
    }
  }
  const thresholds = FIXED.map((dbfs, index) => ({ dbfs, ...figures(fixed[index] ?? fresh()) }));
  const best = thresholds.toSorted((a, b) => b.f1 - a.f1)[0];
  const result = {
    bench: 'detection',
    scenes: SCENES,
    seed: SEED,
    secondsOfAudio: SCENES * SECONDS,
    eventsAboveNoiseDb: [QUIETEST_EVENT, LOUDEST_EVENT],
    adaptive: figures(ours),
    bestFixedThreshold: best,
    fixedThresholds: thresholds,
  };
  await tellResult(result);
  expect(result.adaptive.f1).toBeGreaterThan(best?.f1 ?? 1);
});
