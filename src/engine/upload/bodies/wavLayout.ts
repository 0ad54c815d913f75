import { openWavHeader } from '../../containers/wav.ts';
import { mayGoOn, scanWavHeader, type WavHeader } from '../../containers/wavReader.ts';
import { withoutAudio } from './fileBody.ts';
import type { FileWindow } from './fileWindow.ts';
import type { Layout } from './layout.ts';

const FIRST_BYTES = 4096;
/** A header of ours takes less than 1 KiB; some programs put pictures before the samples. */
const LARGEST_HEADER = 4 * 1024 * 1024;

/** Whole sample frames behind a header that leaves their number open: the file's own is written to as it grows. */
export class WavLayout implements Layout {
  readonly mimeType = 'audio/wav';
  readonly #from: number;
  #header: WavHeader | undefined;
  #head: Uint8Array | undefined;
  #end = 0;

  constructor(from: number) {
    this.#from = from;
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  get start(): number {
    return this.#header ? Math.max(this.#from, this.#header.dataOffset) : 0;
  }

  get end(): number {
    return this.#end;
  }

  get sampleRate(): number {
    return this.#header?.sampleRate ?? 0;
  }

  async advance(window: FileWindow, isClosed: boolean): Promise<boolean> {
    // What it states of the length is of use only once it is final.
    if (!this.#header || isClosed) this.#header = await readHeader(window);
    if (!this.#header) {
      if (isClosed) throw withoutAudio('WAV');
      return true;
    }
    const { dataOffset, dataBytes, frameBytes } = this.#header;
    this.#head ??= openWavHeader(wavFormat(this.#header));
    const there = Math.max(0, window.size - dataOffset);
    const bytes = isClosed && !mayGoOn(this.#header) ? Math.min(there, dataBytes) : there;
    this.#end = dataOffset + bytes - (bytes % frameBytes);
    return true;
  }

  reset(): void {
    this.#header = undefined;
  }

  samplesAt(position: number): number {
    return this.#header ? Math.floor((position - this.start) / this.#header.frameBytes) : 0;
  }

  unitAt(_window: FileWindow, position: number): Promise<number> {
    const { dataOffset = 0, frameBytes = 1 } = this.#header ?? {};
    return Promise.resolve(position - (Math.max(0, position - dataOffset) % frameBytes));
  }
}

function wavFormat({ sampleRate, channels, bitDepth, float }: WavHeader) {
  if (bitDepth !== 8 && bitDepth !== 16 && bitDepth !== 24 && bitDepth !== 32) throw withoutAudio('PCM');
  return { sampleRate, channels, bitDepth, float } as const;
}

/** Undefined when the file is not as long as its header yet. */
async function readHeader(window: FileWindow): Promise<WavHeader | undefined> {
  for (let length = FIRST_BYTES; ;) {
    const bytes = await window.read(0, length);
    const header = scanWavHeader(bytes);
    if (!('need' in header)) return header;
    if (bytes.length < length || header.need > LARGEST_HEADER) return undefined;
    length = Math.min(LARGEST_HEADER, Math.max(header.need, 4 * length));
  }
}
