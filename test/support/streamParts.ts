import { type Block, type CodedFrame, splitBlock } from '../../src/engine/containers/block.ts';
import type { FlushedParts, ParsedParts } from '../../src/engine/containers/streamPart.ts';
import { join } from './codedAudio.ts';

interface PartParser<Headers> {
  push(bytes: Uint8Array): ParsedParts<Headers>;
  flush(): FlushedParts<Headers>;
}

export interface Segment<Headers> {
  readonly headers: Headers;
  readonly blocks: Block[];
}

/** Everything that a parser made of a stream. */
export interface Parsed<Headers> {
  readonly segments: readonly Segment<Headers>[];
  readonly frames: readonly CodedFrame[];
  readonly bytes: Buffer;
  readonly samples: number;
  readonly holes: readonly number[];
  readonly skipped: number;
  readonly trailing: number;
}

export function parseAll<Headers>(parser: PartParser<Headers>, pieces: readonly Uint8Array[]): Parsed<Headers> {
  const segments: Segment<Headers>[] = [];
  const holes: number[] = [];
  let skipped = 0;
  const take = (result: ParsedParts<Headers>) => {
    skipped += result.skipped;
    for (const part of result.parts) {
      if (part.kind === 'headers') segments.push({ headers: part.headers, blocks: [] });
      else if (part.kind === 'hole') holes.push(part.samples);
      else segments.at(-1)?.blocks.push(part.block);
    }
  };
  for (const piece of pieces) take(parser.push(piece));
  const end = parser.flush();
  take(end);
  const { bytes, samples, frames } = joinBlocks(segments.flatMap((segment) => segment.blocks));
  return { segments, frames: frames ?? [], bytes: Buffer.from(bytes), samples, holes, skipped, trailing: end.trailing };
}

/** The audio of a segment in one block, so that it can be cut anywhere. */
export function whole({ blocks }: Segment<unknown>): Block {
  return joinBlocks(blocks);
}

function joinBlocks(blocks: readonly Block[]): Block {
  const frames = blocks.flatMap((block) => block.frames ?? []);
  const samples = blocks.reduce((sum, block) => sum + block.samples, 0);
  return { bytes: join(blocks.map((block) => block.bytes)), samples, frames };
}

/** The parts between cuts at these places, thousandths of the whole. */
export function cutBlock(block: Block, places: readonly number[]): Block[] {
  const blocks: Block[] = [];
  let rest = block;
  let at = 0;
  for (const place of [...places].sort((a, b) => a - b)) {
    const [mine, others] = splitBlock(rest, Math.floor((place * block.samples) / 1000) - at);
    at += mine.samples;
    rest = others;
    blocks.push(mine);
  }
  return [...blocks, rest].filter((one) => one.samples > 0);
}

export function lengthOf(frames: readonly CodedFrame[]): number {
  return frames.reduce((sum, frame) => sum + frame.bytes, 0);
}

/** Each unit's bytes as text, for comparison. */
export function unitsOf({ bytes, frames = [] }: Pick<Block, 'bytes' | 'frames'>): string[] {
  let at = 0;
  return frames.map((frame) => {
    at += frame.bytes;
    return Buffer.from(bytes.subarray(at - frame.bytes, at)).toString('latin1');
  });
}
