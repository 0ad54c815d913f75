import { FrameParser, type FrameHeader, type FrameSyntax } from './frameParser.ts';
import { programChannels } from './programConfig.ts';

/** Hz by sampling frequency index; 13 to 15 are reserved or not allowed in ADTS (ISO/IEC 14496-3 1.6.3.4). */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];
/** By channel configuration 1..7; with 0 the first frame describes its channels (14496-3 1.6.3.5). */
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
const SAMPLES_PER_BLOCK = 1024;
const HEADER_BYTES = 7;

/** AAC in ADTS, MPEG-2 and MPEG-4, with and without CRC (ISO/IEC 13818-7 6.2, ISO/IEC 14496-3 1.A.2). */
export const adtsSyntax: FrameSyntax = {
  codec: 'aac',
  headerBytes: HEADER_BYTES,
  // A program config element of the most channels, behind the longest header.
  descriptionBytes: 64,
  read: readHeader,
  describesFile: () => false,
  channels: (bytes, at, header) => header.channels || programChannels(bytes, at + headerLengthAt(bytes, at)),
};

export function createAdtsParser(): FrameParser {
  return new FrameParser(adtsSyntax);
}

function readHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const b1 = bytes[at + 1] ?? 0;
  // 12 bits of sync, then the two layer bits, which are always 0: this is what tells ADTS from MPEG audio.
  if (bytes[at] !== 0xff || (b1 & 0xf6) !== 0xf0) return undefined;
  const b2 = bytes[at + 2] ?? 0;
  const b3 = bytes[at + 3] ?? 0;
  const b6 = bytes[at + 6] ?? 0;
  const sampleRate = SAMPLE_RATES[(b2 >> 2) & 15];
  if (sampleRate === undefined) return undefined;
  const configuration = ((b2 & 1) << 2) | (b3 >> 6);
  const length = ((b3 & 3) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
  const blocks = (b6 & 3) + 1;
  if (length < headerLength((b1 & 1) === 0, blocks) + blocks) return undefined;
  return {
    bytes: length,
    samples: SAMPLES_PER_BLOCK * blocks,
    sampleRate,
    channels: CHANNELS[configuration] ?? 0,
    // Version, profile, rate and channels do not change within a stream (13818-7 8.2.1.1).
    key: ((b1 & 0x08) << 16) | ((b2 & 0xfd) << 8) | (b3 & 0xc0),
  };
}

function headerLengthAt(bytes: Uint8Array, at: number): number {
  const blocks = ((bytes[at + 6] ?? 0) & 3) + 1;
  return headerLength(((bytes[at + 1] ?? 0) & 1) === 0, blocks);
}

/** With a CRC, several blocks bring their positions in the header and a CRC each (13818-7 6.2.2). */
function headerLength(hasCrc: boolean, blocks: number): number {
  if (!hasCrc) return HEADER_BYTES;
  const crcOfHeader = 2;
  return blocks === 1 ? HEADER_BYTES + crcOfHeader : HEADER_BYTES + crcOfHeader + 2 * (blocks - 1) + 2 * blocks;
}
