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
  /** Points that differ from what {@link changed} last told: the first, and the one behind the last. */
  #changed = { from: 0, to: 0 };

  /** `room` in points; `sampleRate` in Hz. */
  constructor(room: number, sampleRate: number) {
    this.#room = room;
    this.#interval = FIRST_INTERVAL_SEC * sampleRate;
  }

  /** Takes note of the next frame of the file. */
  add(point: SeekPoint): void {
    if (this.#room === 0 || point.sample < this.#nextAt()) return;
    if (this.#points.length === this.#room) this.#thin();
    if (this.#points.length >= this.#room || point.sample < this.#nextAt()) return;
    this.#points.push(point);
    const { length } = this.#points;
    const { from, to } = this.#changed;
    this.#changed = { from: from < to ? Math.min(from, length - 1) : length - 1, to: Math.max(to, length) };
  }

  /** The payload of the block, always of the same length. */
  bytes(): Uint8Array {
    return this.#bytes(0, this.#room);
  }

  /** The part of the payload that is other than at the last call, at first than without points; nothing when none is. */
  changed(): { readonly at: number; readonly bytes: Uint8Array } | undefined {
    const { from, to } = this.#changed;
    this.#changed = { from: 0, to: 0 };
    return from < to ? { at: from * SEEK_POINT_BYTES, bytes: this.#bytes(from, to) } : undefined;
  }

  #bytes(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array((to - from) * SEEK_POINT_BYTES);
    const view = new DataView(bytes.buffer);
    for (let index = from; index < to; index += 1) {
      const at = (index - from) * SEEK_POINT_BYTES;
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
    this.#changed = { from: 0, to: this.#room };
  }
}
