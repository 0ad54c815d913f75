import { headLength } from '../../containers/fileHead.ts';
import type { OggHeaders } from '../../containers/ogg/oggCodec.ts';
import { OggParser } from '../../containers/ogg/oggParser.ts';
import { withoutAudio } from './fileBody.ts';
import type { FileWindow } from './fileWindow.ts';
import { ADVANCE_BYTES, type Layout, PLACE_BYTES } from './layout.ts';
import { laterHead, type LaterPart, laterPage, openLaterPart } from './oggLater.ts';
import { pagesFrom } from './oggPages.ts';
import { type Place, PlaceTable } from './placeTable.ts';

const FIRST_BYTES = 64 * 1024;
/** Headers with a picture among their comments are no longer. */
const LARGEST_HEAD = 16 * 1024 * 1024;

/**
 * Whole pages. The last one that a file could end with, and what stands behind it, waits until the file is closed:
 * only then is it certain whether it says that it is the last.
 */
export class OggLayout implements Layout {
  readonly mimeType = 'audio/ogg';
  readonly #from: number;
  readonly #places = new PlaceTable<Place>(PLACE_BYTES);
  #headers: OggHeaders | undefined;
  #head: Uint8Array | undefined;
  #later: LaterPart | undefined;
  /** Behind the last page on which no packet is unfinished, and its start. */
  #at = 0;
  #lastAt = 0;
  #isClosed = false;
  #granule = 0;

  constructor(from: number) {
    this.#from = from;
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  get start(): number {
    return this.#from;
  }

  get end(): number {
    return Math.max(this.#from, this.#isClosed ? this.#at : this.#lastAt);
  }

  get sampleRate(): number {
    return this.#headers?.sampleRate ?? 0;
  }

  async advance(window: FileWindow, isClosed: boolean): Promise<boolean> {
    this.#isClosed = isClosed;
    if (!this.#head && !(await this.#readHead(window))) {
      if (isClosed) throw withoutAudio('Ogg');
      return true;
    }
    // A repair may have changed the last page.
    const from = Math.max(this.#from, this.#lastAt);
    for await (const { at, bytes, page } of pagesFrom(window, from)) {
      if (!page.isContinued) this.#places.add({ at, samples: this.#granule });
      this.#granule = Math.max(this.#granule, page.granule ?? 0);
      if (page.endsWhole) {
        this.#lastAt = at;
        this.#at = at + bytes.length;
      }
      if (at - from > ADVANCE_BYTES) return false;
    }
    return true;
  }

  reset(): void {
    this.#at = 0;
    this.#lastAt = 0;
    this.#places.clear();
  }

  samplesAt(position: number): number {
    const samples = position >= this.#at ? this.#granule : this.#places.samplesAt(position);
    return Math.max(0, samples - (this.#later?.granuleShift ?? 0));
  }

  /** A decoder of Opus or Vorbis needs the page before, too. */
  async unitAt(window: FileWindow, position: number): Promise<number> {
    const needsMore = this.#headers?.codec !== 'flac';
    const known = this.#places.before(Math.max(0, position - 2 * PLACE_BYTES))?.at ?? this.#from;
    let [before, here] = [known, known];
    for await (const { at, bytes, page } of pagesFrom(window, known)) {
      if (at > position) break;
      if (!page.isContinued) [before, here] = [here, at];
      if (at + bytes.length > position) break;
    }
    return needsMore ? before : here;
  }

  /** Only a part that begins in the middle of a file differs from it: its pages count from their first. */
  get rewrite(): Layout['rewrite'] {
    const later = this.#later;
    return later && ((window, from, to) => this.#rewritten(window, later, from, to));
  }

  async *#rewritten(window: FileWindow, later: LaterPart, from: number, to: number): AsyncGenerator<Uint8Array> {
    const known = this.#places.before(from)?.at ?? this.#from;
    let next = from;
    for await (const { at, bytes, page } of pagesFrom(window, known)) {
      if (at >= to) break;
      if (at + bytes.length <= next) continue;
      // What stands between two pages goes as it is.
      if (at > next) yield Uint8Array.from(await window.read(next, Math.min(at, to) - next));
      const rewritten = laterPage(later, page);
      yield rewritten.subarray(Math.max(0, next - at), to - at);
      next = at + bytes.length;
    }
    if (next < to) yield Uint8Array.from(await window.read(next, to - next));
  }

  async #readHead(window: FileWindow): Promise<boolean> {
    for (let length = FIRST_BYTES; ; length = Math.min(LARGEST_HEAD, 4 * length)) {
      const start = await window.read(0, length);
      const headers = readHeaders(start);
      if (headers) return this.#takeHead(window, start, headers);
      if (start.length < length || length === LARGEST_HEAD) return false;
    }
  }

  async #takeHead(window: FileWindow, start: Uint8Array, headers: OggHeaders): Promise<boolean> {
    this.#headers = headers;
    if (this.#from === 0) {
      this.#head = new Uint8Array(0);
      return true;
    }
    const pages = Uint8Array.from(start.subarray(0, headLength(start, 'ogg')));
    const later = await openLaterPart(window, this.#from, pages, headers);
    if (!later) return false;
    this.#later = later;
    this.#head = laterHead(later, pages);
    return true;
  }
}

function readHeaders(start: Uint8Array): OggHeaders | undefined {
  const { parts } = new OggParser().push(start);
  return parts.flatMap((part) => (part.kind === 'headers' ? [part.headers] : []))[0];
}
