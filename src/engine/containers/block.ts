/**
 * A run of whole units in capture order. PCM: interleaved little-endian sample frames, cut anywhere between two of
 * them. Coded audio: whole frames back to back, cut between two of them.
 */
export interface Block {
  readonly bytes: Uint8Array;
  /** Duration in sample frames. */
  readonly samples: number;
  /** Coded audio only: the units in order; their bytes and samples add up to the block's. */
  readonly frames?: readonly CodedFrame[];
}

export interface CodedFrame {
  readonly bytes: number;
  readonly samples: number;
}

/**
 * Cuts a block so that the first part holds at most `samples` sample frames, as many whole units as fit.
 * Either part may be empty.
 */
export function splitBlock(block: Block, samples: number): readonly [Block, Block] {
  if (samples <= 0) return [emptyLike(block), block];
  if (samples >= block.samples) return [block, emptyLike(block)];
  return block.frames ? splitCoded(block, block.frames, samples) : splitPcm(block, samples);
}

function emptyLike(block: Block): Block {
  return { bytes: block.bytes.subarray(0, 0), samples: 0, ...(block.frames ? { frames: [] } : {}) };
}

function splitPcm(block: Block, samples: number): readonly [Block, Block] {
  const at = (block.bytes.length / block.samples) * samples;
  return [
    { bytes: block.bytes.subarray(0, at), samples },
    { bytes: block.bytes.subarray(at), samples: block.samples - samples },
  ];
}

function splitCoded(block: Block, frames: readonly CodedFrame[], samples: number): readonly [Block, Block] {
  let taken = 0;
  let bytes = 0;
  let count = 0;
  for (const frame of frames) {
    if (taken + frame.samples > samples) break;
    taken += frame.samples;
    bytes += frame.bytes;
    count += 1;
  }
  // A frame that only prepares the next one stays with it.
  if (taken === 0) return [emptyLike(block), block];
  return [
    { bytes: block.bytes.subarray(0, bytes), samples: taken, frames: frames.slice(0, count) },
    { bytes: block.bytes.subarray(bytes), samples: block.samples - taken, frames: frames.slice(count) },
  ];
}
