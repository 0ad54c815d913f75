import { adtsSyntax } from '../../containers/adts.ts';
import { mpegAudioSyntax } from '../../containers/mpegAudio.ts';
import { withoutAudio } from './fileBody.ts';
import type { FileWindow } from './fileWindow.ts';
import { FrameWalk } from './frameWalk.ts';
import { ADVANCE_BYTES, type Layout, PLACE_BYTES } from './layout.ts';
import { type Place, PlaceTable } from './placeTable.ts';

const kinds = {
  mp3: { syntax: mpegAudioSyntax, mimeType: 'audio/mpeg' },
  adts: { syntax: adtsSyntax, mimeType: 'audio/aac' },
} as const;

/** Frames of MP3 or AAC, from the first one on: a tag before it has room that is written to later. */
export class FrameLayout implements Layout {
  readonly mimeType: string;
  readonly head = new Uint8Array(0);
  readonly #container: keyof typeof kinds;
  readonly #from: number;
  readonly #places = new PlaceTable<Place>(PLACE_BYTES);
  #walk: FrameWalk;
  #start: number | undefined;
  #end = 0;
  #samples = 0;
  #sampleRate = 0;

  constructor(container: keyof typeof kinds, from: number) {
    this.#container = container;
    this.mimeType = kinds[container].mimeType;
    this.#from = from;
    this.#walk = new FrameWalk(kinds[container].syntax, from);
  }

  get start(): number {
    return this.#start ?? 0;
  }

  get end(): number {
    return this.#end;
  }

  get sampleRate(): number {
    return this.#sampleRate;
  }

  async advance(window: FileWindow, isClosed: boolean): Promise<boolean> {
    const until = this.#walk.position + ADVANCE_BYTES;
    while (this.#walk.position < until) {
      const frame = await this.#walk.next(window, isClosed);
      if (!frame) {
        if (isClosed && this.#start === undefined) throw withoutAudio('MP3 or AAC');
        return true;
      }
      this.#start ??= frame.at;
      this.#places.add({ at: frame.at, samples: this.#samples });
      this.#samples += frame.header.samples;
      this.#sampleRate ||= frame.header.sampleRate;
      this.#end = frame.at + frame.header.bytes;
    }
    return false;
  }

  reset(): void {
    this.#walk = new FrameWalk(kinds[this.#container].syntax, this.#from);
    this.#places.clear();
    this.#start = undefined;
    this.#end = 0;
    this.#samples = 0;
  }

  samplesAt(position: number): number {
    return position >= this.#end ? this.#samples : this.#places.samplesAt(position);
  }

  async unitAt(window: FileWindow, position: number): Promise<number> {
    const known = this.#places.before(position)?.at ?? this.start;
    const walk = this.#walk.resumedAt(known);
    for (let at = known; ;) {
      const frame = await walk.next(window, true);
      if (!frame || frame.at > position) return at;
      at = frame.at;
      if (frame.at + frame.header.bytes > position) return at;
      at = frame.at + frame.header.bytes;
    }
  }
}
