import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AudioFormat } from '../../shared/domain/source.ts';
import { createAdtsParser } from './adts.ts';
import type { CodedFrame } from './block.ts';
import type { FrameParser } from './frameParser.ts';
import { createMpegAudioParser } from './mpegAudio.ts';

interface Parsed {
  readonly bytes: Uint8Array;
  readonly frames: readonly CodedFrame[];
  readonly samples: number;
  readonly skipped: number;
  readonly trailing: number;
  readonly format: AudioFormat | undefined;
  readonly changedTo: AudioFormat | undefined;
}

function parse(parser: FrameParser, pieces: readonly Uint8Array[]): Parsed {
  const blocks: Uint8Array[] = [];
  const frames: CodedFrame[] = [];
  let samples = 0;
  let skipped = 0;
  let format: AudioFormat | undefined;
  let changedTo: AudioFormat | undefined;
  const take = (block: { bytes: Uint8Array; samples: number; frames?: readonly CodedFrame[] } | undefined) => {
    if (!block) return;
    const own = block.frames ?? [];
    expect(own.reduce((sum, frame) => sum + frame.bytes, 0)).toBe(block.bytes.length);
    expect(own.reduce((sum, frame) => sum + frame.samples, 0)).toBe(block.samples);
    blocks.push(block.bytes);
    frames.push(...own);
    samples += block.samples;
  };
  for (const piece of pieces) {
    const result = parser.push(piece);
    take(result.block);
    skipped += result.skipped;
    format ??= result.format;
    changedTo ??= result.changedTo;
  }
  const end = parser.flush();
  take(end.block);
  return {
    bytes: join(blocks),
    frames,
    samples,
    skipped: skipped + end.skipped,
    trailing: end.trailing,
    format,
    changedTo,
  };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const length = lengths[index % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Bytes without 0xFF, so that no header is in them. */
const noise = (maxLength: number, minLength = 0) =>
  fc.uint8Array({ minLength, maxLength, max: 0xfe }).filter((bytes) => !startsLikeTag(bytes));
const cuts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 12 });

function startsLikeTag(bytes: Uint8Array): boolean {
  return ['ID3', 'TAG'].includes(String.fromCharCode(...bytes.subarray(0, 3)));
}

/** MPEG-1 layer III, 44.1 kHz, joint stereo, any bitrate. */
function mpegFrame(bitrateIndex: number, padding: number, payload: Uint8Array): Uint8Array {
  const kbits = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320][bitrateIndex - 1] ?? 0;
  const frame = new Uint8Array(Math.floor((144 * kbits * 1000) / 44_100) + padding);
  fill(frame, payload);
  frame.set([0xff, 0xfb, (bitrateIndex << 4) | (padding << 1), 0x64]);
  return frame;
}

/** MPEG-4 AAC LC, 48 kHz, stereo. */
function adtsFrame(length: number, payload: Uint8Array, crc: boolean): Uint8Array {
  const frame = new Uint8Array(length);
  fill(frame, payload);
  frame.set([
    0xff,
    crc ? 0xf0 : 0xf1,
    0x4c,
    0x80 | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ]);
  return frame;
}

function fill(frame: Uint8Array, payload: Uint8Array): void {
  for (let at = 0; at < frame.length; at += 1) frame[at] = payload[at % payload.length] ?? 0;
}

/** A frame whose lost end is exactly as long as the frames that follow cannot be told from a whole one. */
function reachesBoundary(lost: number, following: readonly Uint8Array[]): boolean {
  let reach = 0;
  for (const frame of following) {
    reach += frame.length;
    if (Math.abs(reach - lost) < 8) return true;
  }
  return false;
}

const mpegFrames = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 0, max: 1 }), noise(40, 1))
    .map(([bitrate, padding, payload]) => mpegFrame(bitrate, padding, payload)),
  { minLength: 4, maxLength: 20 },
);
const adtsFrames = fc.array(
  fc
    .tuple(fc.integer({ min: 16, max: 8191 }), noise(40, 1), fc.boolean())
    .map(([length, payload, crc]) => adtsFrame(length, payload, crc)),
  { minLength: 4, maxLength: 20 },
);

const kinds = [
  { name: 'MPEG audio', create: createMpegAudioParser, frames: mpegFrames, samples: 1152 },
  { name: 'ADTS', create: createAdtsParser, frames: adtsFrames, samples: 1024 },
] as const;

describe.each(kinds)('$name parser', ({ create, frames: anyFrames, samples }) => {
  test('gives every frame byte for byte, however the input is cut', () => {
    fc.assert(
      fc.property(anyFrames, cuts, (frames, lengths) => {
        const stream = join(frames);
        const parsed = parse(create(), cut(stream, lengths));
        expect(Buffer.compare(parsed.bytes, stream)).toBe(0);
        expect(parsed.frames.map((frame) => frame.bytes)).toEqual(frames.map((frame) => frame.length));
        expect(parsed).toMatchObject({ samples: samples * frames.length, skipped: 0, trailing: 0 });
      }),
    );
  });

  test('does not depend on the cut, whatever comes in', () => {
    const hostile = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.uint8Array({ maxLength: 400, min: 0xf0 }),
        anyFrames.map((frames) => frames[0] ?? new Uint8Array(0)),
        anyFrames.map((frames) => join(frames).subarray(7, -9)),
        fc.constant(Uint8Array.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 2, 1])),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(hostile, cuts, (parts, lengths) => {
        const stream = join(parts);
        const whole = parse(create(), [stream]);
        const pieces = parse(create(), cut(stream, lengths));
        expect(Buffer.compare(pieces.bytes, whole.bytes)).toBe(0);
        expect(pieces.frames).toEqual(whole.frames);
        expect(whole.bytes.length + whole.skipped + whole.trailing).toBe(stream.length);
        expect(pieces.skipped + pieces.trailing).toBe(whole.skipped + whole.trailing);
      }),
      { numRuns: 400 },
    );
  });

  test('joins in the middle of a frame at the next whole one', () => {
    fc.assert(
      fc.property(anyFrames, fc.double({ min: 0.01, max: 0.99, noNaN: true }), cuts, (frames, part, lengths) => {
        const [first = new Uint8Array(0)] = frames;
        const at = Math.max(1, Math.floor(first.length * part));
        const parsed = parse(create(), cut(join(frames).subarray(at), lengths));
        expect(Buffer.compare(parsed.bytes, join(frames.slice(1)))).toBe(0);
        expect(parsed.skipped).toBe(first.length - at);
      }),
    );
  });

  test('leaves out the one frame that junk was put into, or that it follows: nobody can tell these apart', () => {
    const withJunk = fc.tuple(anyFrames, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), noise(2000, 10), cuts);
    fc.assert(
      fc.property(withJunk, ([frames, where, part, junk, lengths]) => {
        // Sync takes two frames, at the start and after junk.
        const at = 1 + (where % (frames.length - 3));
        const hit = frames[at] ?? new Uint8Array(0);
        const place = 7 + Math.round(part * (hit.length - 7));
        const torn = [hit.subarray(0, place), junk, hit.subarray(place)];
        const stream = join([...frames.slice(0, at), ...torn, ...frames.slice(at + 1)]);
        const parsed = parse(create(), cut(stream, lengths));
        expect(Buffer.compare(parsed.bytes, join(frames.filter((_, index) => index !== at)))).toBe(0);
        expect(parsed.skipped).toBe(hit.length + junk.length);
      }),
    );
  });

  test('skips a frame that lost its end, and no other', () => {
    fc.assert(
      fc.property(anyFrames, fc.nat(), fc.double({ min: 0.1, max: 0.9, noNaN: true }), (frames, where, part) => {
        const at = where % (frames.length - 2);
        const torn = frames[at] ?? new Uint8Array(0);
        const kept = torn.subarray(0, Math.max(7, Math.floor(torn.length * part)));
        fc.pre(!reachesBoundary(torn.length - kept.length, frames.slice(at + 1)));
        const stream = join([...frames.slice(0, at), kept, ...frames.slice(at + 1)]);
        const parsed = parse(create(), [stream]);
        expect(Buffer.compare(parsed.bytes, join(frames.filter((_, index) => index !== at)))).toBe(0);
        expect(parsed.skipped).toBe(kept.length);
      }),
    );
  });

  test('reports the part of a frame at the end of a cut stream', () => {
    fc.assert(
      fc.property(anyFrames, fc.double({ min: 0, max: 1, noNaN: true }), cuts, (frames, part, lengths) => {
        const whole = frames.slice(0, -1);
        const last = frames.at(-1) ?? new Uint8Array(0);
        const torn = last.subarray(0, Math.floor((last.length - 1) * part));
        const parsed = parse(create(), cut(join([...whole, torn]), lengths));
        expect(Buffer.compare(parsed.bytes, join(whole))).toBe(0);
        expect(parsed).toMatchObject({ skipped: 0, trailing: torn.length });
      }),
    );
  });

  test('bounds memory and time for endless bytes that look like headers', () => {
    const parser = create();
    const piece = new Uint8Array(64 * 1024).fill(0xff);
    let skipped = 0;
    for (let count = 0; count < 64; count += 1) skipped += parser.push(piece).skipped;
    expect(skipped).toBeGreaterThan(63 * piece.length);
  });
});

describe('MPEG audio parser', () => {
  const payload = Uint8Array.from([1, 2, 3]);

  test('passes over an ID3 tag that is longer than a piece, and one between two frames', () => {
    const tag = new Uint8Array(10 + 5000).fill(0xfb);
    tag.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 5000 >> 7, 5000 & 0x7f]);
    const frames = [9, 9, 10, 9, 9, 9].map((index) => mpegFrame(index, 0, payload));
    const stream = join([tag, ...frames.slice(0, 3), tag, ...frames.slice(3)]);
    const parsed = parse(createMpegAudioParser(), cut(stream, [700]));
    expect(Buffer.compare(parsed.bytes, join(frames))).toBe(0);
    expect(parsed).toMatchObject({ skipped: 2 * tag.length, trailing: 0 });
  });

  test('leaves out the table that describes the file a server plays from', () => {
    const table = mpegFrame(9, 0, Uint8Array.from([0]));
    table.set(Buffer.from('Xing'), 36);
    const frames = [9, 9, 9].map((index) => mpegFrame(index, 0, payload));
    const parsed = parse(createMpegAudioParser(), cut(join([table, ...frames]), [100]));
    expect(Buffer.compare(parsed.bytes, join(frames))).toBe(0);
    expect(parsed.skipped).toBe(table.length);
  });

  test('ends at a change of format, with every frame of the first', () => {
    const first = [9, 9, 9].map((index) => mpegFrame(index, 0, payload));
    const second = [9, 9, 9, 9].map((index) => {
      const frame = mpegFrame(index, 0, payload).slice(0, Math.floor((144 * 128_000) / 48_000));
      frame[2] = 0x94;
      return frame;
    });
    const parsed = parse(createMpegAudioParser(), cut(join([...first, ...second]), [333]));
    expect(Buffer.compare(parsed.bytes, join(first))).toBe(0);
    expect(parsed.format?.sampleRate).toBe(44_100);
    expect(parsed.changedTo).toMatchObject({ codec: 'mp3', sampleRate: 48_000, channels: 2 });
  });

  test('takes no reserved value and no free format', () => {
    const good = [0xff, 0xfb, 0x90, 0x64];
    const bad: readonly (readonly [number, number])[] = [
      [1, 0xeb],
      [1, 0xf9],
      [2, 0x00],
      [2, 0xf0],
      [2, 0x9c],
      [3, 0x66],
    ];
    const frames = (header: readonly number[]) => {
      const frame = mpegFrame(9, 0, payload);
      frame.set(header);
      return join([frame, frame, frame]);
    };
    expect(parse(createMpegAudioParser(), [frames(good)]).samples).toBe(3 * 1152);
    for (const [at, value] of bad) {
      const header = good.with(at, value);
      expect(parse(createMpegAudioParser(), [frames(header)]).samples, JSON.stringify(header)).toBe(0);
    }
  });

  test('takes no sync from a header that one of another format follows', () => {
    const frames = [9, 9, 9].map((index) => mpegFrame(index, 0, payload));
    const other = mpegFrame(9, 0, payload);
    // The same at 48 kHz is shorter.
    other[2] = 0x94;
    const junk = other.subarray(0, 384);
    const parsed = parse(createMpegAudioParser(), [join([junk, ...frames])]);
    expect(Buffer.compare(parsed.bytes, join(frames))).toBe(0);
    expect(parsed).toMatchObject({ skipped: 384, changedTo: undefined, format: { sampleRate: 44_100 } });
  });

  test('states the average bitrate', () => {
    const frames = [9, 11, 9, 11].map((index) => mpegFrame(index, 0, payload));
    const parser = createMpegAudioParser();
    parser.push(join(frames));
    parser.push(frames[0] ?? new Uint8Array(0));
    expect(parser.format?.bitrate).toBeGreaterThan(155_000);
    expect(parser.format?.bitrate).toBeLessThan(165_000);
  });
});
