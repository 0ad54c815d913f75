import type { FileWindow } from './fileWindow.ts';

/** So much of a file is looked at before its body tells how far it got: what is known already need not wait. */
export const ADVANCE_BYTES = 32 * 1024 * 1024;
/** Between two places of a file that are remembered. */
export const PLACE_BYTES = 64 * 1024;

/**
 * Where the audio of a file is, as far as it stays: a body is `head`, then the file's bytes from `start` to `end`.
 * Positions count from the start of the file.
 */
export interface Layout {
  /** Without parameters. */
  readonly mimeType: string;
  /** Undefined as long as the file does not tell it yet; then it stays the same. */
  readonly head: Uint8Array | undefined;
  readonly start: number;
  readonly end: number;
  /** Hz; 0 as long as it is not known. */
  readonly sampleRate: number;
  /**
   * Looks at what came since. `isClosed`: nothing more will come. False when there is more to look at than
   * {@link ADVANCE_BYTES}. Throws DAMAGED.
   */
  advance(window: FileWindow, isClosed: boolean): Promise<boolean>;
  /** The file lost its end: everything is looked at again. */
  reset(): void;
  /** Sample frames from `start` to there, about. */
  samplesAt(position: number): number;
  /** Start of the unit that holds `position`, or of one that a decoder needs before it. */
  unitAt(window: FileWindow, position: number): Promise<number>;
  /** The file's bytes, from `from` to `to`, as they are sent; absent: as they are. */
  readonly rewrite?: ((window: FileWindow, from: number, to: number) => AsyncIterable<Uint8Array>) | undefined;
}
