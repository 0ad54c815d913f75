import type { Container } from '../../src/shared/domain/recording.ts';
import { LongtakeError } from '../../src/shared/errors.ts';
import { type AnyUnits, openUnits } from '../../src/engine/clips/units/openUnits.ts';
import { check } from './check.ts';
import type { Corpus } from './corpus.ts';
import type { Dice } from './mutate.ts';
import type { Target } from './targets.ts';

/** Large enough to be searched, and not read through. */
const COPIES = 40;
const MOST_RUNS = 10_000;

/** Whatever a file holds: its units are found in order, and lie within it; or it is refused as damaged. */
export function sliceTargets(corpus: Corpus): readonly Target[] {
  const containers = ['wav', 'flac', 'mp3', 'adts', 'ogg'] as const;
  return containers.map((container) => ({
    name: `slices-${container}`,
    corpus: corpus[container],
    read: (input, dice) => readSlices(container, input, dice),
  }));
}

async function readSlices(container: Container, input: Uint8Array, dice: Dice): Promise<void> {
  const bytes = dice.below(8) === 0 ? repeated(input) : input;
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    check(position >= 0 && length >= 0 && Number.isSafeInteger(position + length), 'Bytes are read from nowhere.');
    return bytes.slice(position, position + length);
  };
  try {
    const units = await openUnits({ size: bytes.length, read }, container);
    check(Number.isFinite(units.end) && Number.isFinite(units.origin), 'A file ends nowhere.');
    const from = dice.below(Math.max(1, Math.min(2 ** 31, Math.floor(units.end))));
    await readRuns(units, from, from + 1 + dice.below(200_000), bytes.length);
  } catch (error) {
    if (!(error instanceof LongtakeError) || error.code !== 'DAMAGED') throw error;
  }
}

async function readRuns(units: AnyUnits, from: number, to: number, size: number): Promise<void> {
  let count = 0;
  let last = -Infinity;
  let total = 0;
  for await (const { start, block, at } of units.runs(from, to)) {
    check((count += 1) < MOST_RUNS, 'There is no end of units.');
    check(start >= last, 'Units are not in order.');
    check(block.samples >= 0, 'A unit is shorter than nothing.');
    check(at === undefined || (at >= 0 && at + block.bytes.length <= size), 'A unit lies beyond its file.');
    last = start;
    total += block.bytes.length;
  }
  check(total <= size, 'More came out than is in the file.');
}

function repeated(input: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(COPIES * input.length);
  for (let copy = 0; copy < COPIES; copy += 1) bytes.set(input, copy * input.length);
  return bytes;
}
