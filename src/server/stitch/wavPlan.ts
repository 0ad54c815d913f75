import { fitsPlainHeader, sizePatches } from '../../engine/containers/wav.ts';
import { scanWavHeader, type WavHeader } from '../../engine/containers/wavReader.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { ChunkReader } from './chunkReader.ts';
import { isWavStart } from './media.ts';
import { StitchProblem } from './problem.ts';

const LARGEST_HEADER = 1024 * 1024;
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const DS64_BYTES = 28;

export interface WavPlan {
  /** Undefined: the bytes are right as they came. */
  readonly header: Uint8Array | undefined;
  /** What stands in front of the samples, by index of the chunk, bytes. */
  readonly skip: ReadonlyMap<number, number>;
  /** Of samples, whole frames. */
  readonly dataBytes: number;
  readonly durationMs: number;
}

/**
 * How chunks of a WAV stream become a file whose header says how long it is. A header that another chunk begins with is
 * a stream that began again: its samples follow when they are of the same format.
 */
export async function planWav(reader: ChunkReader): Promise<WavPlan> {
  const header = await headerAt(reader);
  const skip = new Map<number, number>();
  let data = reader.bytes - header.dataOffset;
  let left = header.dataOffset;
  for (const chunk of reader.chunks) {
    if (left > 0) skip.set(chunk.index, Math.min(left, chunk.bytes));
    else if (isWavStart(await reader.headOf(chunk, RIFF_HEADER_BYTES))) {
      const { dataOffset } = sameFormat(header, await reader.headOf(chunk, LARGEST_HEADER), chunk.index);
      skip.set(chunk.index, dataOffset);
      data -= dataOffset;
    }
    left = Math.max(0, left - chunk.bytes);
  }
  const { frameBytes, sampleRate, dataOffset, dataBytes: declared } = header;
  const durationOf = (bytes: number): number => (bytes / frameBytes / sampleRate) * 1000;
  const isClosed = declared > 0 && declared <= data && skip.size === headerChunks(reader, dataOffset);
  if (isClosed) return { header: undefined, skip: new Map(), dataBytes: declared, durationMs: durationOf(declared) };
  const dataBytes = data - (data % frameBytes);
  if (dataBytes <= 0) throw new StitchProblem('There is no audio in it: after the WAV header nothing came.');
  return {
    header: headerFor(await reader.head(dataOffset), header, dataBytes),
    skip,
    dataBytes,
    durationMs: durationOf(dataBytes),
  };
}

/**
 * The same for chunks that follow a gap, by the header that the session began with, which `start` reads. The gap's
 * length is not known: only where every chunk holds whole frames are the samples found in it.
 */
export async function planWavAfter(reader: ChunkReader, start: ChunkReader): Promise<WavPlan> {
  const [first] = reader.chunks;
  if (first && isWavStart(await reader.headOf(first, RIFF_HEADER_BYTES))) return planWav(reader);
  const header = await headerAt(start);
  const { frameBytes, sampleRate, dataOffset } = header;
  let end = -dataOffset;
  const isWhole = [...start.chunks, ...reader.chunks.slice(0, -1)].every(({ bytes }) => {
    end += bytes;
    return end < 0 || end % frameBytes === 0;
  });
  const dataBytes = reader.bytes - (reader.bytes % frameBytes);
  if (!isWhole || dataBytes === 0) {
    throw new StitchProblem(
      'Where a sample begins after the gap is not known, for the chunks do not end between two. All chunks are kept.',
    );
  }
  const made = headerFor(await start.head(dataOffset), header, dataBytes);
  return { header: made, skip: new Map(), dataBytes, durationMs: (dataBytes / frameBytes / sampleRate) * 1000 };
}

/** A file: the header and the samples, without what stands in front of them. */
export async function* wavBytes(
  header: Uint8Array,
  reader: ChunkReader,
  skip: ReadonlyMap<number, number>,
  dataBytes: number,
): AsyncGenerator<Uint8Array> {
  yield header;
  let left = dataBytes;
  // To the end, beyond the samples too: each chunk is proven to be what was received.
  for await (const piece of reader.read(reader.chunks, skip)) {
    if (left > 0) yield piece.subarray(0, Math.min(left, piece.length));
    left = Math.max(0, left - piece.length);
  }
  if (dataBytes % 2 === 1) yield new Uint8Array(1);
}

/** How many chunks the first header reaches into. */
function headerChunks(reader: ChunkReader, dataOffset: number): number {
  let left = dataOffset;
  return reader.chunks.filter((chunk) => {
    const isTouched = left > 0;
    left -= chunk.bytes;
    return isTouched;
  }).length;
}

async function headerAt(reader: ChunkReader): Promise<WavHeader> {
  try {
    const header = scanWavHeader(await reader.head(LARGEST_HEADER));
    if (!('need' in header)) return header;
  } catch (error) {
    if (!(error instanceof LongtakeError)) throw error;
    throw new StitchProblem(`${error.message} All chunks are kept.`, { cause: error });
  }
  throw new StitchProblem('There is no audio in it: the WAV header has no end.');
}

function sameFormat(first: WavHeader, head: Uint8Array, index: number): WavHeader {
  const other = scanWavHeader(head);
  const names = ['sampleRate', 'channels', 'bitDepth', 'float', 'frameBytes'] as const;
  if (!('need' in other) && names.every((name) => other[name] === first[name])) return other;
  throw new StitchProblem(
    `Chunk ${index} begins a WAV stream of another format, which cannot be joined. All chunks are kept.`,
  );
}

function headerFor(
  bytes: Uint8Array,
  { frameBytes, form, factAt, canBeWide, dataOffset }: WavHeader,
  dataBytes: number,
) {
  const isPlain = fitsPlainHeader(dataOffset, dataBytes);
  if ((isPlain && form === 'RIFF') || canBeWide)
    return patched(bytes, { dataOffset, frameBytes, form, factAt }, dataBytes);
  // No room was left for 64-bit sizes: it is made.
  const room = CHUNK_HEADER_BYTES + DS64_BYTES;
  const wide = new Uint8Array(bytes.length + room);
  wide.set(bytes.subarray(0, RIFF_HEADER_BYTES));
  wide.set(Buffer.from('JUNK'), RIFF_HEADER_BYTES);
  new DataView(wide.buffer).setUint32(RIFF_HEADER_BYTES + 4, DS64_BYTES, true);
  wide.set(bytes.subarray(RIFF_HEADER_BYTES), RIFF_HEADER_BYTES + room);
  const places = {
    dataOffset: dataOffset + room,
    frameBytes,
    form: 'RF64' as const,
    factAt: factAt === undefined ? undefined : factAt + room,
  };
  return patched(wide, places, dataBytes);
}

function patched(bytes: Uint8Array, places: Parameters<typeof sizePatches>[0], dataBytes: number): Uint8Array {
  const header = Uint8Array.from(bytes);
  for (const patch of sizePatches(places, dataBytes)) header.set(patch.bytes, patch.offset);
  return header;
}
