import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cutInto, damaged, join, pieceLengths } from '../../../../test/support/codedAudio.ts';
import {
  type OggName,
  makeOggStreams,
  oggFile,
  oggNames,
  parseOgg as parse,
} from '../../../../test/support/oggStreams.ts';
import { unitsOf, whole } from '../../../../test/support/streamParts.ts';
import { NO_COMMENTS, readComments, titleOf, writeComments } from '../vorbisComment.ts';
import { crc32 } from './crc.ts';
import { OggParser } from './oggParser.ts';
import { OggWriter } from './oggWriter.ts';
import { opusDuration } from './opusPacket.ts';
import { type OggPage, isIntact, pageLength, readPage, writePage } from './page.ts';
import { readModes } from './vorbisSetup.ts';

let streams: ReadonlyMap<string, Uint8Array> = new Map();

beforeAll(async () => {
  streams = await makeOggStreams();
});

function sampleOf(name: OggName): Uint8Array {
  const found = streams.get(name);
  if (!found) throw new Error(`no stream ${name}`);
  return found;
}

/** Every page as bytes. */
function pagesOf(stream: Uint8Array): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let at = 0; at < stream.length;) {
    const length = pageLength(stream, at) ?? 0;
    if (length === 0) throw new Error('no page');
    pages.push(stream.subarray(at, at + length));
    at += length;
  }
  return pages;
}

function changed(bytes: Uint8Array, change: Partial<OggPage>): Uint8Array {
  return writePage({ ...readPage(bytes, 0), ...change });
}

describe.each(oggNames)('%s', (name) => {
  test('every packet comes out byte for byte, however the stream is cut into pieces', () => {
    const stream = sampleOf(name);
    const expected = parse([stream]);
    expect(expected.segments).toHaveLength(1);
    expect(titleOf(expected.segments[0]?.headers.comments ?? NO_COMMENTS)).toBe('Nobody - On air');
    expect(expected).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
    fc.assert(
      fc.property(pieceLengths, (lengths) => {
        const parsed = parse(cutInto(stream, lengths));
        expect(Buffer.compare(parsed.bytes, expected.bytes)).toBe(0);
        expect(parsed.frames).toEqual(expected.frames);
        expect(parsed).toMatchObject({ holes: [], skipped: 0, trailing: 0 });
      }),
      { numRuns: 10 },
    );
  });

  test('packets last as long as the pages say', () => {
    const stream = sampleOf(name);
    const last = readPage(pagesOf(stream).at(-1) ?? stream, 0);
    expect(last.isLast).toBe(true);
    const parsed = parse([stream]);
    const preSkip = parsed.segments[0]?.headers.preSkip ?? 0;
    expect(parsed.samples + preSkip).toBe(last.granule);
    // And page by page: what is given out by the end of a page is what the page says.
    const parser = new OggParser();
    let samples = 0;
    for (const bytes of pagesOf(stream)) {
      for (const part of parser.push(bytes).parts) if (part.kind === 'block') samples += part.block.samples;
      const { granule } = readPage(bytes, 0);
      if (granule !== undefined) expect(samples).toBe(Math.max(0, granule - preSkip));
    }
  });

  test('a page that is lost is a hole of its length, and nothing else is', () => {
    const pages = pagesOf(sampleOf(name));
    const good = unitsOf(parse(pages));
    const granules = pages.map((bytes) => readPage(bytes, 0)).map((page) => page.granule ?? 0);
    const [from = 0, to = 0] = [pages.length - 4, pages.length - 3];
    const parsed = parse(pages.filter((_, index) => index !== to));
    expect(parsed.segments).toHaveLength(1);
    expect(parsed.holes).toHaveLength(1);
    const lost = parse(pages).samples - parsed.samples;
    expect(lost).toBeGreaterThanOrEqual((granules[to] ?? 0) - (granules[from] ?? 0));
    expect(parsed.holes[0]).toBe(lost);
    const kept = new Set(good);
    expect(unitsOf(parsed).every((unit) => kept.has(unit))).toBe(true);
  });
});

describe('pages', () => {
  const packets = fc.array(
    fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(0, 254, 255, 256, 510, 65_025, 65_026, 70_000, 200_000)),
    { minLength: 1, maxLength: 30 },
  );

  test('hold packets of any length, and joined they are the same again', () => {
    const headers = parse([sampleOf('Vorbis 44.1 kHz stereo')]).segments[0]?.headers;
    if (!headers) throw new Error('no headers');
    fc.assert(
      fc.property(packets, pieceLengths, (lengths, pieces) => {
        // An even first byte marks a packet of audio.
        const units = lengths.map((length, index) => new Uint8Array(Math.max(1, length)).fill((index * 2) & 0xfe));
        const frames = units.map((unit) => ({ bytes: unit.length, samples: 100 }));
        const file = oggFile(headers, { bytes: join(units), samples: 100 * units.length, frames }, true).bytes;
        const pages = pagesOf(file);
        const read = pages.map((bytes) => readPage(bytes, 0));
        expect(pages.every((bytes) => isIntact(bytes, 0, bytes.length))).toBe(true);
        expect(read.map((page) => page.sequence)).toEqual(read.map((_, index) => index));
        expect(read.map((page) => page.isFirst)).toEqual(read.map((_, index) => index === 0));
        expect(read.map((page) => page.isLast)).toEqual(read.map((_, index) => index === read.length - 1));
        expect(read[0]).toMatchObject({ granule: 0, endsWhole: true });
        expect(Buffer.compare(join(read[0]?.packets ?? []), headers.packets[0] ?? new Uint8Array(0))).toBe(0);
        expect(Buffer.compare(parse(cutInto(file, pieces)).bytes, join(units))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('a file without audio is a file of headers that ends', () => {
    const headers = parse([sampleOf('Opus stereo')]).segments[0]?.headers;
    if (!headers) throw new Error('no headers');
    const writer = new OggWriter({ headers, comments: NO_COMMENTS, serial: 1, isFirst: true });
    const last = pagesOf(join([writer.header(), writer.end()])).at(-1) ?? new Uint8Array(0);
    expect(readPage(last, 0)).toMatchObject({ isLast: true, granule: 0, packets: [] });
    expect(writer.samples).toBe(0);
  });

  test('come out at least every half second, but for the last', () => {
    const [segment] = parse([sampleOf('Opus stereo')]).segments;
    if (!segment) throw new Error('no segment');
    const { bytes } = oggFile(segment.headers, whole(segment), true);
    const granules = pagesOf(bytes)
      .map((page) => readPage(page, 0).granule ?? 0)
      .slice(1);
    const steps = granules.slice(1).map((granule, index) => granule - (granules[index] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(24_000);
    expect(granules.length).toBeGreaterThan(8);
  });

  test('the check is the one of the specification', () => {
    // "123456789", with these terms and without inversion (CRC-32/MPEG-2 starts with ones, this one with zeros).
    expect(crc32(Buffer.from('123456789'), 0, 9)).toBe(0x89a1_897f);
  });
});

describe('a stream', () => {
  test('is joined in the middle without a hole, once its headers are there', () => {
    const pages = pagesOf(sampleOf('Vorbis 44.1 kHz stereo'));
    const headers = pages.filter((bytes) => readPage(bytes, 0).granule === 0);
    const parsed = parse([...headers, ...pages.slice(-3)]);
    expect(parsed).toMatchObject({ holes: [], trailing: 0 });
    expect(unitsOf(parse(pages)).slice(-parsed.frames.length)).toEqual(unitsOf(parsed));
    expect(parsed.frames[0]?.samples).toBe(0);
  });

  test('that is mixed with others is taken out', () => {
    const audio = pagesOf(sampleOf('Opus stereo'));
    const other = Array.from({ length: 5 }, (_, index) =>
      writePage({
        isContinued: false,
        isFirst: index === 0,
        isLast: index === 4,
        granule: index,
        serial: 77,
        sequence: index,
        packets: [Buffer.from(index === 0 ? 'fishead\0skeleton' : 'something else')],
        endsWhole: true,
      }),
    );
    const [skeleton, ...rest] = other;
    const mixed = [skeleton, audio[0], rest[0], ...audio.slice(1, 4), ...rest.slice(1), ...audio.slice(4)];
    const parsed = parse(mixed.filter((bytes) => bytes !== undefined));
    expect(parsed.segments).toHaveLength(1);
    expect(unitsOf(parsed)).toEqual(unitsOf(parse(audio)));
    expect(parsed).toMatchObject({ holes: [], skipped: join(rest).length });
  });

  test('that ends in the middle of a page reports the rest', () => {
    const stream = sampleOf('Opus stereo');
    const last = pagesOf(stream).at(-1)?.length ?? 0;
    const parsed = parse(cutInto(stream.subarray(0, stream.length - 1), [500]));
    expect(parsed).toMatchObject({ skipped: 0, trailing: last - 1, holes: [] });
  });

  test('that begins anew under the same serial number is another segment', () => {
    const stream = sampleOf('Opus stereo');
    expect(parse([join([stream, stream])]).segments).toHaveLength(2);
    const cut = stream.subarray(0, stream.length - 3000);
    expect(parse([join([cut, stream])]).segments).toHaveLength(2);
  });

  test('with a page that was changed on the way loses that page alone', () => {
    const pages = pagesOf(sampleOf('Opus stereo'));
    const at = 5;
    const broken = pages.map((bytes, index) => {
      const copy = Uint8Array.from(bytes);
      if (index === at) copy[copy.length - 9] = (copy[copy.length - 9] ?? 0) ^ 1;
      return copy;
    });
    const parsed = parse(cutInto(join(broken), [1448]));
    expect(parsed.skipped).toBe(pages[at]?.length);
    expect(parsed.holes).toHaveLength(1);
    expect(parsed.samples + (parsed.holes[0] ?? 0)).toBe(parse(pages).samples);
  });

  test('whose pages say nonsense about time still gives every packet', () => {
    const pages = pagesOf(sampleOf('Vorbis 44.1 kHz stereo'));
    const odd = pages.map((bytes, index) => {
      return index < 2 ? bytes : changed(bytes, { granule: index % 2 === 0 ? undefined : 2 ** 50 - index });
    });
    expect(unitsOf(parse(odd))).toEqual(unitsOf(parse(pages)));
  });
});

describe('durations', () => {
  test.each([
    [[0x00], 480],
    [[0x18, 0], 2880],
    [[0x61, 0], 960],
    [[0x80, 0], 120],
    [[0xfc, 0], 960],
    [[0xfd, 0], 1920],
    [[0xff, 6], 5760],
    [[0xff, 7], undefined],
    [[0xff, 0], undefined],
    [[0xff], undefined],
    [[], undefined],
  ])('of the Opus packet %j', (bytes, samples) => {
    expect(opusDuration(Uint8Array.from(bytes))).toBe(samples);
  });

  test('no setup of Vorbis, however damaged, takes long or throws', () => {
    const setup = parse([sampleOf('Vorbis 44.1 kHz stereo')]).segments[0]?.headers.packets[2] ?? new Uint8Array(0);
    expect(readModes(setup, 2)).toEqual([false, true]);
    expect(readModes(setup.subarray(0, -3), 2)).toBeUndefined();
    fc.assert(
      fc.property(damaged(setup), fc.integer({ min: 1, max: 255 }), (bytes, channels) => {
        const modes = readModes(bytes, channels);
        if (modes) expect(modes.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 200 },
    );
  });
});

test('comments are read as they were written, and what is not there is not invented', () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replaceAll(/[^ -<>-}]/g, 'X'));
  const fields = fc.array(fc.tuple(name, fc.string({ unit: 'grapheme', maxLength: 200 })), { maxLength: 20 });
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fields, fc.nat(), (vendor, list, cut) => {
      const bytes = writeComments({ vendor, fields: list });
      expect(readComments(bytes)).toEqual({ vendor, fields: list });
      const short = readComments(bytes.subarray(0, cut % bytes.length)).fields;
      expect(short).toEqual(list.slice(0, short.length));
    }),
  );
  expect(() => writeComments({ vendor: '', fields: [['A=B', '']] })).toThrow(RangeError);
});

describe('hostile input', () => {
  /** Starts of pages of the greatest length, as close as they can stand. */
  function captures(count: number): Buffer {
    const header = new Uint8Array(27).fill(0xff);
    header.set([0x4f, 0x67, 0x67, 0x53, 0, 0]);
    return join(Array.from({ length: count }, () => header));
  }

  test('costs time by its length alone', () => {
    const piece = captures(4000);
    const parser = new OggParser();
    const started = performance.now();
    let skipped = 0;
    for (let count = 0; count < 50; count += 1) skipped += parser.push(piece).skipped;
    // 5 MB, and 200,000 places to check 65 kB from.
    expect(performance.now() - started).toBeLessThan(25_000);
    expect(skipped).toBeGreaterThan(50 * piece.length - 70_000);
    const stream = sampleOf('Opus stereo');
    expect(unitsOf(parse([join([...Array.from({ length: 50 }, () => piece), stream])]))).toEqual(
      unitsOf(parse([stream])),
    );
  });

  test('a packet that never ends is not kept', () => {
    const pages = pagesOf(sampleOf('Opus stereo'));
    const parser = new OggParser();
    const before = pages.slice(0, 3).map((bytes) => parser.push(bytes).parts.length);
    expect(before.at(-1)).toBeGreaterThan(0);
    const { serial } = readPage(pages[0] ?? new Uint8Array(0), 0);
    const state = { isFirst: false, isLast: false, granule: undefined, serial, endsWhole: false };
    let skipped = 0;
    for (let sequence = 3; sequence < 300; sequence += 1) {
      const packets = [new Uint8Array(65_025)];
      skipped += parser.push(writePage({ ...state, isContinued: sequence > 3, sequence, packets })).skipped;
    }
    expect(skipped).toBeGreaterThan(14_000_000);
  });

  test('of any kind is taken in any pieces for a second, without a crash', () => {
    const shortest = (name: OggName) => sampleOf(name).subarray(0, 24_000);
    const names: readonly OggName[] = ['Vorbis 22.05 kHz mono', 'Opus mono speech, 60 ms', 'FLAC by ffmpeg'];
    /** Damage whose check is made right, so that it gets through. */
    const resealed = fc.constantFrom(...names).chain((name) => {
      const pages = pagesOf(sampleOf(name)).slice(0, 6);
      return fc.tuple(fc.nat({ max: pages.length - 1 }), damaged(join(pages))).map(([at, bytes]) => {
        const page = readPage(pages[at] ?? new Uint8Array(0), 0);
        const packets = page.packets.map((packet) => bytes.subarray(0, packet.length));
        return join(pages.map((other, index) => (index === at ? writePage({ ...page, packets }) : other)));
      });
    });
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 4000 }),
      ...names.map((name) => damaged(shortest(name))),
      resealed,
      fc.nat({ max: 300 }).map(captures),
    );
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 3 }), pieceLengths, (parts, lengths) => {
        const bytes = join(parts);
        const parsed = parse(cutInto(bytes, lengths));
        expect(parsed.bytes.length + parsed.skipped + parsed.trailing).toBeLessThanOrEqual(bytes.length);
        for (const segment of parsed.segments) oggFile(segment.headers, whole(segment), false);
      }),
      { numRuns: 20_000, interruptAfterTimeLimit: 1000, seed: 20_261_121 },
    );
  });
});
