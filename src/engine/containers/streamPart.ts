import type { Block } from './block.ts';
import { concat } from './bytes.ts';

/**
 * What a stream with headers of its own consists of, in order. Each `headers` begins a segment: audio behind it never
 * goes into one file with audio before it.
 */
export type StreamPart<Headers> =
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'block'; readonly block: Block }
  /** Audio is missing here. Sample frames as the stream counts them, which is not to be trusted; 0 when not known. */
  | { readonly kind: 'hole'; readonly samples: number };

export interface ParsedParts<Headers> {
  readonly parts: readonly StreamPart<Headers>[];
  /** Bytes that belong to no unit of audio and no header, counted once it is certain. */
  readonly skipped: number;
}

export interface FlushedParts<Headers> extends ParsedParts<Headers> {
  /** Bytes of a unit at the end that is cut short; not counted as skipped. */
  readonly trailing: number;
}

/** Collects parts; coded units that follow each other become one block. */
export class PartCollector<Headers> {
  readonly #parts: StreamPart<Headers>[] = [];
  #units: Uint8Array[] = [];
  #frames: { bytes: number; samples: number }[] = [];
  #bytes = 0;
  #samples = 0;

  /** `unit` is kept until {@link take}. */
  add(unit: Uint8Array, samples: number): void {
    this.#units.push(unit);
    this.#frames.push({ bytes: unit.length, samples });
    this.#bytes += unit.length;
    this.#samples += samples;
  }

  headers(headers: Headers): void {
    this.#close();
    this.#parts.push({ kind: 'headers', headers });
  }

  hole(samples: number): void {
    this.#close();
    this.#parts.push({ kind: 'hole', samples });
  }

  /** Everything so far. The units are copied now. */
  take(): readonly StreamPart<Headers>[] {
    this.#close();
    return this.#parts.splice(0);
  }

  #close(): void {
    if (this.#units.length === 0) return;
    const bytes = concat(this.#units, this.#bytes);
    this.#parts.push({ kind: 'block', block: { bytes, samples: this.#samples, frames: this.#frames } });
    this.#units = [];
    this.#frames = [];
    this.#bytes = 0;
    this.#samples = 0;
  }
}
