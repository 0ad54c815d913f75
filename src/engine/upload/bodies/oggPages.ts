import {
  findPage,
  isIntact,
  MOST_PAGE_BYTES,
  type OggPage,
  PAGE_HEADER_BYTES,
  pageLength,
  readPage,
} from '../../containers/ogg/page.ts';
import type { FileWindow } from './fileWindow.ts';

export interface PlacedPage {
  /** Bytes from the start of the file. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly page: OggPage;
}

/** The whole pages of a file from a place on, in order; what is none is passed over. Ends before one that is torn. */
export async function* pagesFrom(window: FileWindow, from: number): AsyncGenerator<PlacedPage> {
  for (let at = from; at + PAGE_HEADER_BYTES <= window.size;) {
    const bytes = window.peek(at, MOST_PAGE_BYTES) ?? (await window.read(at, MOST_PAGE_BYTES));
    const skipped = findPage(bytes, 0);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const length = pageLength(bytes, 0);
    const isTorn = length === undefined || length > bytes.length;
    if (isTorn && !mayHoldPage(bytes)) return;
    if (!isTorn && length > 0 && isIntact(bytes, 0, length)) {
      const own = bytes.subarray(0, length);
      yield { at, bytes: own, page: readPage(own, 0) };
      at += length;
    } else {
      at += 1;
    }
  }
}

/** Another page begins behind: what looks like a longer one is none. */
function mayHoldPage(bytes: Uint8Array): boolean {
  return findPage(bytes, 1) + PAGE_HEADER_BYTES <= bytes.length;
}
