/** Bytes, or lists of them. */
export type Code = number | readonly Code[];

/** Unsigned LEB128 (WebAssembly core specification 5.2.2). */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

/** Vector instructions are numbered behind a prefix (5.4.8). */
const vectorOp = (code: number, ...immediate: readonly number[]): Code => [0xfd, unsigned(code), immediate];

const V128 = 0x7b;
const I32 = 0x7f;

/** Instructions (5.4); what they work on comes before them. Locals are named by their numbers. */
export const op = {
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number): Code => [0x21, unsigned(local)],
  /** 0 to 63. */
  i32: (value: number): Code => [0x41, value],
  add: 0x6a,
  lessThan: 0x49,
  /** Does `body` once, and again for as long as it leaves a number other than 0. */
  loop: (body: Code): Code => [0x03, 0x40, body, 0x0d, 0, 0x0b],
  /** Alignments are hints, and samples lie anywhere. */
  load: vectorOp(0x00, 0, 0),
  store: (offset: number): Code => vectorOp(0x0b, 0, offset),
  constant: (bytes: readonly number[]): Code => vectorOp(0x0c, ...bytes),
  swizzle: vectorOp(0x0e),
  min16: vectorOp(150),
  max16: vectorOp(152),
  min32: vectorOp(182),
  max32: vectorOp(184),
  /** Each of 4 numbers of 32 bits, `count` bits to the right; the sign stays. */
  shiftRight32: vectorOp(172),
  /** Products of 16 bits, of neighbours added: 4 numbers of 32 bits. */
  dot16: vectorOp(186),
  add64: vectorOp(206),
  /** Two of four numbers of 32 bits, made longer. */
  extendLow: vectorOp(201),
  extendHigh: vectorOp(202),
  /** Products of 64 bits of two of four numbers of 32 bits. */
  multiplyLow: vectorOp(220),
  multiplyHigh: vectorOp(221),
} as const;

/**
 * A WebAssembly module (5.5) that gets the memory `env.memory` and has one function `run`, whose parameters are numbers of
 * 32 bits; its locals behind them are vectors.
 */
export function moduleOf(parameters: number, vectors: number, body: Code): Uint8Array {
  const code = flat([1, unsigned(vectors), V128, body, 0x0b]);
  const section = (id: number, content: Code): Code => {
    const bytes = flat(content);
    return [id, unsigned(bytes.length), bytes];
  };
  const name = (text: string): Code => [unsigned(text.length), Array.from(text, (letter) => letter.charCodeAt(0))];
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [1, 0x60, parameters, Array.from({ length: parameters }, () => I32), 0]),
      section(2, [1, name('env'), name('memory'), 0x02, 0, 1]),
      section(3, [1, 0]),
      section(7, [1, name('run'), 0, 0]),
      section(10, [1, unsigned(code.length), code]),
    ]),
  );
}

function flat(code: Code): number[] {
  return typeof code === 'number' ? [code] : code.flatMap(flat);
}
