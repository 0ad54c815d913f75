import type { Seam } from '../../shared/domain/recording.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Millis } from '../../shared/units.ts';
import type { Block } from '../containers/block.ts';

/**
 * Servers begin with what they sent in the seconds before, as fast as they can; this long is waited for it, and for at
 * most so many bytes. A server's burst is usually 64 KiB.
 */
const BURST_MS = 300;
const LARGEST_BURST_BYTES = 1024 * 1024;

/** A recording that is due but not opened yet. */
export interface NextRecording {
  readonly startedAt: Millis;
  readonly nextBoundaryAt: Millis;
  readonly seam: Seam;
  /** It is the first of a connection: a burst of audio from before may come. */
  readonly mayBurst: boolean;
  /** Monotonic. */
  readonly plannedAt: Millis;
  /** Its first audio. */
  readonly blocks: Block[];
  samples: number;
  bytes: number;
}

/** The burst that a connection may begin with is here. */
export function hasBurst(next: NextRecording, clock: Clock): boolean {
  return clock.monotonic() - next.plannedAt >= BURST_MS || next.bytes >= LARGEST_BURST_BYTES;
}

/** One coded frame is no file: most readers want a second one to be sure of the first. */
export function isSingleFrame(blocks: readonly Block[]): boolean {
  return blocks.every(({ frames }) => frames !== undefined) && blocks.flatMap(({ frames }) => frames).length < 2;
}
