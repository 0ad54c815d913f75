import type { Block } from '../../src/engine/containers/block.ts';
import { flacFile, parseFlac } from '../support/flacStreams.ts';
import { oggFile, parseOgg } from '../support/oggStreams.ts';
import { type Parsed, unitsOf, whole } from '../support/streamParts.ts';
import { check } from './check.ts';
import { type Dice, pieces } from './mutate.ts';

/** Whatever a damaged stream still holds, the file made of it is whole and holds the same. */
export function rewriteOgg(input: Uint8Array, dice: Dice): void {
  for (const segment of parseOgg(pieces(input, dice)).segments) {
    const block = whole(segment);
    if (block.samples === 0) continue;
    checkSame(block, parseOgg([oggFile(segment.headers, block, true).bytes]), segment.headers.codec !== 'flac');
  }
}

export function rewriteFlac(input: Uint8Array, dice: Dice): void {
  for (const segment of parseFlac(pieces(input, dice)).segments) {
    const block = whole(segment);
    if (block.samples === 0) continue;
    checkSame(block, parseFlac([flacFile(segment.headers, block)]), false);
  }
}

/** Frames of FLAC get new numbers, which change their bytes. */
function checkSame(block: Block, found: Parsed<unknown>, byBytes: boolean): void {
  check(found.segments.length === 1, `The file has ${found.segments.length} beginnings.`);
  check(found.skipped === 0, `Of the file ${found.skipped} bytes are skipped.`);
  check(found.trailing === 0, `Of the file ${found.trailing} bytes are cut short.`);
  check(found.holes.length === 0, 'The file has holes.');
  check(found.frames.length === (block.frames ?? []).length, 'The file holds another number of frames.');
  if (byBytes) check(unitsOf(found).join() === unitsOf(block).join(), 'The file holds other audio.');
}
