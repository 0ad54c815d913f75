import { ID3V2_HEADER_BYTES, tagBytes } from '../../src/engine/containers/id3.ts';

/** A file of MP3 or AAC without what says whose it is: the stream's own bytes. */
export function withoutTag(file: Buffer): Buffer {
  return file.length < ID3V2_HEADER_BYTES ? file : file.subarray(tagBytes(file, 0));
}
