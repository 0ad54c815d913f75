/** A small generator of numbers that a seed repeats (xorshift32); fast enough for a million inputs a minute. */
export class Dice {
  #state: number;

  /** `seed`: any whole number. */
  constructor(seed: number) {
    // Neighbouring seeds must not begin alike, and zero would stay zero.
    this.#state = (Math.imul(seed | 0, 0x9e37_79b1) ^ 0x85eb_ca6b) | 0 || 1;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return Math.floor(((state >>> 0) / 0x1_0000_0000) * limit);
  }

  pick<Value>(values: readonly Value[]): Value {
    const at = this.below(values.length);
    for (const [index, value] of values.entries()) if (index === at) return value;
    throw new RangeError('There is nothing to pick from.');
  }
}

/** Bytes at which parsers stumble: ends of ranges, signs, sync words. */
const SPECIAL = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
const MOST_CHANGES = 8;
const LONGEST = 64 * 1024;

/** A valid input with some damage: bits, bytes, lengths, pieces taken out, put in, doubled, or of another input. */
export function mutate(corpus: readonly Uint8Array[], dice: Dice): Uint8Array {
  let bytes = Uint8Array.from(dice.pick(corpus));
  for (let count = 1 + dice.below(MOST_CHANGES); count > 0; count -= 1) bytes = change(bytes, corpus, dice);
  return bytes;
}

function change(bytes: Uint8Array<ArrayBuffer>, corpus: readonly Uint8Array[], dice: Dice): Uint8Array<ArrayBuffer> {
  const at = dice.below(bytes.length + 1);
  const length = 1 + dice.below(dice.below(4) === 0 ? 2000 : 16);
  switch (dice.below(8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = dice.below(256);
      return bytes;
    case 2:
      for (let index = at; index < Math.min(at + 4, bytes.length); index += 1) bytes[index] = dice.pick(SPECIAL);
      return bytes;
    case 3:
      return spliced(bytes, at, length, new Uint8Array(0));
    case 4:
      return spliced(
        bytes,
        at,
        0,
        Uint8Array.from({ length }, () => dice.below(256)),
      );
    case 5: {
      const from = dice.below(bytes.length + 1);
      return spliced(bytes, at, 0, bytes.subarray(from, from + length));
    }
    case 6: {
      const other = dice.pick(corpus);
      const from = dice.below(other.length + 1);
      return spliced(bytes, at, dice.below(2) * length, other.subarray(from, from + length * 8));
    }
    default:
      return dice.below(4) === 0 ? bytes.slice(0, at) : bytes;
  }
}

function spliced(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(at + removed);
  const whole = new Uint8Array(at + put.length + rest.length);
  whole.set(bytes.subarray(0, at), 0);
  whole.set(put, at);
  whole.set(rest, at + put.length);
  return whole.length > LONGEST ? whole.slice(0, LONGEST) : whole;
}

/** The bytes in pieces as a network or a disk may give them. */
export function pieces(bytes: Uint8Array, dice: Dice): Uint8Array[] {
  const longest = dice.pick([1, 7, 100, 1448, LONGEST]);
  // Byte by byte is for the short ones: it is the slowest by far.
  const most = Math.max(longest, Math.ceil(bytes.length / 2000));
  const list: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + dice.below(most);
    list.push(bytes.subarray(at, at + length));
    at += length;
  }
  return list;
}
