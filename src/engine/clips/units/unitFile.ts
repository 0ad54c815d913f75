import type { Block } from '../../containers/block.ts';
import { LongtakeError } from '../../../shared/errors.ts';

/** Bytes from any place of a file whose size does not change meanwhile. */
export interface ByteReader {
  readonly size: number;
  /** Up to `length` bytes at `position`; shorter only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Whole units that follow each other. */
export interface UnitRun {
  /** Position of the first sample frame of the first unit. */
  readonly start: number;
  readonly block: Block;
  /** Where the first unit stands in the file; absent where something else than units was in between. */
  readonly at?: number | undefined;
}

/**
 * The units of an open file: sample frames of PCM, frames, or packets. Positions count the sample frames that they
 * decode to, from the first unit on, also those that no player gives out.
 */
export interface Units {
  /** Position of what a player gives out first. */
  readonly origin: number;
  /** Position behind the last whole unit. */
  readonly end: number;
  /**
   * Units in order, from the one that holds `from` (or the first behind it) up to the last one that begins before `to`.
   * Reads no more of the file than that takes, and a few steps to find the place. Throws DAMAGED.
   */
  runs(from: number, to: number): AsyncGenerator<UnitRun>;
}

/** A first read is small, so that the first unit comes soon; then so much at once. */
export const FIRST_PIECE_BYTES = 32 * 1024;
export const PIECE_BYTES = 256 * 1024;

/** The run without the units that end at or before `from`; undefined when none is left. */
export function withoutBefore({ start, block, at: place }: UnitRun, from: number): UnitRun | undefined {
  const { frames } = block;
  if (!frames || start + block.samples <= from) return undefined;
  let count = 0;
  let at = 0;
  let position = start;
  for (const frame of frames) {
    if (position + frame.samples > from) break;
    position += frame.samples;
    at += frame.bytes;
    count += 1;
  }
  if (count === 0) return { start, block, at: place };
  return {
    start: position,
    at: place === undefined ? undefined : place + at,
    block: {
      bytes: block.bytes.subarray(at),
      samples: block.samples - (position - start),
      frames: frames.slice(count),
    },
  };
}

/** The run without the units that begin at or behind `to`; undefined when none is left. */
export function withoutBehind({ start, block, at: place }: UnitRun, to: number): UnitRun | undefined {
  const { frames } = block;
  if (!frames || start >= to) return undefined;
  if (start + block.samples <= to) return { start, block, at: place };
  let count = 0;
  let at = 0;
  let position = start;
  for (const frame of frames) {
    if (position >= to) break;
    position += frame.samples;
    at += frame.bytes;
    count += 1;
  }
  return {
    start,
    at: place,
    block: { bytes: block.bytes.subarray(0, at), samples: position - start, frames: frames.slice(0, count) },
  };
}

export function damaged(why: string): LongtakeError {
  return new LongtakeError('DAMAGED', `This file cannot be read as audio: ${why}.`);
}
