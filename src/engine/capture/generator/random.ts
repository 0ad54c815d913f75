/** The finaliser of MurmurHash3: every bit of the input changes about half of the result. */
function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

/** 32 bits, signed, that depend on all three and on nothing else. `index`: 0 to 2^53 - 1. */
export function hash32(seed: number, index: number, stream: number): number {
  const high = Math.floor(index / 0x1_0000_0000);
  return mix((index | 0) ^ mix(seed ^ mix(stream ^ Math.imul(high, 0x9e37_79b1))));
}

/** 32 bits as a number from 0 (inclusive) to 1 (exclusive). */
export const unitInterval = (bits: number): number => (bits >>> 0) / 0x1_0000_0000;
