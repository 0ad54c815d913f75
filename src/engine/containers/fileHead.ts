import type { Container } from '../../shared/domain/recording.ts';
import { BLOCK_HEADER_BYTES, isStreamMarker, STREAM_MARKER } from './flac/metadata.ts';
import { pageLength, readPage } from './ogg/page.ts';

/** Marks the last block of metadata (RFC 9639 8.1). */
const LAST_BLOCK = 0x80;

/**
 * How many bytes stand before the audio in a file that begins with `bytes`: what a decoder must have seen before it
 * takes audio from the middle. 0 for containers whose audio needs none; at most the length of `bytes`.
 */
export function headLength(bytes: Uint8Array, container: Container): number {
  if (container === 'flac') return flacHead(bytes);
  return container === 'ogg' ? oggHead(bytes) : 0;
}

function flacHead(bytes: Uint8Array): number {
  if (!isStreamMarker(bytes, 0)) return 0;
  let at = STREAM_MARKER.length;
  for (;;) {
    if (at + BLOCK_HEADER_BYTES > bytes.length) return bytes.length;
    const isLast = ((bytes[at] ?? 0) & LAST_BLOCK) !== 0;
    const size = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    at += BLOCK_HEADER_BYTES + size;
    if (isLast) return Math.min(at, bytes.length);
  }
}

/** Pages of headers end at position 0, or end no packet; audio begins with the first page that ends beyond. */
function oggHead(bytes: Uint8Array): number {
  let at = 0;
  for (;;) {
    const length = pageLength(bytes, at);
    if (length === undefined || length === 0 || at + length > bytes.length) return at;
    if ((readPage(bytes, at).granule ?? 0) > 0) return at;
    at += length;
  }
}
