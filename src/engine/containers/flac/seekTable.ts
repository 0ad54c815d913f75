/** Where a frame stands. */
export interface SeekPoint {
  /** Of its first sample frame, in the file. */
  readonly sample: number;
  /** Of its header, from the first frame on, bytes. */
  readonly offset: number;
  /** Sample frames in it. */
  readonly samples: number;
}

/** Of a point in the table. */
export const SEEK_POINT_BYTES = 18;
/** All bits of the sample number stand for a point that is not used yet (RFC 9639 8.5.1). */
const PLACEHOLDER = 0xffff_ffff;
const FIRST_INTERVAL_SEC = 1;

/**
 * A seek table of fixed room for a file of unknown length: once it is full, every second point makes room for others,
 * at twice the distance. So it covers the whole file at any length, with half of its room used at least.
 */
export class SeekTable {
  readonly #room: number;
  #interval: number;
  #points: SeekPoint[] = [];

  /** `room` in points; `sampleRate` in Hz. */
  constructor(room: number, sampleRate: number) {
    this.#room = room;
    this.#interval = FIRST_INTERVAL_SEC * sampleRate;
  }

  /** Takes note of the next frame of the file. */
  add(point: SeekPoint): void {
    if (this.#room === 0 || point.sample < this.#nextAt()) return;
    if (this.#points.length === this.#room) this.#thin();
    if (this.#points.length < this.#room && point.sample >= this.#nextAt()) this.#points.push(point);
  }

  /** The payload of the block, always of the same length. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#room * SEEK_POINT_BYTES);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < this.#room; index += 1) {
      const at = index * SEEK_POINT_BYTES;
      const point = this.#points[index];
      if (point) {
        view.setBigUint64(at, BigInt(point.sample));
        view.setBigUint64(at + 8, BigInt(point.offset));
        view.setUint16(at + 16, point.samples % 0x1_0000);
      } else {
        view.setUint32(at, PLACEHOLDER);
        view.setUint32(at + 4, PLACEHOLDER);
      }
    }
    return bytes;
  }

  #nextAt(): number {
    const last = this.#points.at(-1);
    return last ? last.sample + this.#interval : 0;
  }

  #thin(): void {
    this.#points = this.#points.filter((_, index) => index % 2 === 0);
    this.#interval *= 2;
  }
}
