import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AudioFile, type AudioName, audioNames, makeAudioFiles } from '../../../../test/support/audioFiles.ts';
import { inspectFile } from '../../recorder/inspect.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { type AnyUnits, openUnits } from './openUnits.ts';
import type { ByteReader, UnitRun } from './unitFile.ts';

const SECONDS = 30;
let folder: string;
let files: ReadonlyMap<AudioName, AudioFile>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-units-'));
  files = await makeAudioFiles(folder, SECONDS);
});
afterAll(() => rm(folder, { recursive: true }));

function fileNamed(name: AudioName): AudioFile {
  const file = files.get(name);
  if (!file) throw new Error(name);
  return file;
}

function memoryReader(bytes: Uint8Array): ByteReader {
  return { size: bytes.length, read: async (position, length) => bytes.subarray(position, position + length) };
}

interface Unit {
  readonly start: number;
  readonly samples: number;
  readonly bytes: Uint8Array;
  readonly at: number | undefined;
}

function* unitsOf({ start, block, at }: UnitRun): Generator<Unit> {
  const frames = block.frames ?? [{ bytes: block.bytes.length, samples: block.samples }];
  let position = start;
  let offset = 0;
  for (const { bytes, samples } of frames) {
    const own = block.bytes.subarray(offset, offset + bytes);
    yield { start: position, samples, bytes: own, at: at === undefined ? undefined : at + offset };
    position += samples;
    offset += bytes;
  }
}

async function read(units: AnyUnits, from: number, to: number): Promise<Unit[]> {
  const found: Unit[] = [];
  for await (const run of units.runs(from, to)) found.push(...unitsOf(run));
  return found;
}

describe.each(audioNames.filter((name) => !name.startsWith('WAV')))('%s', (name) => {
  test('is read from any place to any other, unit by unit', async () => {
    const file = fileNamed(name);
    const bytes = new Uint8Array(await readFile(file.path));
    const units = await openUnits(memoryReader(bytes), file.container);
    // Read from its beginning, which needs no search.
    const all = await read(units, -1, Infinity);
    const inspected = await inspectFile(nodeFileSystem, file.path);
    const preSkip = units.container === 'ogg' ? units.headers.preSkip : 0;
    expect(units.end - preSkip).toBe(inspected.samples);
    expect(all.reduce((sum, { samples }) => sum + samples, 0)).toBe(units.end);
    const misplaced = all.filter(
      ({ bytes: own, at }) => at !== undefined && !Buffer.from(own).equals(bytes.subarray(at, at + own.length)),
    );
    expect(misplaced).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: units.end }), fc.integer({ min: 1, max: 2000 }), async (from, length) => {
        const found = await read(units, from, from + length);
        const expected = all.filter(({ start, samples }) => start + samples > from && start < from + length);
        expect(found.map(({ start }) => start)).toEqual(expected.map(({ start }) => start));
        expect(
          found.every((unit, index) => Buffer.from(unit.bytes).equals(expected[index]?.bytes ?? new Uint8Array(0))),
        ).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
