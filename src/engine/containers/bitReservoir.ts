const LAYER_3 = 1;
const MPEG_1 = 3;
const MONO = 3;
const HEADER_BYTES = 4;
const CRC_BYTES = 2;

/**
 * Counts the frames at the start of a file of MPEG audio that need data from before the file: layer III keeps the data of
 * a frame up to 511 bytes before its header (ISO/IEC 11172-3 2.4.2.7). Other layers need nothing.
 */
export class BitReservoir {
  #held = 0;
  #isSettled = false;

  /** Every frame from here on has all of its data in the file. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Takes the next frame of the file; true when it needs data from before the file. */
  lacks(frame: Uint8Array): boolean {
    if (this.#isSettled) return false;
    const { begin, bytes } = mainData(frame);
    this.#isSettled = begin <= this.#held;
    this.#held += bytes;
    return !this.#isSettled;
  }
}

/**
 * Of a frame of MPEG audio: how many bytes before it its data begins (0 to 511), and how many bytes of data the frame
 * itself carries.
 */
export function mainData(frame: Uint8Array): { readonly begin: number; readonly bytes: number } {
  const b1 = frame[1] ?? 0;
  const isFirst = ((b1 >> 3) & 3) === MPEG_1;
  const isMono = (frame[3] ?? 0) >> 6 === MONO;
  const sideAt = HEADER_BYTES + ((b1 & 1) === 0 ? CRC_BYTES : 0);
  const sideBytes = isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const [high = 0, low = 0] = frame.subarray(sideAt, sideAt + 2);
  const begin = isFirst ? (high << 1) | (low >> 7) : high;
  const bytes = Math.max(0, frame.length - sideAt - sideBytes);
  return { begin: ((b1 >> 1) & 3) === LAYER_3 ? begin : 0, bytes };
}
