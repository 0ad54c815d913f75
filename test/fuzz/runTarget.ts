import { Dice, mutate } from './mutate.ts';
import type { Target } from './targets.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  /** No input is begun later than this, ms. */
  readonly timeBoxMs: number;
  /** Told before each input that may hang, and now and then. */
  readonly onProgress?: (done: number) => void;
}

export interface FuzzFailure {
  readonly input: Uint8Array;
  /** Number of the input: with the seed it makes it again. */
  readonly index: number;
  readonly reason: string;
}

export interface FuzzOutcome {
  readonly inputs: number;
  readonly bytes: number;
  readonly ms: number;
  /** Of the slowest input, ms. */
  readonly slowestMs: number;
  /** What an endless reader holds at most after a flood of damaged input, bytes; 0 where there is none. */
  readonly heldBytes: number;
  readonly failure?: FuzzFailure;
}

const PROGRESS_EVERY = 1000;
const FLOOD_BYTES = 24 * 1024 * 1024;

/** Reads damaged inputs until their number or the time is up, or one fails. The same seed makes the same inputs. */
export async function runTarget(
  target: Target,
  { seed, inputs, timeBoxMs, onProgress }: FuzzOptions,
): Promise<FuzzOutcome> {
  const began = performance.now();
  let bytes = 0;
  let slowestMs = 0;
  let done = 0;
  for (; done < inputs; done += 1) {
    if (done % PROGRESS_EVERY === 0) onProgress?.(done);
    const at = performance.now();
    if (at - began > timeBoxMs) break;
    const dice = new Dice(seed + done);
    const input = mutate(target.corpus, dice);
    bytes += input.length;
    try {
      const reading = target.read(input, dice);
      // Most read at once, and a million times.
      if (reading) await reading;
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { inputs: done, bytes, ms: at - began, slowestMs, heldBytes: 0, failure: { input, index: done, reason } };
    }
    slowestMs = Math.max(slowestMs, performance.now() - at);
  }
  const ms = performance.now() - began;
  return { inputs: done, bytes, ms, slowestMs, heldBytes: heldAfterFlood(target, seed) };
}

/** Needs `--expose-gc` to be exact; without, garbage counts too. */
function heldAfterFlood({ endless, corpus }: Target, seed: number): number {
  if (!endless) return 0;
  const read = endless();
  const dice = new Dice(seed);
  let most = 0;
  const before = memory();
  for (let given = 0; given < FLOOD_BYTES;) {
    const input = mutate(corpus, dice);
    read(input);
    given += input.length;
    if (dice.below(2000) === 0) most = Math.max(most, memory() - before);
  }
  return Math.max(most, memory() - before, 0);
}

function memory(): number {
  // The second pass takes what the first one only marked, such as the memory behind typed arrays.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
