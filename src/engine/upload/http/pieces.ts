/** A body goes in such pieces, so that a slow line is seen to move; in larger ones where each goes quickly. */
const PIECE_BYTES = 128 * 1024;
const LARGEST_PIECE = 1024 * 1024;
const QUICK_MS = 100;

/** All of `bytes`; `went` is called once the last of them was taken. */
export async function* inPieces(bytes: Uint8Array, went: () => void = () => undefined): AsyncGenerator<Uint8Array> {
  let length = PIECE_BYTES;
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + length);
    const from = performance.now();
    yield piece;
    at += piece.length;
    length = performance.now() - from < QUICK_MS ? Math.min(2 * length, LARGEST_PIECE) : PIECE_BYTES;
  }
  went();
}
