import { concat } from './bytes.ts';

/** Bytes that {@link tagBytes} looks at. */
export const ID3V2_HEADER_BYTES = 10;
const ID3V1_BYTES = 128;
/** A tag that claims more is not believed: it would silence a live stream for as long. */
const LARGEST_TAG = 16 * 1024 * 1024;

/**
 * Length in bytes of the ID3 tag at `at`, 0 when there is none (id3.org, ID3v2.4.0 section 3.1: the size is 4 times
 * 7 bits, without header and footer). At least {@link ID3V2_HEADER_BYTES} bytes follow `at`.
 */
export function tagBytes(bytes: Uint8Array, at: number): number {
  const [a, b, c, , , flags = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0] = bytes.subarray(at, at + ID3V2_HEADER_BYTES);
  if (a === 0x54 && b === 0x41 && c === 0x47) return ID3V1_BYTES;
  if (a !== 0x49 || b !== 0x44 || c !== 0x33) return 0;
  if (((s0 | s1 | s2 | s3) & 0x80) !== 0) return 0;
  const size = (s0 << 21) | (s1 << 14) | (s2 << 7) | s3;
  const footer = (flags & 0x10) !== 0 ? ID3V2_HEADER_BYTES : 0;
  const length = ID3V2_HEADER_BYTES + size + footer;
  return length <= LARGEST_TAG ? length : 0;
}

/** A text of a tag: the identifier of its frame and its value, or the name and value of a text of one's own. */
export type Id3Text =
  | { readonly frame: 'TIT2' | 'TRSN' | 'TDRC' | 'TSSE'; readonly value: string }
  | { readonly name: string; readonly value: string };

const FRAME_HEADER_BYTES = 10;
const UTF_8 = 3;
/** A size that is written has 4 times 7 bits; no text of ours comes near it. */
const LONGEST_TEXT = 1000;

/**
 * A tag of ID3v2.4 (id3.org, ID3v2.4.0 sections 3.1, 3.3, 4 and 4.2) of at least `length` bytes. Texts are cut at 1000
 * characters.
 */
export function writeId3(texts: readonly Id3Text[], length = 0): Uint8Array {
  const frames = texts.map((text) =>
    'frame' in text
      ? textFrame(text.frame, cut(text.value))
      : textFrame('TXXX', `${cut(text.name)}\0${cut(text.value)}`),
  );
  const used = frames.reduce((sum, frame) => sum + frame.length, ID3V2_HEADER_BYTES);
  const padding = new Uint8Array(Math.max(0, length - used));
  const size = used + padding.length - ID3V2_HEADER_BYTES;
  const header = Uint8Array.of(0x49, 0x44, 0x33, 4, 0, 0, ...syncSafe(size));
  return concat([header, ...frames, padding], ID3V2_HEADER_BYTES + size);
}

function textFrame(id: string, text: string): Uint8Array {
  const payload = new TextEncoder().encode(text);
  const size = payload.length + 1;
  const frame = new Uint8Array(FRAME_HEADER_BYTES + size);
  frame.set(new TextEncoder().encode(id), 0);
  frame.set(syncSafe(size), 4);
  frame[FRAME_HEADER_BYTES] = UTF_8;
  frame.set(payload, FRAME_HEADER_BYTES + 1);
  return frame;
}

/** Never two bytes that a player could take for the beginning of audio. */
function syncSafe(size: number): readonly number[] {
  return [(size >> 21) & 0x7f, (size >> 14) & 0x7f, (size >> 7) & 0x7f, size & 0x7f];
}

function cut(text: string): string {
  return text.replaceAll('\0', ' ').slice(0, LONGEST_TEXT);
}
