import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startOf } from './bext.ts';
import { type WavFormat, WavWriter, sizePatches } from './wav.ts';
import { readWavHeader, scanWavHeader } from './wavReader.ts';

const START = { startedAt: Date.UTC(2026, 10, 21, 23, 30, 0, 250), offsetMinutes: 60 };
const STEREO: WavFormat = { sampleRate: 48_000, channels: 2, bitDepth: 16 };

const formats: fc.Arbitrary<WavFormat> = fc
  .record({
    sampleRate: fc.constantFrom(8000, 11_025, 44_100, 48_000, 96_000, 192_000),
    channels: fc.integer({ min: 1, max: 64 }),
    bitDepth: fc.constantFrom(16, 24, 32),
    float: fc.boolean(),
  })
  .map((format) => ({ ...format, float: format.float && format.bitDepth === 32 }));

/** The first bytes of the file once `dataBytes` bytes of samples are in it. */
function patched(writer: WavWriter, dataBytes: number): Uint8Array {
  const bytes = writer.header();
  for (const patch of writer.patch(dataBytes)) bytes.set(patch.bytes, patch.offset);
  return bytes;
}

describe('WavWriter', () => {
  test('states format, size and start so that they are read back, up to many GiB', () => {
    const start = fc.record({
      startedAt: fc.integer({ min: 0, max: 4_000_000_000_000 }),
      offsetMinutes: fc.integer({ min: -720, max: 840 }),
    });
    fc.assert(
      fc.property(
        formats,
        start,
        fc.nat({ max: 2 ** 45 }),
        fc.nat({ max: 2 ** 40 }),
        (format, instant, first, second) => {
          const writer = new WavWriter(format, { ...instant, sourceName: 'Studio A' });
          const bytes = patched(writer, first);
          for (const patch of writer.patch(second)) bytes.set(patch.bytes, patch.offset);
          // A file only grows, so a size below 4 GiB never follows one above.
          fc.pre(first <= 2 ** 32 - 2000 || second > 2 ** 32);
          const header = readWavHeader(bytes);
          expect(header).toMatchObject({
            ...format,
            frameBytes: writer.frameBytes,
            dataBytes: second,
            canBeWide: true,
          });
          expect(header.dataOffset).toBe(writer.dataOffset);
          expect(header.riffEnd).toBe(writer.dataOffset + second + (second % 2));
          const found = header.bext && startOf(header.bext, header.sampleRate);
          expect(found?.offsetMinutes).toBe(instant.offsetMinutes);
          expect(Math.abs((found?.startedAt ?? 0) - instant.startedAt)).toBeLessThan(1);
        },
      ),
    );
  });

  test('states the number of sample frames where samples are floating-point numbers', () => {
    const writer = new WavWriter({ ...STEREO, bitDepth: 32, float: true }, { ...START, sourceName: 'x' });
    const counted = (dataBytes: number): number => {
      const bytes = patched(writer, dataBytes);
      const { factAt } = readWavHeader(bytes);
      return new DataView(bytes.buffer, bytes.byteOffset).getUint32(factAt ?? 0, true);
    };
    expect(counted(8 * 1000)).toBe(1000);
    expect(counted(8 * 2 ** 30)).toBe(0xffff_ffff);
  });

  test('counts samples since local midnight', () => {
    const format = { ...STEREO, sampleRate: 44_100 };
    const { bext } = readWavHeader(new WavWriter(format, { ...START, sourceName: 'x' }).header());
    expect(bext).toMatchObject({
      originator: 'Longtake',
      originatorReference: '2026-11-22T00:30:00.250+01:00',
      date: '2026-11-22',
      time: '00:30:00',
      timeReference: 1800.25 * 44_100,
    });
  });

  test('keeps a long name of any script within its field', () => {
    const name = 'Ж'.repeat(200);
    const { bext } = readWavHeader(new WavWriter(STEREO, { ...START, sourceName: name }).header());
    expect(bext?.description).toBe('Ж'.repeat(128));
  });

  test('rewrites two sizes as it grows, and the head when it passes 4 GiB', () => {
    const writer = new WavWriter(STEREO, { ...START, sourceName: 'x' });
    expect(writer.patch(1000).map((patch) => [patch.offset, patch.bytes.length])).toEqual([
      [writer.dataOffset - 4, 4],
      [4, 4],
    ]);
    const largest = 0xffff_fffe - (writer.dataOffset - 8);
    expect(readWavHeader(patched(writer, largest)).form).toBe('RIFF');
    expect(readWavHeader(patched(writer, largest + 4)).form).toBe('RF64');
  });

  test('pads an odd number of bytes', () => {
    const writer = new WavWriter({ sampleRate: 48_000, channels: 1, bitDepth: 24 }, { ...START, sourceName: 'x' });
    expect(writer.tail(3)).toHaveLength(1);
    expect(writer.tail(6)).toHaveLength(0);
  });
});

describe('sizePatches', () => {
  test('turns RF64 back into a plain file when it turns out shorter', () => {
    const writer = new WavWriter(STEREO, { ...START, sourceName: 'x' });
    const bytes = patched(writer, 5 * 2 ** 30);
    const places = { dataOffset: writer.dataOffset, frameBytes: 4, form: 'RF64', factAt: undefined } as const;
    for (const patch of sizePatches(places, 400)) bytes.set(patch.bytes, patch.offset);
    expect(Buffer.compare(bytes, patched(writer, 400))).toBe(0);
  });
});

describe('readWavHeader', () => {
  const whole = patched(new WavWriter(STEREO, { ...START, sourceName: 'x' }), 4000);

  test('asks for what it needs of a header that is cut anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        const result = scanWavHeader(whole.subarray(0, length));
        expect('need' in result && result.need > length && result.need <= whole.length).toBe(true);
      }),
    );
  });

  test.each([
    ['data size open', whole.length - 4, [0xff, 0xff, 0xff, 0xff], { dataBytes: Infinity }],
    ['data size 0', whole.length - 4, [0, 0, 0, 0], { dataBytes: 0 }],
    ['RIFF size open', 4, [0xff, 0xff, 0xff, 0xff], { riffEnd: Infinity, dataBytes: 4000 }],
  ])('%s', (_, at, bytes, expected) => {
    const changed = whole.slice();
    changed.set(bytes, at);
    expect(readWavHeader(changed)).toMatchObject(expected);
  });

  test('passes over chunks of odd size and of any name', () => {
    const list = Buffer.from('LIST\u0003\0\0\0abc\0', 'latin1');
    const changed = Buffer.concat([whole.subarray(0, 12), list, whole.subarray(12)]);
    expect(readWavHeader(changed)).toMatchObject({ dataOffset: whole.length + list.length, canBeWide: false });
  });

  test('refuses what is not PCM in whole numbers, with a sentence', () => {
    const formatAt = Buffer.from(whole).indexOf('fmt ') + 8;
    const changes: readonly (readonly [number, readonly number[]])[] = [
      [0, [0x4f]],
      [8, [0]],
      [formatAt, [3, 0]],
      [formatAt, [85, 0]],
      [formatAt + 2, [0, 0]],
      [formatAt + 4, [0, 0, 0, 0]],
      [formatAt + 12, [0, 0]],
      [formatAt + 12, [5, 0]],
      [formatAt - 8, [0x66, 0x6d, 0x74, 0x5f]],
    ];
    for (const [at, bytes] of changes) {
      const changed = whole.slice();
      changed.set(bytes, at);
      expect(() => readWavHeader(changed), `${at}: ${bytes.join(' ')}`).toThrow(/cannot be read as audio: .+\.$/);
    }
  });

  test('gives a header, a need or DAMAGED for any bytes', () => {
    const hostile = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat({ max: whole.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 12 })).map(([at, bytes]) => {
        const changed = whole.slice();
        changed.set(bytes.subarray(0, whole.length - at), at);
        return changed;
      }),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          const result = scanWavHeader(bytes);
          if ('need' in result) expect(result.need).toBeGreaterThan(bytes.length);
          else expect(result.dataOffset).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toMatchObject({ code: 'DAMAGED' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
