import type { FrameHeader, FrameSyntax } from '../../containers/frameParser.ts';
import type { FramePlace } from './frameIndex.ts';
import type { ByteReader } from './unitFile.ts';

/** Frames of one bitrate follow each other without anything in between. */
export interface ConstantRate {
  /** Whole frames. */
  readonly count: number;
  /** Sample frames of each. */
  readonly samples: number;
  /** Where frame `index` stands; undefined when none is found there. */
  find(index: number): Promise<FramePlace | undefined>;
}

/** Places that are looked at, besides the end. */
const PROBES = 16;
/** How far a frame may be from where the average puts it, bytes; no frame is as short as twice this. */
const TOLERANCE = 8;
const ID3V1_BYTES = 128;
const BITRATE_BITS = 0xf0;
/** Bitrates are multiples of this (ISO/IEC 11172-3 2.4.2.3, 13818-3 2.4.2.3). */
const BITRATE_STEP = 8000;

/**
 * Whether a file of MPEG audio is of one bitrate from its first frame to its end: at places all over it, and at its
 * end, frames of that bitrate stand within a few bytes of where they then must. A frame is hundreds of bytes long, so
 * one too many or too few is seen. Undefined when it is not so.
 */
export async function constantRate(
  reader: ByteReader,
  syntax: FrameSyntax,
  first: FramePlace,
): Promise<ConstantRate | undefined> {
  const start = await reader.read(first.at, syntax.headerBytes);
  const header = start.length < syntax.headerBytes ? undefined : syntax.read(start, 0);
  if (!header) return undefined;
  const unpadded = header.bytes - paddingOf(start, 0);
  const bitrate = Math.ceil((unpadded * 8 * header.sampleRate) / header.samples / BITRATE_STEP) * BITRATE_STEP;
  // Encoders pad so that the average is exact, or not at all.
  for (const frameBytes of [(header.samples * bitrate) / (8 * header.sampleRate), unpadded]) {
    const find = (index: number): Promise<FramePlace | undefined> =>
      findFrame(reader, syntax, { header, bits: bitrateBits(start, 0), first, frameBytes }, index);
    const count = await countFrames(reader, syntax, first.at, frameBytes, find);
    if (count !== undefined && (await areThere(count, find))) return { count, samples: header.samples, find };
  }
  return undefined;
}

interface Expected {
  readonly header: FrameHeader;
  readonly bits: number;
  readonly first: FramePlace;
  readonly frameBytes: number;
}

async function findFrame(
  reader: ByteReader,
  syntax: FrameSyntax,
  { header, bits, first, frameBytes }: Expected,
  index: number,
): Promise<FramePlace | undefined> {
  const from = Math.max(first.at, first.at + Math.round(index * frameBytes) - TOLERANCE);
  const bytes = await reader.read(from, 2 * TOLERANCE + header.bytes + 8 + syntax.headerBytes);
  for (let at = 0; at <= 2 * TOLERANCE && at + syntax.headerBytes <= bytes.length; at += 1) {
    const found = syntax.read(bytes, at);
    if (found?.key !== header.key || bitrateBits(bytes, at) !== bits) continue;
    const behind = at + found.bytes;
    const isLast = from + behind + syntax.headerBytes > reader.size;
    const next = isLast ? undefined : syntax.read(bytes, behind);
    const isTag = !isLast && bytes[behind] === 0x54;
    if (isLast || isTag || (next?.key === header.key && bitrateBits(bytes, behind) === bits)) {
      return { position: first.position + index * header.samples, at: from + at };
    }
  }
  return undefined;
}

/** Whole frames, when the last one is where the file ends: a recording in progress may end within the next one. */
async function countFrames(
  reader: ByteReader,
  syntax: FrameSyntax,
  firstAt: number,
  frameBytes: number,
  find: (index: number) => Promise<FramePlace | undefined>,
): Promise<number | undefined> {
  const tag = await reader.read(Math.max(0, reader.size - ID3V1_BYTES), 3);
  const isTagged = tag[0] === 0x54 && tag[1] === 0x41 && tag[2] === 0x47;
  const size = reader.size - (isTagged ? ID3V1_BYTES : 0);
  const most = Math.floor((size - firstAt + TOLERANCE) / frameBytes);
  for (let count = most; count > 0 && count > most - 2; count -= 1) {
    const place = await find(count - 1);
    const header = place && syntax.read(await reader.read(place.at, syntax.headerBytes), 0);
    if (!place || !header || place.at + header.bytes > size) continue;
    return size - place.at - header.bytes < frameBytes + 1 ? count : undefined;
  }
  return undefined;
}

async function areThere(count: number, find: (index: number) => Promise<FramePlace | undefined>): Promise<boolean> {
  for (let probe = 1; probe <= PROBES; probe += 1) {
    if (!(await find(Math.floor((count * probe) / (PROBES + 1))))) return false;
  }
  return true;
}

function paddingOf(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 2] ?? 0) >> 1) & 1;
}

function bitrateBits(bytes: Uint8Array, at: number): number {
  return (bytes[at + 2] ?? 0) & BITRATE_BITS;
}
