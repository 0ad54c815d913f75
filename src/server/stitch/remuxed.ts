import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LongtakeError } from '../../shared/errors.ts';
import type { Chunk } from '../model.ts';
import type { ChunkReader } from './chunkReader.ts';
import { containerLength } from './containerLength.ts';
import { isMp4Start, isWebmStart } from './media.ts';
import { StitchProblem } from './problem.ts';

export interface RemuxRequest {
  /** Absolute, in order; each is a file of its own. */
  readonly inputs: readonly string[];
  /** Absolute; must not be there. */
  readonly output: string;
  readonly media: 'mp4' | 'webm';
  readonly signal: AbortSignal;
}

/** Copies audio from one file or several into one, as a port: ffmpeg does it. */
export interface Remux {
  /** Absolute; what is made in between goes there. */
  readonly folder: string;
  /** Returns what it had to say. @throws DECODER_MISSING, DAMAGED, DISK_FULL */
  run(request: RemuxRequest): Promise<string>;
}

interface RemuxSource {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly durationMs: () => number | undefined;
  readonly remark: string | undefined;
}

const HEAD_BYTES = 12;
/** The length of a finished file stands in these first bytes. */
const INDEX_BYTES = 64 * 1024;
const READ_BYTES = 256 * 1024;
const REMARK_LENGTH = 500;

/**
 * Fragments become a file that says how long it is and can be sought in. Each chunk that begins with a header begins a
 * segment, which is joined to the one before. What lies on disk in between goes when the bytes were read.
 */
export async function remuxed(
  { reader, remux, signal }: { readonly reader: ChunkReader; readonly remux: Remux; readonly signal: AbortSignal },
  media: 'mp4' | 'webm',
): Promise<RemuxSource> {
  const folder = await mkdtemp(join(remux.folder, 'remux-'));
  try {
    const segments = await segmentsOf(reader, media);
    const inputs = segments.map((_, index) => join(folder, `segment-${index + 1}.${media}`));
    for (const [index, chunks] of segments.entries()) await write(inputs[index] ?? '', reader.read(chunks));
    const output = join(folder, `joined.${media === 'mp4' ? 'm4a' : media}`);
    const remark = await remuxOrExplain(remux, { inputs, output, media, signal });
    const durationMs = containerLength(await headOf(output), media);
    return {
      bytes: thenRemove(output, folder),
      durationMs: () => durationMs,
      remark: remark === '' ? undefined : remark.slice(0, REMARK_LENGTH),
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function segmentsOf(reader: ChunkReader, media: 'mp4' | 'webm'): Promise<readonly (readonly Chunk[])[]> {
  const isStart = media === 'mp4' ? isFileStart : isWebmStart;
  const segments: Chunk[][] = [];
  for (const chunk of reader.chunks) {
    const last = segments.at(-1);
    if (last && !isStart(await reader.headOf(chunk, HEAD_BYTES))) last.push(chunk);
    else segments.push([chunk]);
  }
  return segments;
}

/** A fragment may begin with `styp`; only `ftyp` begins a file. */
const isFileStart = (head: Uint8Array): boolean => isMp4Start(head) && head[4] === 'f'.charCodeAt(0);

async function remuxOrExplain(remux: Remux, request: RemuxRequest): Promise<string> {
  try {
    const remark = await remux.run(request);
    if ((await stat(request.output)).size > 0) return remark;
  } catch (error) {
    if (!(error instanceof LongtakeError) || ['CANCELLED', 'DISK_FULL'].includes(error.code)) throw error;
    throw new StitchProblem(`The chunks could not be joined, and all are kept. ${error.message}`, { cause: error });
  }
  throw new StitchProblem('The chunks could not be joined, and all are kept: ffmpeg found no audio in them.');
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(INDEX_BYTES), 0, INDEX_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of bytes) await file.writev([piece]);
  } finally {
    await file.close();
  }
}

async function* thenRemove(path: string, folder: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: READ_BYTES })) yield piece as Buffer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
