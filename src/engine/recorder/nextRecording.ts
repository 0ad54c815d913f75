import type { Seam } from '../../shared/domain/recording.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Millis } from '../../shared/units.ts';
import type { Block } from '../containers/block.ts';

/**
 * Servers begin with what they sent in the seconds before, as fast as they can. It is over when for so long no audio
 * came faster than it plays; a busy computer reads it in pieces that are far apart. A server's burst is usually 64 KiB.
 */
const BURST_MS = 300;
/** Of a server that sends faster than that for good, this much is taken for the burst. */
const LONGEST_BURST_MS = 3000;
const LARGEST_BURST_BYTES = 1024 * 1024;
/** Audio comes in blocks, with a jitter. */
const JITTER_MS = 50;
/** After a silence of this length, what waited meanwhile is still coming. */
const SILENCE_MS = 200;

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
  /** Audio that came sooner than it plays, at most, ms. */
  aheadMs: number;
  /** Monotonic: until then the burst was still coming. */
  burstAt: Millis;
  /** Monotonic: when the last audio came. */
  heardAt: Millis;
}

/** Takes audio that has just come at `rate` Hz. */
export function addBlock(next: NextRecording, block: Block, rate: number, clock: Clock): void {
  next.blocks.push(block);
  next.samples += block.samples;
  next.bytes += block.bytes.length;
  const now = clock.monotonic();
  const aheadMs = (next.samples * 1000) / rate - (now - next.plannedAt);
  if (aheadMs > next.aheadMs + JITTER_MS || now - next.heardAt > SILENCE_MS) next.burstAt = now;
  next.aheadMs = Math.max(next.aheadMs, aheadMs);
  next.heardAt = now;
}

/** The burst that a connection may begin with is here. */
export function hasBurst(next: NextRecording, clock: Clock): boolean {
  const now = clock.monotonic();
  if (next.bytes >= LARGEST_BURST_BYTES || now - next.plannedAt >= LONGEST_BURST_MS) return true;
  return now - next.burstAt >= BURST_MS;
}

/** One coded frame is no file: most readers want a second one to be sure of the first. */
export function isSingleFrame(blocks: readonly Block[]): boolean {
  return blocks.every(({ frames }) => frames !== undefined) && blocks.flatMap(({ frames }) => frames).length < 2;
}
