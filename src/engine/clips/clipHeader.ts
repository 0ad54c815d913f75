import { concat } from '../containers/bytes.ts';
import type { FlacFormat } from '../containers/flac/flacParser.ts';
import { BLOCK_STREAM_INFO, STREAM_MARKER, metadataBlock, writeStreamInfo } from '../containers/flac/metadata.ts';

const SMALLEST_BLOCK = 16;
const LARGEST_BLOCK = 0xffff;

/** Marker and STREAMINFO of a FLAC file of which only the length is known. */
export function flacClipHeader(format: FlacFormat, totalSamples: number): Uint8Array {
  const size = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, format.blockSize));
  const info = writeStreamInfo({
    minBlockSize: format.variable ? SMALLEST_BLOCK : size,
    maxBlockSize: format.variable ? LARGEST_BLOCK : size,
    minFrameBytes: 0,
    maxFrameBytes: 0,
    sampleRate: format.sampleRate,
    channels: format.channels,
    bitDepth: format.bitDepth,
    totalSamples,
  });
  const block = metadataBlock(BLOCK_STREAM_INFO, info, true);
  return concat([STREAM_MARKER, block], STREAM_MARKER.length + block.length);
}
