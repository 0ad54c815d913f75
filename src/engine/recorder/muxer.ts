import type { ColdStart } from '../../shared/domain/recording.ts';
import type { Block } from '../containers/block.ts';
import type { Patch } from '../containers/wav.ts';

/**
 * Makes a file of the blocks of one recording: what goes before them, how they are laid into the file, what is
 * corrected as it grows, and what goes after. Bytes only. Its payload is what {@link write} and {@link end} return.
 */
export interface Muxer {
  readonly header: Uint8Array;
  /** What the beginning of the file costs when it is played alone, as far as known by now. */
  readonly coldStart: ColdStart | undefined;
  /** What the block adds to the payload, as far as it is settled; the rest comes with a later call. */
  write(block: Block): Uint8Array;
  /** The rest of the payload. Nothing is written after it. */
  end(): Uint8Array;
  /** Corrections that make the file valid with exactly `payloadBytes` of payload. */
  patches(payloadBytes: number): readonly Patch[];
  /** Corrections when the first title on air is known. */
  titled(title: string): readonly Patch[];
  /** What ends a file of `payloadBytes` of payload, such as a pad byte. */
  tail(payloadBytes: number): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Coded frames stand for themselves: the file is the payload. */
export const rawMuxer: Muxer = {
  header: NOTHING,
  coldStart: undefined,
  write: ({ bytes }) => bytes,
  end: () => NOTHING,
  patches: () => [],
  titled: () => [],
  tail: () => NOTHING,
};
