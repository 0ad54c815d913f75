import type { AudioFormat } from '../../../shared/domain/source.ts';
import type { Block } from '../../containers/block.ts';
import type { StreamHeaders } from '../../containers/streamHeaders.ts';
import type { StreamContainer, StreamListener } from './streamReader.ts';

/** Titles that wait for their audio; a server that sends more has the last of them replaced. */
const MOST_WAITING = 64;

/**
 * Tells titles between the frames where they came. A parser gives out a frame only once it has seen what follows, so
 * a title that was told at once would come some frames too early. What passes through it must add up to the bytes that
 * positions count: every byte is part of a block, or skipped.
 */
export class TitlePlacement implements StreamListener {
  readonly #listener: StreamListener;
  #waiting: { readonly text: string; readonly at: number }[] = [];
  /** Of what went through, in blocks or skipped. */
  #bytes = 0;
  /** Of several that came within one unit only the last is told. */
  #due: string | undefined;
  #title: string | undefined;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  /** The newest title that came, told or not. */
  get newest(): string | undefined {
    return this.#waiting.at(-1)?.text ?? this.#due ?? this.#title;
  }

  /** A title came behind `at` bytes from the start of the stream. Positions never go back. */
  expect(text: string, at: number): void {
    if (this.#waiting.length >= MOST_WAITING) this.#waiting.pop();
    this.#waiting.push({ text, at });
  }

  onFormat(container: StreamContainer, format: AudioFormat, headers?: StreamHeaders): void {
    this.#listener.onFormat(container, format, headers);
  }

  onSegment(format: AudioFormat, headers: StreamHeaders): void {
    this.#listener.onSegment(format, headers);
  }

  onHole(samples: number): void {
    this.#listener.onHole(samples);
  }

  /** A title is on air from the first unit on that was not whole before it came. */
  onBlock(block: Block): void {
    let rest = block;
    for (let next = this.#waiting[0]; next && next.at < this.#bytes + rest.bytes.length; next = this.#waiting[0]) {
      const [before, behind] = cut(rest, next.at - this.#bytes);
      this.#pass(before);
      this.#waiting.shift();
      this.#due = next.text;
      rest = behind;
    }
    this.#pass(rest);
  }

  /** A title that needs no placing: the next block is the first of it. */
  onTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#listener.onTitle(title);
  }

  onSkipped(bytes: number): void {
    this.#bytes += bytes;
    this.#listener.onSkipped(bytes);
  }

  #pass(block: Block): void {
    if (block.bytes.length === 0) return;
    const due = this.#due;
    this.#due = undefined;
    if (due !== undefined) this.onTitle(due);
    this.#bytes += block.bytes.length;
    this.#listener.onBlock(block);
  }
}

/** The units that end at or before `at` bytes, and the others. */
function cut(block: Block, at: number): readonly [Block, Block] {
  const frames = block.frames ?? [];
  let bytes = 0;
  let samples = 0;
  let count = 0;
  for (const frame of frames) {
    if (bytes + frame.bytes > at) break;
    bytes += frame.bytes;
    samples += frame.samples;
    count += 1;
  }
  return [
    { bytes: block.bytes.subarray(0, bytes), samples, frames: frames.slice(0, count) },
    {
      bytes: block.bytes.subarray(bytes),
      samples: block.samples - samples,
      frames: frames.slice(count),
    },
  ];
}
