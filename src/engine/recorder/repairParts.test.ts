import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryFileSystem } from '../../../test/support/memoryFileSystem.ts';
import { flacFile, makeFlacStreams, parseFlac } from '../../../test/support/flacStreams.ts';
import { makeOggStreams, oggFile, parseOgg } from '../../../test/support/oggStreams.ts';
import { cutBlock, unitsOf, whole } from '../../../test/support/streamParts.ts';
import { inspectFile } from './inspect.ts';
import { playedByLastPage } from './inspectParts.ts';
import { repairFile } from './repair.ts';

const OGG = ['Opus stereo', 'Vorbis 44.1 kHz stereo', 'FLAC 44.1 kHz stereo'] as const;
/** Prime, so that no structure of a file is met by it. */
const STEP = 211;

let ogg: ReadonlyMap<string, Uint8Array> = new Map();
let flac: ReadonlyMap<string, Uint8Array> = new Map();
beforeAll(async () => {
  [ogg, flac] = await Promise.all([makeOggStreams(), makeFlacStreams()]);
});

/** The outcome of a repair of a file that was cut off at `length`. */
async function repaired(file: Uint8Array, length: number, extension: string) {
  const disk = new MemoryFileSystem();
  const path = `/killed.${extension}`;
  const torn = Uint8Array.from(file.subarray(0, length));
  disk.files.set(path, torn.slice());
  const found = await repairFile(disk, path).catch(() => undefined);
  return { found, bytes: disk.files.get(path) ?? torn, torn, again: () => inspectFile(disk, path) };
}

/** Every so many bytes, and each place around the ends of units. */
function places(size: number, ends: readonly number[]): number[] {
  const all = [0, 1, size, ...ends.flatMap((end) => [end - 1, end, end + 1, end + 5, end + 30])];
  for (let at = 0; at < size; at += STEP) all.push(at);
  return [...new Set(all)].filter((at) => at >= 0 && at <= size);
}

describe.each(OGG)('an unfinished file of %s', (name) => {
  test('that ends anywhere keeps its whole pages, and the last one says so', async () => {
    const [segment] = parseOgg([ogg.get(name) ?? new Uint8Array(0)]).segments;
    if (!segment) throw new Error('no segment');
    const [block] = cutBlock(whole(segment), [350]);
    if (!block) throw new Error('no block');
    const { bytes, samples } = oggFile(segment.headers, block, true);
    const ends = [...Buffer.from(bytes).toString('latin1').matchAll(/OggS/g)].map(({ index }) => index);
    const all = unitsOf(parseOgg([bytes]));
    let least = 0;
    for (const length of places(bytes.length, ends).toSorted((a, b) => a - b)) {
      const { found, bytes: after, torn, again } = await repaired(bytes, length, 'ogg');
      if (!found) {
        // Without a page of audio there is nothing to keep, and nothing is changed.
        expect(least).toBe(0);
        expect(Buffer.compare(after, torn)).toBe(0);
        continue;
      }
      expect(found).toMatchObject({ needsRepair: false, trailingBytes: 0, bytes: after.length });
      expect(await again()).toEqual(found);
      expect(found.samples).toBeGreaterThanOrEqual(least);
      expect(after.length).toBeLessThanOrEqual(length);
      const kept = parseOgg([after]);
      expect(kept).toMatchObject({ holes: [], skipped: 0, trailing: 0, samples: found.samples });
      const units = unitsOf(kept);
      expect(units).toEqual(all.slice(0, units.length));
      least = found.samples;
    }
    expect(least).toBe(samples);
  });
});

test.each(OGG)('the length of a file of %s stands on its last page', async (name) => {
  const [segment] = parseOgg([ogg.get(name) ?? new Uint8Array(0)]).segments;
  if (!segment) throw new Error('no segment');
  for (const [index, block] of cutBlock(whole(segment), [350]).entries()) {
    const { bytes } = oggFile(segment.headers, block, index === 0);
    const disk = new MemoryFileSystem();
    // A kill tears the page that comes next.
    disk.files.set('/killed.ogg', Uint8Array.from(Buffer.concat([bytes, bytes.subarray(0, 20)])));
    const file = await disk.openForReading('/killed.ogg');
    expect(await playedByLastPage(file)).toBe((await inspectFile(disk, '/killed.ogg')).samples);
  }
});

test('no length stands in a file without Ogg', async () => {
  const disk = new MemoryFileSystem();
  disk.files.set('/empty.ogg', new Uint8Array(300));
  expect(await playedByLastPage(await disk.openForReading('/empty.ogg'))).toBeUndefined();
});

test('an unfinished FLAC file that ends anywhere keeps its whole frames, and states what it holds', async () => {
  const [segment] = parseFlac([flac.get('48 kHz mono, small blocks') ?? new Uint8Array(0)]).segments;
  if (!segment) throw new Error('no segment');
  const [block] = cutBlock(whole(segment), [300]);
  if (!block) throw new Error('no block');
  const bytes = flacFile(segment.headers, block);
  let least = 0;
  for (const length of places(bytes.length, []).toSorted((a, b) => a - b)) {
    const { found, bytes: after, torn, again } = await repaired(bytes, length, 'flac');
    if (!found) {
      expect(least).toBe(0);
      expect(Buffer.compare(after, torn)).toBe(0);
      continue;
    }
    expect(found).toMatchObject({ needsRepair: false, trailingBytes: 0, bytes: after.length });
    expect(await again()).toEqual(found);
    expect(found.samples).toBeGreaterThanOrEqual(least);
    // The whole header is made anew, as a file of just these frames has it.
    const kept = parseFlac([after]);
    expect(kept).toMatchObject({ holes: [], skipped: 0, trailing: 0, samples: found.samples });
    const [own] = kept.segments;
    if (own) expect(Buffer.compare(after.slice(0, 200), flacFile(own.headers, whole(own)).subarray(0, 200))).toBe(0);
    least = found.samples;
  }
  expect(least).toBe(block.samples);
});
