import { decodeText } from '../../shared/decodeText.ts';
import { cleanText } from './icy.ts';
import { concat } from './bytes.ts';

/** A name such as `TITLE` (printable ASCII without `=`; case does not matter) and its value (UTF-8). */
export type CommentField = readonly [name: string, value: string];

/** The comments of a Vorbis, Opus or FLAC stream (Vorbis I 5., RFC 7845 5.2, RFC 9639 8.6). */
export interface Comments {
  /** The encoder, as it names itself. */
  readonly vendor: string;
  readonly fields: readonly CommentField[];
}

export const NO_COMMENTS: Comments = { vendor: '', fields: [] };

const LENGTH_BYTES = 4;
/** A field beyond this is a picture or an attack, and no text for people. */
const LARGEST_FIELD = 64 * 1024;
const MOST_FIELDS = 1000;

/** The comment list in `bytes`; what is cut short, malformed or too long is left out. */
export function readComments(bytes: Uint8Array): Comments {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const length = (): number => {
    if (at + LENGTH_BYTES > bytes.length) return Infinity;
    at += LENGTH_BYTES;
    return view.getUint32(at - LENGTH_BYTES, true);
  };
  const vendorBytes = length();
  if (at + vendorBytes > bytes.length) return NO_COMMENTS;
  const vendor = decodeText(bytes.subarray(at, at + vendorBytes));
  at += vendorBytes;
  const stated = length();
  const count = stated === Infinity ? 0 : Math.min(stated, MOST_FIELDS);
  const fields: CommentField[] = [];
  for (let index = 0; index < count; index += 1) {
    const size = length();
    if (at + size > bytes.length) break;
    const field = size <= LARGEST_FIELD ? readField(bytes.subarray(at, at + size)) : undefined;
    if (field) fields.push(field);
    at += size;
  }
  return { vendor, fields };
}

function readField(bytes: Uint8Array): CommentField | undefined {
  const equals = bytes.indexOf(0x3d);
  if (equals <= 0) return undefined;
  return [decodeText(bytes.subarray(0, equals)), decodeText(bytes.subarray(equals + 1))];
}

/** The list as bytes, without what the mappings put before and behind it. Throws RangeError for an illegal name. */
export function writeComments({ vendor, fields }: Comments): Uint8Array {
  const encoder = new TextEncoder();
  const texts = [encoder.encode(vendor)];
  for (const [name, value] of fields) {
    if (!/^[ -<>-}]+$/.test(name)) throw new RangeError(`No comment can be named ${JSON.stringify(name)}.`);
    texts.push(encoder.encode(`${name}=${value}`));
  }
  const pieces = texts.flatMap((text, index) => {
    const sized = [uint32(text.length), text];
    return index === 0 ? [...sized, uint32(fields.length)] : sized;
  });
  return concat(
    pieces,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
}

/** What is on air, as `artist - title` or the title alone, on one line; undefined when there is no title. */
export function titleOf(comments: Comments): string | undefined {
  const title = valueOf(comments, 'TITLE');
  const artist = valueOf(comments, 'ARTIST');
  if (!title) return undefined;
  return cleanText(artist ? `${artist} - ${title}` : title);
}

/** The first value of that name, on one line; undefined when it is absent or empty. */
export function valueOf({ fields }: Comments, name: string): string | undefined {
  const found = fields.find(([candidate]) => candidate.toUpperCase() === name.toUpperCase());
  return found ? cleanText(found[1]) || undefined : undefined;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH_BYTES);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
