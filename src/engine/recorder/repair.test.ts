import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { writeId3 } from '../containers/id3.ts';
import { type WavFormat, WavWriter } from '../containers/wav.ts';
import { readWavHeader } from '../containers/wavReader.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { inspectFile } from './inspect.ts';
import { repairFile } from './repair.ts';

const START = { startedAt: Date.UTC(2026, 10, 21, 9, 0, 0, 500), offsetMinutes: 60, sourceName: 'Studio A' };

let folder = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'repair-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(bytes: Uint8Array, extension: string): Promise<string> {
  count += 1;
  const path = join(folder, `${count}.${extension}`);
  await writeFile(path, bytes);
  return path;
}

/** A recording whose header was last brought up to date at `stated` bytes, and that holds `held` bytes of samples. */
function unfinished(format: WavFormat, stated: number, held: number): Uint8Array {
  const writer = new WavWriter(format, START);
  const header = writer.header();
  for (const patch of writer.patch(stated)) header.set(patch.bytes, patch.offset);
  return Buffer.concat([header, Buffer.alloc(held, 0x55)]);
}

/** The same, killed while its header was brought up to date: so many of the changes were written. */
function killedInHeader(format: WavFormat, stated: number, held: number, changes: number): Uint8Array {
  const writer = new WavWriter(format, START);
  const file = unfinished(format, stated, held);
  for (const patch of writer.patch(held).slice(0, changes)) file.set(patch.bytes, patch.offset);
  return file;
}

/** Frames of 128 kbit/s, 44.1 kHz. */
function mp3(frames: number): Buffer {
  const frame = Buffer.alloc(417, 0x11);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

const formats: fc.Arbitrary<WavFormat> = fc.record({
  sampleRate: fc.constantFrom(44_100, 48_000),
  channels: fc.integer({ min: 1, max: 4 }),
  bitDepth: fc.constantFrom(16, 24, 32),
});

describe('WAV', () => {
  test.each([0, 1, 2, 3])('a recording that was killed after change %d of its header is whole', async (changes) => {
    for (const float of [false, true]) {
      const format = { sampleRate: 48_000, channels: 2, bitDepth: 32, float } as const;
      const path = await fileOf(killedInHeader(format, 8000, 24_000, changes), 'wav');
      expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples: 3000, needsRepair: false });
      const bytes = await readFile(path);
      expect(readWavHeader(bytes)).toMatchObject({ dataBytes: 24_000, riffEnd: bytes.length });
    }
  });

  test('a recording that was killed anywhere holds every whole sample frame after its repair', async () => {
    await fc.assert(
      fc.asyncProperty(formats, fc.nat({ max: 5000 }), fc.nat({ max: 5000 }), async (format, stated, held) => {
        const path = await fileOf(unfinished(format, stated, held), 'wav');
        const frameBytes = (format.channels * format.bitDepth) / 8;
        const samples = Math.floor(held / frameBytes);
        expect(await inspectFile(nodeFileSystem, path)).toMatchObject({ samples, container: 'wav' });
        const repaired = await repairFile(nodeFileSystem, path);
        expect(repaired).toMatchObject({ samples, needsRepair: false, trailingBytes: 0 });
        expect(repaired).toMatchObject({ startedAt: START.startedAt, offsetMinutes: 60, format });
        const bytes = await readFile(path);
        const header = readWavHeader(bytes);
        expect(header.dataBytes).toBe(samples * frameBytes);
        expect(bytes.length).toBe(header.riffEnd);
        expect(bytes.length).toBe(repaired.bytes);
        const payload = bytes.subarray(header.dataOffset, header.dataOffset + header.dataBytes);
        expect(payload.every((byte) => byte === 0x55)).toBe(true);
        expect(await repairFile(nodeFileSystem, path)).toEqual(repaired);
      }),
      { numRuns: 60 },
    );
  });

  test('leaves chunks and bytes behind the samples of other programs alone', async () => {
    const ours = Buffer.from(unfinished({ sampleRate: 48_000, channels: 2, bitDepth: 16 }, 400, 400));
    const other = Buffer.concat([ours, Buffer.from('TAGsome title')]);
    other.fill(0, ours.indexOf('Longtake'), ours.indexOf('Longtake') + 8);
    const path = await fileOf(other, 'wav');
    expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples: 100, needsRepair: false });
    expect(Buffer.compare(await readFile(path), other)).toBe(0);
  });

  test('is put back as it was when the disk does not keep what is written', async () => {
    const original = unfinished({ sampleRate: 48_000, channels: 2, bitDepth: 16 }, 40, 4001);
    const path = await fileOf(original, 'wav');
    await expect(repairFile(losingDataSize(original.length - 4001), path)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(Buffer.compare(await readFile(path), original)).toBe(0);
  });

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['half a header', unfinished({ sampleRate: 48_000, channels: 2, bitDepth: 16 }, 0, 0).subarray(0, 300)],
    ['text', Buffer.from('This is a letter and no recording, whatever its name says about that.')],
  ])('%s is damaged and stays as it is', async (_, bytes) => {
    const path = await fileOf(bytes, 'wav');
    await expect(repairFile(nodeFileSystem, path)).rejects.toMatchObject({ code: 'DAMAGED' });
    await expect(inspectFile(nodeFileSystem, path)).rejects.toMatchObject({ code: 'DAMAGED' });
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test('a recording of 5 GiB is found by its 64-bit size', async () => {
    const path = await fileOf(unfinished({ sampleRate: 48_000, channels: 2, bitDepth: 16 }, 5 * 2 ** 30, 0), 'wav');
    const sparse = await nodeFileSystem.openForRepair(path);
    await sparse.truncate((await sparse.size()) + 5 * 2 ** 30 + 4000);
    await sparse.close();
    expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples: 5 * 2 ** 28 + 1000, needsRepair: false });
  });
});

describe('MP3', () => {
  test('cut anywhere keeps its whole frames and loses the torn one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 700 }), fc.integer({ min: 0, max: 416 }), async (frames, torn) => {
        const path = await fileOf(mp3(frames + 1).subarray(0, frames * 417 + torn), 'mp3');
        expect(await inspectFile(nodeFileSystem, path)).toMatchObject({
          container: 'mp3',
          samples: frames * 1152,
          bytes: frames * 417 + torn,
          trailingBytes: torn,
          needsRepair: torn > 0,
        });
        expect(await repairFile(nodeFileSystem, path)).toMatchObject({
          samples: frames * 1152,
          bytes: frames * 417,
          needsRepair: false,
        });
        expect(Buffer.compare(await readFile(path), mp3(frames))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test('torn behind its tag keeps the tag, and counts none of it as audio', async () => {
    const tag = writeId3([{ frame: 'TIT2', value: 'x'.repeat(900) }]);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 700 }), fc.integer({ min: 0, max: 416 }), async (frames, torn) => {
        const whole = Buffer.concat([tag, mp3(frames)]);
        const path = await fileOf(Buffer.concat([whole, mp3(1).subarray(0, torn)]), 'mp3');
        const samples = frames * 1152;
        expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples, bytes: whole.length });
        expect(Buffer.compare(await readFile(path), whole)).toBe(0);
      }),
      { numRuns: 40 },
    );
    const empty = await fileOf(tag, 'mp3');
    await expect(repairFile(nodeFileSystem, empty)).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  test('keeps a tag at its end', async () => {
    const bytes = Buffer.concat([mp3(10), Buffer.from('TAG'), Buffer.alloc(125, 0x20)]);
    const path = await fileOf(bytes, 'mp3');
    expect(await repairFile(nodeFileSystem, path)).toMatchObject({ samples: 11_520, needsRepair: false });
    expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
  });

  test('an inspection ends when it is no longer wanted', async () => {
    const path = await fileOf(mp3(10), 'mp3');
    await expect(inspectFile(nodeFileSystem, path, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});

/** A disk that keeps every write but that of the data size, which stands before the samples at `dataOffset`. */
function losingDataSize(dataOffset: number): FileSystem {
  return {
    ...nodeFileSystem,
    openForRepair: async (path) => {
      const file = await nodeFileSystem.openForRepair(path);
      return {
        ...file,
        write: async (bytes, position) => {
          if (position !== dataOffset - 4) await file.write(bytes, position);
        },
      };
    },
  };
}
