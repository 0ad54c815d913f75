import { SAMPLES_PER_BLOCK } from '../../engine/containers/adts.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { boxHeader, children, find, LARGEST_BOX, viewOf } from './boxes.ts';
import { type AacTrack, readAacTrack } from './mp4Track.ts';
import type { CodedUnit, UnitRun } from './track.ts';

/** Samples of a fragment: where the bytes are, from the first byte of its `moof` on. */
interface Run {
  readonly at: number;
  /** Bytes of each. */
  readonly sizes: readonly number[];
}

interface Fragment {
  readonly runs: readonly Run[];
  /** Of its `moof`, bytes. */
  readonly bytes: number;
}

/** What is in here is no AAC in fragments. */
export class NotStreamableError extends Error {
  /** It is AAC all the same, in a file without fragments. */
  readonly isAac: boolean;

  constructor(isAac: boolean) {
    super('The audio is no AAC in a fragmented MP4.');
    this.isAac = isAac;
  }
}

/**
 * The AAC frames of a fragmented MP4, each as soon as its fragment is whole. A new opening in the stream begins a new
 * file, as every reconnect does. Throws {@link NotStreamableError} for everything else, DAMAGED for what makes no sense.
 */
export async function* mp4Units(input: AsyncIterable<Uint8Array>): AsyncGenerator<UnitRun> {
  const boxes = new BoxReader();
  let track: AacTrack | undefined;
  let fragment: Fragment | undefined;
  for await (const bytes of input) {
    for (const { type, payload, whole } of boxes.push(bytes)) {
      if (type === 'moov') {
        track = readAacTrack(payload);
        if (!track?.inFragments) throw new NotStreamableError(track !== undefined);
      } else if (type === 'moof' && track) {
        fragment = { runs: readFragment(payload, track), bytes: whole.length };
      } else if (type === 'mdat') {
        if (!track) throw new NotStreamableError(false);
        const units = fragment ? [...cut(fragment, whole)] : [];
        fragment = undefined;
        if (units.length > 0) yield { format: track.format, units };
      }
    }
  }
}

function* cut(fragment: Fragment, mdat: Uint8Array): Generator<CodedUnit> {
  for (const run of fragment.runs) {
    let at = run.at - fragment.bytes;
    for (const size of run.sizes) {
      const bytes = mdat.subarray(at, at + size);
      at += size;
      if (at - size < 0 || bytes.length < size) throw damaged('a fragment points beyond its data');
      yield { bytes, samples: SAMPLES_PER_BLOCK };
    }
  }
}

/** `tfhd` and `trun` (ISO/IEC 14496-12 8.8.7, 8.8.8). */
function readFragment(moof: Uint8Array, track: AacTrack): Run[] {
  const runs: Run[] = [];
  for (const traf of children(moof)) {
    const header = traf.type === 'traf' ? find(traf.payload, 'tfhd') : undefined;
    if (!header || viewOf(header).getUint32(4) !== track.id) continue;
    const bytes = readDefaultBytes(header, track);
    for (const box of children(traf.payload)) if (box.type === 'trun') runs.push(readRun(box.payload, bytes));
  }
  return runs;
}

/** Bytes of a sample that does not say otherwise. */
function readDefaultBytes(header: Uint8Array, track: AacTrack): number {
  const view = viewOf(header);
  const flags = view.getUint32(0) & 0xffffff;
  if ((flags & 0x10) === 0) return track.defaultBytes;
  // A base of 8 bytes, which is a place in the file that a stream does not know, a description and a duration.
  return view.getUint32(8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0));
}

function readRun(trun: Uint8Array, defaultBytes: number): Run {
  const view = viewOf(trun);
  const flags = view.getUint32(0) & 0xffffff;
  const count = view.getUint32(4);
  if ((flags & 0x1) === 0) throw damaged('a fragment does not say where its data is');
  const rowsAt = 12 + (flags & 0x4 ? 4 : 0);
  // Duration, size, flags and offset of each sample, as far as they are there.
  const rowBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  if (rowsAt + rowBytes * count > trun.length) throw damaged('a fragment is cut short');
  const sizeAt = rowsAt + (flags & 0x100 ? 4 : 0);
  const sizes = Array.from({ length: count }, (_, index) =>
    flags & 0x200 ? view.getUint32(sizeAt + index * rowBytes) : defaultBytes,
  );
  return { at: view.getInt32(8), sizes };
}

interface WholeBox {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly whole: Uint8Array;
}

/** Boxes of the highest level, each once it is whole. What nobody reads is passed over, however large. */
class BoxReader {
  #pending = Buffer.alloc(0);
  #passOver = 0;

  *push(bytes: Uint8Array): Generator<WholeBox> {
    const skipped = Math.min(this.#passOver, bytes.length);
    this.#passOver -= skipped;
    this.#pending = Buffer.concat([this.#pending, bytes.subarray(skipped)]);
    for (;;) {
      const header = boxHeader(this.#pending, 0);
      if (!header) return;
      const { type, headerBytes } = header;
      if (header.bytes < headerBytes) throw damaged('a box is shorter than its own header');
      const isRead = type === 'moov' || type === 'moof' || type === 'mdat';
      if (isRead && header.bytes > LARGEST_BOX)
        throw type === 'mdat' ? new NotStreamableError(false) : damaged('a box is too large');
      if (!isRead && header.bytes > this.#pending.length) {
        this.#passOver = header.bytes - this.#pending.length;
        this.#pending = Buffer.alloc(0);
        return;
      }
      if (header.bytes > this.#pending.length) return;
      const whole = this.#pending.subarray(0, header.bytes);
      this.#pending = this.#pending.subarray(header.bytes);
      if (isRead) yield { type, payload: whole.subarray(headerBytes), whole };
    }
  }
}

const damaged = (why: string): LongtakeError =>
  new LongtakeError('DAMAGED', `The audio cannot be listened to: ${why}.`);
