import { SAMPLES_PER_BLOCK } from '../adts.ts';
import { concat } from '../bytes.ts';
import { box, fourCharacters, fullBox, uint32, uint64 } from './boxes.ts';
import { SAMPLE_FLAGS, TRACK } from './initSegment.ts';

/** Where the data is, is counted from the fragment's own start. */
const BASE_IS_MOOF = 0x02_0000;
const HAS_DURATION = 0x08;
const HAS_FLAGS = 0x20;
const HAS_DATA_OFFSET = 0x01;
const HAS_SIZES = 0x0200;
const BOX_HEADER_BYTES = 8;

/** `moof` with all that is in it, and the header of `mdat`, without the sizes of the blocks. */
const EMPTY_HEADER_BYTES = 104;
const SIZE_BYTES = 4;

/** A run of audio within a movie. */
export interface Fragment {
  /** Of the fragment, counted from 1. */
  readonly sequence: number;
  /** Sample frames from the start of the movie. */
  readonly decodeTime: number;
  /** Raw blocks of AAC, {@link SAMPLES_PER_BLOCK} sample frames each. */
  readonly blocks: readonly Uint8Array[];
}

/** A `moof` and its `mdat` (ISO/IEC 14496-12 8.8.4 to 8.8.12), complete in itself. */
export function fragment({ sequence, decodeTime, blocks }: Fragment): Uint8Array {
  const payload = blocks.reduce((sum, block) => sum + block.length, 0);
  const header = movieFragment(sequence, decodeTime, blocks, 0);
  const placed = movieFragment(sequence, decodeTime, blocks, header.length + BOX_HEADER_BYTES);
  const data = uint32(BOX_HEADER_BYTES + payload);
  return concat([placed, data, fourCharacters('mdat'), ...blocks], placed.length + BOX_HEADER_BYTES + payload);
}

/** Length of the fragment of so many blocks with so many bytes. */
export function fragmentBytes(blocks: number, payload: number): number {
  return EMPTY_HEADER_BYTES + SIZE_BYTES * blocks + payload;
}

function movieFragment(sequence: number, decodeTime: number, blocks: Fragment['blocks'], dataAt: number): Uint8Array {
  return box(
    'moof',
    fullBox('mfhd', 0, 0, uint32(sequence)),
    box(
      'traf',
      fullBox('tfhd', 0, BASE_IS_MOOF | HAS_DURATION | HAS_FLAGS, uint32(TRACK, SAMPLES_PER_BLOCK, SAMPLE_FLAGS)),
      fullBox('tfdt', 1, 0, uint64(decodeTime)),
      fullBox(
        'trun',
        0,
        HAS_DATA_OFFSET | HAS_SIZES,
        uint32(blocks.length, dataAt, ...blocks.map(({ length }) => length)),
      ),
    ),
  );
}

/** What a segment in a file of its own begins with (CMAF ISO/IEC 23000-19 7.3.2.1). */
export function segmentType(): Uint8Array {
  return box('styp', fourCharacters('cmfs'), uint32(0), ...['iso6', 'cmfc', 'cmfs'].map(fourCharacters));
}
