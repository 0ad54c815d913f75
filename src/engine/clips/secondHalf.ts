import { open } from 'node:fs/promises';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { openUnits } from './units/openUnits.ts';

/** Shorter files are decoded in one go, s. */
const SHORTEST_SECONDS = 300;
/** Frames of MPEG audio in which the 511 bytes that one may refer to are found at the lowest bitrate, and two overlaps. */
const MPEG_LEAD_FRAMES = 66;

/** A place in a file from which on it can be decoded by itself. */
export interface SecondHalf {
  /** Byte of the file. */
  readonly from: number;
  /** Sample frames that players give out before the second half; whole seconds. */
  readonly at: number;
  /** Sample frames that a decoder that begins at {@link from} gives before those. */
  readonly lead: number;
}

/**
 * Where to begin so that two decoders share the work on a file of MP3 or FLAC; undefined when it is too short, of
 * another kind, or not what it should be.
 */
export async function findSecondHalf(path: string, container: Container): Promise<SecondHalf | undefined> {
  if (container !== 'mp3' && container !== 'flac') return undefined;
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const units = await openUnits({ size, read }, container);
    const frame = units.container === 'mp3' ? units.format : undefined;
    const rate = units.container === 'flac' ? units.headers.format.sampleRate : (frame?.sampleRate ?? 0);
    const seconds = Math.floor((units.end - units.origin) / rate / 2);
    if (!(2 * seconds >= SHORTEST_SECONDS)) return undefined;
    const at = seconds * rate;
    const lead = (frame?.samples ?? 0) * MPEG_LEAD_FRAMES;
    const begin = units.origin + at - lead;
    for await (const { start, at: from } of units.runs(begin, begin + 1)) {
      return from === undefined ? undefined : { from, at, lead: units.origin + at - start };
    }
    return undefined;
  } catch (error) {
    // The decoder tells better what is wrong with it.
    if (error instanceof LongtakeError && error.code === 'DAMAGED') return undefined;
    throw error;
  } finally {
    await file.close();
  }
}
