import type { Patch } from '../containers/wav.ts';

/** Makes a file of payload bytes: what goes before, what is corrected as it grows, and what goes after. Bytes only. */
export interface Muxer {
  readonly header: Uint8Array;
  /** Corrections that make the file valid with exactly `payloadBytes` of payload. */
  patches(payloadBytes: number): readonly Patch[];
  /** What ends a file of `payloadBytes` of payload, such as a pad byte. */
  tail(payloadBytes: number): Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Coded frames stand for themselves: the file is the payload. */
export const rawMuxer: Muxer = {
  header: NOTHING,
  patches: () => [],
  tail: () => NOTHING,
};
