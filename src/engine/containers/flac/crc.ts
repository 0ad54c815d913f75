/** x^8 + x^2 + x + 1 (RFC 9639 9.1.8). */
const CRC8_TERMS = 0x07;
/** x^16 + x^15 + x^2 + 1 (RFC 9639 9.3). */
const CRC16_TERMS = 0x8005;
/** Bits after which the powers of x repeat modulo that polynomial: it is (x + 1)(x^15 + x + 1). Odd, so bytes too. */
const PERIOD = 32_767;

const table8 = Uint8Array.from({ length: 256 }, (_, byte) => divide(byte, 8, CRC8_TERMS));
const table16 = Uint16Array.from({ length: 256 }, (_, byte) => divide(byte << 8, 16, CRC16_TERMS));
/** The same for a byte that one, two or three others follow: four bytes are taken in one step. */
const behind1 = oneMore(table16);
const behind2 = oneMore(behind1);
const behind3 = oneMore(behind2);
let inverses: Uint16Array | undefined;

/** The check over a frame's header, from `start` to `end` (exclusive). */
export function crc8(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at += 1) crc = table8[crc ^ (bytes[at] ?? 0)] ?? 0;
  return crc;
}

/** The check over a frame, from `start` to `end` (exclusive), going on from `crc`. 0 over a frame with its check. */
export function crc16(bytes: Uint8Array, start: number, end: number, crc = 0): number {
  let sum = crc;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    const first = (bytes[at] ?? 0) ^ (sum >> 8);
    const second = (bytes[at + 1] ?? 0) ^ (sum & 0xff);
    sum =
      (behind3[first] ?? 0) ^
      (behind2[second] ?? 0) ^
      (behind1[bytes[at + 2] ?? 0] ?? 0) ^
      (table16[bytes[at + 3] ?? 0] ?? 0);
  }
  for (; at < end; at += 1) sum = ((sum << 8) & 0xff00) ^ (table16[(sum >> 8) ^ (bytes[at] ?? 0)] ?? 0);
  return sum;
}

/**
 * A number for a place in a stream: two places have the same one exactly when the check over the bytes between them
 * comes to 0. `sum` is {@link crc16} over all bytes before the place, `position` their number. So every place where a
 * frame may begin is looked at once, and not once for every frame that might end there.
 */
export function placeMark(sum: number, position: number): number {
  inverses ??= inversePowers();
  return multiply(sum, inverses[position % PERIOD] ?? 0);
}

function divide(value: number, width: number, terms: number): number {
  const top = 1 << (width - 1);
  const mask = top * 2 - 1;
  let rest = value;
  for (let bit = 0; bit < 8; bit += 1) rest = ((rest & top) === 0 ? rest << 1 : (rest << 1) ^ terms) & mask;
  return rest;
}

function oneMore(table: Uint16Array): Uint16Array {
  return table.map((value) => ((value << 8) & 0xff00) ^ (table16[value >> 8] ?? 0));
}

/** x to the power of -8n modulo the polynomial, by n. */
function inversePowers(): Uint16Array {
  const powers = new Uint16Array(PERIOD);
  let power = 1;
  for (let index = 0; index < PERIOD; index += 1) {
    powers[index] = power;
    for (let bit = 0; bit < 8; bit += 1)
      power = (power & 1) === 0 ? power >> 1 : (power ^ (CRC16_TERMS | 0x1_0000)) >> 1;
  }
  return powers;
}

function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = left;
  for (let rest = right; rest > 0; rest >>= 1) {
    if ((rest & 1) === 1) product ^= shifted;
    shifted = (shifted & 0x8000) === 0 ? shifted << 1 : ((shifted << 1) ^ CRC16_TERMS) & 0xffff;
  }
  return product;
}
