import { LongtakeError } from '../../shared/errors.ts';
import { FrameParser, type FrameHeader, type FrameSyntax } from './frameParser.ts';
import { programChannels, programConfig } from './programConfig.ts';

/** Hz by sampling frequency index; 13 to 15 are reserved or not allowed in ADTS (ISO/IEC 14496-3 1.6.3.4). */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
];
/** By channel configuration 1..7; with 0 the first frame describes its channels (14496-3 1.6.3.5). */
const CHANNELS = [0, 1, 2, 3, 4, 5, 6, 8];
/** Of every raw block of AAC in ADTS. */
export const SAMPLES_PER_BLOCK = 1024;
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

/** What a decoder of AAC must know where the frames have no headers of their own. */
export interface AacFormat {
  /** Hz, as the frames are coded: spectral band replication doubles it when they are decoded. */
  readonly sampleRate: number;
  /** 1 to 48. */
  readonly channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
  readonly config: Uint8Array;
}

/** The format of the frame at the start of `bytes`. Throws FORMAT_UNSUPPORTED when none stands there, or none says. */
export function readAacFormat(bytes: Uint8Array): AacFormat {
  const header = bytes.length < HEADER_BYTES ? undefined : readHeader(bytes, 0);
  if (!header) throw unsupported('no frame of AAC stands where one must');
  const at = headerLengthAt(bytes, 0);
  const channels = header.channels || programChannels(bytes, at);
  if (channels === 0) throw unsupported('its frames do not say how many channels they have');
  const b2 = bytes[2] ?? 0;
  // The profile of ADTS is the audio object type less 1 (ISO/IEC 14496-3 1.A.2.2).
  const objectType = (b2 >> 6) + 1;
  const rateIndex = (b2 >> 2) & 15;
  const configuration = ((b2 & 1) << 2) | ((bytes[3] ?? 0) >> 6);
  const program = configuration === 0 ? (programConfig(bytes, at) ?? []) : [];
  const config = Uint8Array.of(
    (objectType << 3) | (rateIndex >> 1),
    ((rateIndex & 1) << 7) | (configuration << 3),
    ...program,
  );
  return { sampleRate: header.sampleRate, channels, config };
}

/**
 * The raw blocks of a whole frame, {@link SAMPLES_PER_BLOCK} sample frames each. Throws FORMAT_UNSUPPORTED for a frame
 * of several blocks that does not say where they stand, which only a checksum brings along (ISO/IEC 14496-3 1.A.2.1).
 */
export function rawBlocks(frame: Uint8Array): readonly Uint8Array[] {
  const start = headerLengthAt(frame, 0);
  const count = ((frame[6] ?? 0) & 3) + 1;
  if (count === 1) return [frame.subarray(start)];
  const hasCrc = ((frame[1] ?? 0) & 1) === 0;
  if (!hasCrc) throw unsupported('its frames hold several blocks and do not say where each begins');
  // Behind the positions stands the checksum of the header, and behind each block its own.
  const crc = 2;
  const base = HEADER_BYTES + 2 * (count - 1) + crc;
  const starts = [base];
  for (let index = 0; index < count - 1; index += 1) {
    const at = HEADER_BYTES + 2 * index;
    starts.push(base + ((frame[at] ?? 0) << 8) + (frame[at + 1] ?? 0));
  }
  return starts.map((from, index) => {
    const to = (starts[index + 1] ?? frame.length) - crc;
    if (to <= from || to > frame.length) throw unsupported('the blocks of its frames stand where none can be');
    return frame.subarray(from, to);
  });
}

/** Of the raw blocks of a frame, whose header stands at the start of `bytes`. Throws as {@link rawBlocks} does. */
export function rawBytes(bytes: Uint8Array, header: FrameHeader): number {
  const count = header.samples / SAMPLES_PER_BLOCK;
  const hasCrc = ((bytes[1] ?? 0) & 1) === 0;
  if (count > 1 && !hasCrc) throw unsupported('its frames hold several blocks and do not say where each begins');
  return header.bytes - headerLength(hasCrc, count);
}

function unsupported(why: string): LongtakeError {
  return new LongtakeError('FORMAT_UNSUPPORTED', `This AAC cannot be put into an MP4: ${why}.`);
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
