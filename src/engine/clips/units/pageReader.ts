import { type OggPage, findPage, isIntact, pageLength, readPage } from '../../containers/ogg/page.ts';
import { type ByteReader, PIECE_BYTES } from './unitFile.ts';

/** A whole page whose check is right. */
export interface PlacedPage {
  readonly at: number;
  /** Behind its last byte. */
  readonly end: number;
  readonly page: OggPage;
}

/** The longest page: a header, 255 segments and 255 bytes in each. */
export const LONGEST_PAGE = 27 + 255 + 255 * 255;

/** Pages from `from` on, in order; what is none, or damaged, is passed over. `length`: of a first read. */
export async function* pagesFrom(reader: ByteReader, from: number, length = PIECE_BYTES): AsyncGenerator<PlacedPage> {
  let at = from;
  for (let size = length; at < reader.size; size = PIECE_BYTES) {
    const bytes = await reader.read(at, Math.max(size, LONGEST_PAGE));
    const isEnd = at + bytes.length >= reader.size;
    let done = 0;
    for (;;) {
      const place = findPage(bytes, done);
      const pageBytes = place < bytes.length ? pageLength(bytes, place) : undefined;
      const isTorn = pageBytes === undefined || place + pageBytes > bytes.length;
      if (isTorn && (!isEnd || place === bytes.length)) {
        done = place;
        break;
      }
      if (!isTorn && pageBytes > 0 && isIntact(bytes, place, pageBytes)) {
        done = place + pageBytes;
        yield { at: at + place, end: at + done, page: readPage(bytes, place) };
      } else {
        done = place + 1;
      }
    }
    if (isEnd) return;
    at += Math.max(done, 1);
  }
}
