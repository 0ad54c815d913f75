import type { Clock } from '../../shared/ports/clock.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Millis } from '../../shared/units.ts';
import type { CaptureInfo } from '../capture/audioSource.ts';
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

/** What is captured, in order. */
export type Captured =
  | { readonly kind: 'block'; readonly block: Block }
  | { readonly kind: 'segment'; readonly info: CaptureInfo }
  | { readonly kind: 'hole'; readonly samples: number; readonly problem?: LongtakeError };

/** Audio that is missing before a recording. */
export interface Hole {
  /** Sample frames, as far as known. */
  readonly samples: number;
  /** It is as much as the stream itself counts. */
  readonly isKnown: boolean;
}

/** A recording that is due but not opened yet. */
export interface NextRecording {
  readonly startedAt: Millis;
  readonly nextBoundaryAt: Millis;
  readonly info: CaptureInfo;
  /** It joins the recording before. */
  readonly joins: boolean;
  /** Number of its first sample frame in the connection. */
  readonly firstSample: number;
  readonly hole: Hole | undefined;
  /** It is the first of a connection: a burst of audio from before may come. */
  readonly mayBurst: boolean;
  /** Monotonic. */
  readonly plannedAt: Millis;
  /** Its first audio; while a burst may come, all that has come. */
  readonly parts: Captured[];
  samples: number;
  bytes: number;
  /** Audio that came sooner than it plays, at most, ms. */
  aheadMs: number;
  /** Monotonic: until then the burst was still coming. */
  burstAt: Millis;
  /** Monotonic: when the last audio came. */
  heardAt: Millis;
}

type Count = 'samples' | 'bytes' | 'aheadMs' | 'burstAt' | 'heardAt';

/** A recording that has no audio yet. */
export function planned(plan: Omit<NextRecording, Count>): NextRecording {
  const { plannedAt } = plan;
  return { ...plan, samples: 0, bytes: 0, aheadMs: 0, burstAt: plannedAt, heardAt: plannedAt };
}

/** Takes audio that has just come at `rate` Hz. */
export function addBlock(next: NextRecording, block: Block, rate: number, clock: Clock): void {
  next.parts.push({ kind: 'block', block });
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

/**
 * One coded frame is no file: most readers want a second one to be sure of the first. Packets that stand behind headers
 * need no other, as long as there is audio in them.
 */
export function isTooShort({ parts, samples, info }: NextRecording): boolean {
  if (samples === 0) return true;
  if (info.headers) return false;
  const blocks = blocksOf(parts);
  return blocks.every(({ frames }) => frames !== undefined) && blocks.flatMap(({ frames }) => frames).length < 2;
}

export function blocksOf(parts: readonly Captured[]): readonly Block[] {
  return parts.flatMap((part) => (part.kind === 'block' ? [part.block] : []));
}

export function joinHoles(one: Hole | undefined, other: Hole | undefined): Hole | undefined {
  if (!one || !other) return one ?? other;
  return { samples: one.samples + other.samples, isKnown: one.isKnown && other.isKnown };
}

/** `rate` in Hz. */
export function holeInStream(samples: number, rate: number): LongtakeError {
  const ms = (samples * 1000) / rate;
  const missing = ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
  return new LongtakeError('STREAM_LOST', `The stream lacks ${missing}: a part of it did not arrive.`);
}
