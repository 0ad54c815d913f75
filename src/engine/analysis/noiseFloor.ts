import { FLOOR_BLOCK_WINDOWS, FLOOR_PERCENTILE } from '../../shared/domain/section.ts';

/** What is known of an envelope's blocks of 30 s. It depends on no setting, so that detection only compares. */
export interface NoiseFloor {
  /** Noise floor at each block's centre, in steps of level. */
  readonly floors: Float32Array;
  /** Highest level in each block, in steps: quiet blocks need not be looked at. */
  readonly highest: Uint16Array;
}

/** The noise floor of an envelope, which is in steps of level. Its last block may be shorter. */
export function noiseFloorOf(levels: Uint16Array): NoiseFloor {
  const blocks = Math.ceil(levels.length / FLOOR_BLOCK_WINDOWS);
  const floors = new Float32Array(blocks);
  const highest = new Uint16Array(blocks);
  for (let block = 0; block < blocks; block += 1) {
    const sorted = levels.slice(block * FLOOR_BLOCK_WINDOWS, (block + 1) * FLOOR_BLOCK_WINDOWS).sort();
    floors[block] = percentile(sorted);
    highest[block] = sorted.at(-1) ?? 0;
  }
  return { floors, highest };
}

/** Linear between the two ranks that it lies between. */
function percentile(sorted: Uint16Array): number {
  const rank = ((sorted.length - 1) * FLOOR_PERCENTILE) / 100;
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}

/** The noise floor from window to window: linear between the centres of blocks, constant before the first and after the last. */
export class FloorLine {
  readonly #floors: Float32Array;
  readonly #windows: number;

  /** `windows`: how many the envelope has. */
  constructor(floors: Float32Array, windows: number) {
    this.#floors = floors;
    this.#windows = windows;
  }

  /** At the centre of a window, in steps. */
  at(window: number): number {
    const block = Math.floor(window / FLOOR_BLOCK_WINDOWS);
    const here = this.#floors[block] ?? 0;
    const offset = window + 0.5 - this.#centre(block);
    const beside = offset < 0 ? block - 1 : block + 1;
    const there = this.#floors[beside];
    if (there === undefined || offset === 0) return here;
    return here + ((there - here) * offset) / (this.#centre(beside) - this.#centre(block));
  }

  /** No window of the block has a lower floor than this, in steps. */
  lowestIn(block: number): number {
    const here = this.#floors[block] ?? 0;
    return Math.min(here, this.#floors[block - 1] ?? here, this.#floors[block + 1] ?? here);
  }

  #centre(block: number): number {
    const start = block * FLOOR_BLOCK_WINDOWS;
    return (start + Math.min(this.#windows, start + FLOOR_BLOCK_WINDOWS)) / 2;
  }
}
