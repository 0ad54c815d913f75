import { type Code, moduleOf, op } from './wasmWriter.ts';

/** What a kernel leaves in memory: two vectors of 16 bytes with the lowest and highest samples, one with sums of squares. */
export const RESULT_BYTES = 48;

const [FROM, END, RESULT] = [0, 1, 2];
const [SAMPLES, LOWEST, HIGHEST, SUMS] = [3, 4, 5, 6];
/** The same vector as twelve bytes of four samples of 24 bits, each in the upper three bytes of 32 bits. */
const SPREAD_24 = [0xff, 0, 1, 2, 0xff, 3, 4, 5, 0xff, 6, 7, 8, 0xff, 9, 10, 11];

const load16: Code = [op.get(FROM), op.load];
const load24: Code = [op.get(FROM), op.load, op.constant(SPREAD_24), op.swizzle, op.i32(8), op.shiftRight32];

/** Goes through `[FROM, END)` by `step` bytes, at least once. */
function kernel(step: number, load: Code, lowest: Code, highest: Code, addSquares: Code): Uint8Array {
  return moduleOf(3, 5, [
    [load, op.set(LOWEST), op.get(LOWEST), op.set(HIGHEST)],
    op.loop([
      [load, op.set(SAMPLES)],
      [op.get(LOWEST), op.get(SAMPLES), lowest, op.set(LOWEST)],
      [op.get(HIGHEST), op.get(SAMPLES), highest, op.set(HIGHEST)],
      addSquares,
      [op.get(FROM), op.i32(step), op.add, op.set(FROM)],
      [op.get(FROM), op.get(END), op.lessThan],
    ]),
    [op.get(RESULT), op.get(LOWEST), op.store(0)],
    [op.get(RESULT), op.get(HIGHEST), op.store(16)],
    [op.get(RESULT), op.get(SUMS), op.store(32)],
  ]);
}

const addTo = (sums: number, value: Code): Code => [op.get(sums), value, op.add64, op.set(sums)];
const twice: Code = [op.get(SAMPLES), op.get(SAMPLES)];
const PAIRS = 7;

/** A module for samples of 16 or 24 bits, and how many samples it takes at a time. */
export const kernels = {
  16: {
    samples: 8,
    // Two squares of the lowest sample fill 32 bits without a sign.
    module: () =>
      kernel(16, load16, op.min16, op.max16, [
        [twice, op.dot16, op.set(PAIRS)],
        addTo(SUMS, [op.get(PAIRS), op.extendLow]),
        addTo(SUMS, [op.get(PAIRS), op.extendHigh]),
      ]),
  },
  24: {
    samples: 4,
    module: () =>
      kernel(12, load24, op.min32, op.max32, [
        addTo(SUMS, [twice, op.multiplyLow]),
        addTo(SUMS, [twice, op.multiplyHigh]),
      ]),
  },
} as const;
