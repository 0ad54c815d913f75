import { writeFile } from 'node:fs/promises';

/**
 * Stereo audio in which every sample frame carries its own number: the left channel its lower 16 bits, the right one
 * the upper ones. Whatever comes out of a recording tells which frames are there.
 */
export interface CountedFormat {
  readonly bitDepth: 16 | 24;
}

const CHANNELS = 2;
const LOW = 0xffff;

/** Writes raw PCM with `frames` numbered frames, from number 1 on: 0 is silence. */
export async function writeCounted(path: string, { bitDepth }: CountedFormat, frames: number): Promise<void> {
  const size = bitDepth / 8;
  const bytes = Buffer.alloc(frames * CHANNELS * size);
  for (let frame = 0; frame < frames; frame += 1) {
    const number = frame + 1;
    bytes.writeUIntLE(number & LOW, frame * CHANNELS * size, size);
    bytes.writeUIntLE(number >>> 16, (frame * CHANNELS + 1) * size, size);
  }
  await writeFile(path, bytes);
}

/** A run of frames in a recording. */
export interface Stretch {
  /** Number of its first frame; 0 for silence. */
  readonly number: number;
  /** Where it begins, in frames from the start of the recording. */
  readonly at: number;
  readonly frames: number;
}

/** The stretches of raw PCM in which the numbers count up by one, or are silence. */
export function stretchesOf(pcm: Buffer, { bitDepth }: CountedFormat): Stretch[] {
  const size = bitDepth / 8;
  const frames = Math.floor(pcm.length / (CHANNELS * size));
  const found: { number: number; at: number; frames: number }[] = [];
  let expected = -1;
  for (let at = 0; at < frames; at += 1) {
    const offset = at * CHANNELS * size;
    const number = pcm.readUIntLE(offset, size) + pcm.readUIntLE(offset + size, size) * (LOW + 1);
    const last = found.at(-1);
    if (last && number === expected) last.frames += 1;
    else found.push({ number, at, frames: 1 });
    expected = number === 0 ? 0 : number + 1;
  }
  return found;
}
