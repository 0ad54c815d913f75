import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StreamReader } from './streamReader.ts';
import { TitlePlacement } from './titlePlacement.ts';

const FRAME = 417;
const SAMPLES = 1152;

/** A stream of MP3 frames with a title behind every `interval` bytes of audio that has one. */
function icyStream(frames: number, interval: number, titles: ReadonlyMap<number, string>): Buffer {
  const frame = Buffer.alloc(FRAME, 0x11);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  const audio = Buffer.concat(Array.from({ length: frames }, () => frame));
  const parts: Buffer[] = [];
  for (let at = 0, index = 1; at < audio.length; at += interval, index += 1) {
    parts.push(audio.subarray(at, at + interval));
    if (at + interval > audio.length) break;
    const title = titles.get(index);
    const text = title === undefined ? Buffer.alloc(0) : Buffer.from(`StreamTitle='${title}';`);
    const units = Math.ceil(text.length / 16);
    parts.push(Buffer.from([units]), text, Buffer.alloc(units * 16 - text.length));
  }
  return Buffer.concat(parts);
}

/** Titles with the sample at which each was told. */
function heard(stream: Buffer, interval: number, cuts: readonly number[]): { text: string; at: number }[] {
  const titles: { text: string; at: number }[] = [];
  let samples = 0;
  const reader = new StreamReader(
    { format: 'auto', contentType: 'audio/mpeg', icyInterval: interval, host: 'radio.example' },
    {
      onFormat: () => undefined,
      onBlock: (block) => {
        samples += block.samples;
      },
      onTitle: (text) => titles.push({ text, at: samples }),
      onSegment: () => undefined,
      onHole: () => undefined,
      onSkipped: () => undefined,
    },
  );
  for (let at = 0, index = 0; at < stream.length; index += 1) {
    const length = cuts[index % cuts.length] ?? 1;
    reader.push(stream.subarray(at, at + length));
    at += length;
  }
  reader.end();
  return titles;
}

describe('a title', () => {
  test('is on air from the first frame on that was not whole when it came, however the stream is cut', () => {
    const scene = fc.record({
      interval: fc.integer({ min: 400, max: 3000 }),
      places: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
      cuts: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(scene, ({ interval, places, cuts }) => {
        const titles = new Map(places.map((place) => [place, `title ${place}`]));
        const frames = 100;
        const wanted = [...titles]
          .map(([place, text]) => ({ text, bytes: place * interval }))
          .filter(({ bytes }) => bytes < frames * FRAME)
          .sort((one, other) => one.bytes - other.bytes)
          .map(({ text, bytes }) => ({ text, at: Math.floor(bytes / FRAME) * SAMPLES }));
        expect(heard(icyStream(frames, interval, titles), interval, cuts)).toEqual(wanted);
      }),
    );
  });

  test('that comes again is no news', () => {
    const stream = icyStream(30, 1000, new Map([1, 2, 3, 4].map((place) => [place, place < 4 ? 'same' : 'other'])));
    expect(heard(stream, 1000, [777]).map(({ text }) => text)).toEqual(['same', 'other']);
  });

  test('among more than can wait gives way to the newest', () => {
    const told: string[] = [];
    const ignore = (): void => undefined;
    const placement = new TitlePlacement({
      onFormat: ignore,
      onBlock: ignore,
      onSegment: ignore,
      onHole: ignore,
      onSkipped: ignore,
      onTitle: (title) => told.push(title),
    });
    for (let index = 0; index < 10_000; index += 1) placement.expect(`t${index}`, index);
    const frames = Array.from({ length: 10_000 }, () => ({ bytes: 1, samples: 10 }));
    placement.onBlock({ bytes: new Uint8Array(10_000), samples: 100_000, frames });
    expect(told).toHaveLength(64);
    expect(told.at(-1)).toBe('t9999');
  });
});
