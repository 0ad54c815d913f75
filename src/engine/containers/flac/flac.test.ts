import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cutInto, damaged, join, pieceLengths } from '../../../../test/support/codedAudio.ts';
import {
  type FlacName,
  flacFile,
  flacNames,
  makeFlacStreams,
  parseFlac as parse,
} from '../../../../test/support/flacStreams.ts';
import { lengthOf, unitsOf, whole } from '../../../../test/support/streamParts.ts';
import { splitBlock } from '../block.ts';
import { titleOf } from '../vorbisComment.ts';
import { crc16, crc8, placeMark } from './crc.ts';
import { FlacParser } from './flacParser.ts';
import { FlacWriter } from './flacWriter.ts';
import { readFlacFrameHeader, renumberFrame } from './frameHeader.ts';
import { readStreamInfo } from './metadata.ts';

let streams: ReadonlyMap<string, Uint8Array> = new Map();

beforeAll(async () => {
  streams = await makeFlacStreams();
});

function sampleOf(name: FlacName): Uint8Array {
  const found = streams.get(name);
  if (!found) throw new Error(`no stream ${name}`);
  return found;
}

describe.each(flacNames)('%s', (name) => {
  test('every frame comes out byte for byte, however the stream is cut into pieces', () => {
    const stream = sampleOf(name);
    const expected = parse([stream]);
    expect(expected.segments).toHaveLength(1);
    expect(expected).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
    expect(Buffer.compare(expected.bytes, Buffer.from(stream.subarray(stream.length - expected.bytes.length)))).toBe(0);
    fc.assert(
      fc.property(pieceLengths, (lengths) => {
        const parsed = parse(cutInto(stream, lengths));
        expect(Buffer.compare(parsed.bytes, expected.bytes)).toBe(0);
        expect(parsed.frames).toEqual(expected.frames);
        expect(parsed).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
      }),
      { numRuns: 15 },
    );
  });
});

describe('a damaged stream', () => {
  test('gives only whole frames, at most a few less, and accounts for every byte', () => {
    const stream = sampleOf('48 kHz mono, small blocks');
    const good = parse([stream]);
    const known = new Set(unitsOf(good));
    const metadata = stream.length - good.bytes.length;
    fc.assert(
      fc.property(damaged(stream.subarray(metadata)), pieceLengths, (bytes, lengths) => {
        const parsed = parse(cutInto(bytes, lengths));
        expect(parsed.bytes.length + parsed.skipped + parsed.trailing).toBe(bytes.length);
        const units = unitsOf(parsed);
        expect(units.every((unit) => known.has(unit))).toBe(true);
        expect(parse([bytes]).frames).toEqual(parsed.frames);
      }),
      { numRuns: 40 },
    );
  });

  test('tells how much is missing where frames were lost', () => {
    const stream = sampleOf('44.1 kHz stereo');
    const { frames, bytes } = parse([stream]);
    const start = stream.length - bytes.length + lengthOf(frames.slice(0, 5));
    const end = start + lengthOf(frames.slice(5, 8));
    const parsed = parse(cutInto(join([stream.subarray(0, start), stream.subarray(end)]), [1448]));
    expect(parsed.segments).toHaveLength(1);
    // The frame before the hole is whole, and the header behind it is not the next one's.
    expect(parsed.holes).toEqual([4 * 4096]);
    expect(parsed.frames).toHaveLength(frames.length - 4);
  });

  test('reports the part of a frame at its end', () => {
    const stream = sampleOf('44.1 kHz stereo');
    const { frames } = parse([stream]);
    const last = frames.at(-1)?.bytes ?? 0;
    const parsed = parse(cutInto(stream.subarray(0, stream.length - 5), [999]));
    expect(parsed).toMatchObject({ skipped: 0, trailing: last - 5 });
    expect(parsed.frames).toEqual(frames.slice(0, -1));
  });

  test('is joined in the middle at the next whole frame, without headers', () => {
    const stream = sampleOf('44.1 kHz stereo');
    const { frames } = parse([stream]);
    fc.assert(
      fc.property(fc.nat({ max: 20_000 }), (back) => {
        const parsed = parse(cutInto(stream.subarray(stream.length - 60_000 - back), [1448]));
        expect(parsed.frames).toEqual(frames.slice(-parsed.frames.length));
        expect(parsed.segments[0]?.headers.format).toEqual({
          sampleRate: 44_100,
          channels: 2,
          bitDepth: 16,
          variable: false,
          blockSize: 4096,
        });
      }),
      { numRuns: 20 },
    );
  });
});

test('a stream that begins anew is another segment with its own comments, and loses no frame', () => {
  const first = sampleOf('44.1 kHz stereo');
  const second = sampleOf('96 kHz, 24 bit, 6 channels');
  const parsed = parse(cutInto(join([first, second, first]), [1448]));
  expect(parsed.segments.map(({ headers }) => headers.format.sampleRate)).toEqual([44_100, 96_000, 44_100]);
  expect(parsed.segments.map(({ headers }) => titleOf(headers.comments))).toEqual(Array(3).fill('Nobody - On air'));
  const alone = [first, second, first].map((bytes) => parse([bytes]).samples);
  expect(parsed.segments.map((segment) => whole(segment).samples)).toEqual(alone);
});

test('an ID3 tag before the stream is passed over', () => {
  const tag = new Uint8Array(10 + 300).fill(0xff);
  tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 300 >> 7, 300 & 0x7f]);
  const stream = sampleOf('44.1 kHz stereo');
  const parsed = parse(cutInto(join([tag, stream]), [7]));
  expect(parsed).toMatchObject({ skipped: tag.length, samples: parse([stream]).samples });
});

describe('FlacWriter', () => {
  test('patches for what is on disk, not for what it was given', () => {
    const [segment] = parse([sampleOf('44.1 kHz stereo')]).segments;
    if (!segment) throw new Error('no segment');
    const writer = new FlacWriter({
      format: segment.headers.format,
      comments: segment.headers.comments,
      seekPoints: 2,
    });
    const [first, second] = splitBlock(whole(segment), 10 * 4096);
    const onDisk = writer.write(first).length;
    writer.write(second);
    const infoOf = (bytes: number) => readStreamInfo(writer.patch(bytes)[0]?.bytes ?? new Uint8Array(0));
    expect(infoOf(0)).toMatchObject({ totalSamples: 0, minFrameBytes: 0 });
    expect(infoOf(onDisk - 1)).toMatchObject({ totalSamples: 9 * 4096 });
    expect(infoOf(onDisk)).toMatchObject({ totalSamples: 10 * 4096, minBlockSize: 4096, maxBlockSize: 4096 });
  });

  test('covers a long file evenly with the points it has', () => {
    const [segment] = parse([sampleOf('44.1 kHz stereo')]).segments;
    if (!segment) throw new Error('no segment');
    const [minute] = splitBlock(whole(segment), 4096);
    const writer = new FlacWriter({
      format: segment.headers.format,
      comments: segment.headers.comments,
      seekPoints: 8,
    });
    let written = 0;
    const frames = 2000;
    for (let count = 0; count < frames; count += 1) written += writer.write(minute).length;
    const table = Buffer.from(writer.wholePatch(written)[1]?.bytes ?? []);
    const points = Array.from({ length: 8 }, (_, index) => table.readBigUInt64BE(18 * index));
    const used = points.filter((sample) => sample !== 0xffff_ffff_ffff_ffffn).map(Number);
    expect(used.length).toBeGreaterThanOrEqual(4);
    expect(points.slice(0, used.length).map(Number)).toEqual(used);
    expect(used[0]).toBe(0);
    const gaps = used.slice(1).map((sample, index) => sample - (used[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(2 * Math.min(...gaps));
    expect((used.at(-1) ?? 0) + Math.max(...gaps) * 1.5).toBeGreaterThan(frames * 4096);
  });

  test('patches no more than what has changed, and comes to the same', () => {
    const [segment] = parse([sampleOf('44.1 kHz stereo')]).segments;
    if (!segment) throw new Error('no segment');
    const { format, comments } = segment.headers;
    const [frame] = splitBlock(whole(segment), 4096);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 40 }),
        (seekPoints, counts) => {
          const [often, once] = [1, 2].map(() => new FlacWriter({ format, comments, seekPoints }));
          if (!often || !once) throw new Error('no writer');
          const header = often.header();
          let written = 0;
          for (const count of counts) {
            for (let left = count; left > 0; left -= 1) {
              written += often.write(frame).length;
              once.write(frame);
            }
            for (const { offset, bytes } of often.patch(written)) header.set(bytes, offset);
            const again = often.patch(written);
            expect(again).toHaveLength(1);
          }
          const atOnce = once.header();
          for (const { offset, bytes } of once.wholePatch(written)) atOnce.set(bytes, offset);
          expect(Buffer.compare(header, atOnce)).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('refuses what is no FLAC frame', () => {
    const format = { sampleRate: 44_100, channels: 2, bitDepth: 16, variable: false, blockSize: 4096 };
    const writer = new FlacWriter({ format, comments: { vendor: '', fields: [] }, seekPoints: 0 });
    const block = { bytes: new Uint8Array(50), samples: 1, frames: [{ bytes: 50, samples: 1 }] };
    expect(() => writer.write(block)).toThrow(RangeError);
  });
});

test('any number that a header can hold is written and read back', () => {
  const [frame = new Uint8Array(0)] = cutInto(parse([sampleOf('44.1 kHz stereo')]).bytes, [
    parse([sampleOf('44.1 kHz stereo')]).frames[0]?.bytes ?? 0,
  ]);
  const header = readFlacFrameHeader(frame, 0);
  if (!header) throw new Error('no frame');
  const numbers = fc.nat({ max: 36 }).chain((bits) => fc.maxSafeNat().map((value) => value % 2 ** bits));
  fc.assert(
    fc.property(numbers, (number) => {
      const changed = renumberFrame(frame, header, number, true);
      expect(readFlacFrameHeader(changed, 0)).toMatchObject({ number, variable: true, blockSize: header.blockSize });
      expect(crc16(changed, 0, changed.length)).toBe(0);
      const back = renumberFrame(changed, { ...header, ...readFlacFrameHeader(changed, 0) }, header.number, false);
      expect(Buffer.from(back).equals(frame)).toBe(true);
    }),
  );
  expect(() => renumberFrame(frame, header, 2 ** 36)).toThrow(RangeError);
});

test('two places have one mark exactly when the check between them is 0', () => {
  const bytes = fc.uint8Array({ minLength: 2, maxLength: 400 });
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.boolean(), (before, unit, behind, valid) => {
      if (valid) {
        const check = crc16(unit, 0, unit.length - 2);
        unit.set([check >> 8, check & 0xff], unit.length - 2);
      }
      const stream = join([before, unit, behind]);
      const mark = (at: number) => placeMark(crc16(stream, 0, at), at);
      const isZero = crc16(unit, 0, unit.length) === 0;
      expect(mark(before.length) === mark(before.length + unit.length)).toBe(isZero);
      expect(isZero || !valid).toBe(true);
    }),
    { numRuns: 500 },
  );
});

describe('hostile input', () => {
  /** Headers with a right CRC-8, as close as they can stand, that no frame belongs to. */
  function headers(count: number): Buffer {
    return join(
      Array.from({ length: count }, (_, index) => {
        const header = Uint8Array.of(0xff, 0xf8, 0xc9, 0xa8, index & 0x7f, 0);
        header[5] = crc8(header, 0, 5);
        return header;
      }),
    );
  }

  test('costs time by its length alone, and no memory to speak of', () => {
    const piece = headers(20_000);
    const parser = new FlacParser();
    const started = performance.now();
    let skipped = 0;
    for (let count = 0; count < 25; count += 1) skipped += parser.push(piece).skipped;
    // 3 MB; checking every header against every other would take hours.
    expect(performance.now() - started).toBeLessThan(25_000);
    expect(skipped).toBeGreaterThan(25 * piece.length - 300_000);
  });

  test('of any kind is taken in any pieces for a second, without a crash', () => {
    const stream = sampleOf('11025 Hz, odd block size').subarray(0, 20_000);
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 4000 }),
      fc.uint8Array({ maxLength: 4000, min: 0xf8 }),
      damaged(stream),
      damaged(join([stream, stream])),
      fc.nat({ max: 2000 }).map(headers),
      fc.tuple(fc.nat({ max: 200 }), fc.uint8Array({ maxLength: 60 })).map(([at, put]) => {
        return join([stream.subarray(0, at), put, stream.subarray(at + put.length)]);
      }),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), pieceLengths, (parts, lengths) => {
        const bytes = join(parts);
        const parsed = parse(cutInto(bytes, lengths));
        expect(parsed.bytes.length + parsed.skipped + parsed.trailing).toBeLessThanOrEqual(bytes.length);
        for (const segment of parsed.segments) flacFile(segment.headers, whole(segment));
      }),
      { numRuns: 20_000, interruptAfterTimeLimit: 1000, seed: 20_261_121 },
    );
  });
});
