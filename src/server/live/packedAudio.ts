/** Hz of the clock of MPEG-2 systems, in which HLS tells where a segment of packed audio stands. */
const CLOCK = 90_000;
/** It has 33 bits and then begins again. */
const WRAP = 2n ** 33n;
const OWNER = 'com.apple.streaming.transportStreamTimestamp\0';
const ID3_HEADER_BYTES = 10;
const FRAME_HEADER_BYTES = 10;
const TIMESTAMP_BYTES = 8;

/**
 * The ID3 tag that a segment of packed audio begins with (RFC 8216 3.4): where its first sample stands, `seconds` from
 * the start.
 */
export function timestampTag(seconds: number): Uint8Array {
  const frameBytes = OWNER.length + TIMESTAMP_BYTES;
  const tag = Buffer.alloc(ID3_HEADER_BYTES + FRAME_HEADER_BYTES + frameBytes);
  tag.write('ID3', 0, 'latin1');
  tag[3] = 4;
  // Sizes have 7 bits a byte (ID3v2.4 6.2); these fit into one.
  tag[9] = FRAME_HEADER_BYTES + frameBytes;
  tag.write('PRIV', ID3_HEADER_BYTES, 'latin1');
  tag[ID3_HEADER_BYTES + 7] = frameBytes;
  tag.write(OWNER, ID3_HEADER_BYTES + FRAME_HEADER_BYTES, 'latin1');
  tag.writeBigUInt64BE(BigInt(Math.round(seconds * CLOCK)) % WRAP, tag.length - TIMESTAMP_BYTES);
  return tag;
}
