import { latin1 } from './bytes.ts';
import { FrameParser, type FrameHeader, type FrameSyntax } from './frameParser.ts';

/** kbit/s by bitrate index 1..14 (ISO/IEC 11172-3 2.4.2.3, ISO/IEC 13818-3 2.4.2.3). */
const BITRATES_V1: Readonly<Record<Layer, readonly number[]>> = {
  1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
};
const BITRATES_V2_LAYER_1 = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const BITRATES_V2_LAYER_2_3 = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** Hz in MPEG-1; halved in MPEG-2, quartered in MPEG-2.5. */
const SAMPLE_RATES = [44_100, 48_000, 32_000];

const MONO = 3;
const EMPHASIS_RESERVED = 2;

type Layer = 1 | 2 | 3;

/** Layers by their two bits; 0 is reserved. */
const LAYERS: readonly (Layer | undefined)[] = [undefined, 3, 2, 1];
/** Divisors of the sample rate by the two version bits: MPEG-2.5, reserved, MPEG-2, MPEG-1. */
const RATE_DIVISORS: readonly (number | undefined)[] = [4, undefined, 2, 1];

const XING_AT = { mpeg1: { mono: 21, stereo: 36 }, mpeg2: { mono: 13, stereo: 21 } } as const;
const VBRI_AT = 36;
const HEADER_BYTES = 4;

/** MPEG-1, MPEG-2 and MPEG-2.5 audio, layers I to III. Free format and reserved values are no headers. */
export const mpegAudioSyntax: FrameSyntax = {
  codec: 'mp3',
  headerBytes: HEADER_BYTES,
  descriptionBytes: VBRI_AT + 4,
  read: readHeader,
  describesFile,
  channels: (_bytes, _at, header) => header.channels,
};

export function createMpegAudioParser(): FrameParser {
  return new FrameParser(mpegAudioSyntax);
}

function readHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const b1 = bytes[at + 1] ?? 0;
  if (bytes[at] !== 0xff || (b1 & 0xe0) !== 0xe0) return undefined;
  const divisor = RATE_DIVISORS[(b1 >> 3) & 3];
  const layer = LAYERS[(b1 >> 1) & 3];
  const b2 = bytes[at + 2] ?? 0;
  const b3 = bytes[at + 3] ?? 0;
  const baseRate = SAMPLE_RATES[(b2 >> 2) & 3];
  if (divisor === undefined || layer === undefined || baseRate === undefined) return undefined;
  if ((b3 & 3) === EMPHASIS_RESERVED) return undefined;
  const kbits = bitrates(divisor, layer)[(b2 >> 4) - 1];
  if (kbits === undefined) return undefined;
  const sampleRate = baseRate / divisor;
  const samples = samplesPerFrame(divisor, layer);
  const padding = (b2 >> 1) & 1;
  const mono = b3 >> 6 === MONO;
  return {
    bytes: frameBytes(layer, samples, kbits * 1000, sampleRate, padding),
    samples,
    sampleRate,
    channels: mono ? 1 : 2,
    key: ((b1 & 0x1e) << 8) | (b2 & 0x0c) | (mono ? 1 : 0),
  };
}

function bitrates(divisor: number, layer: Layer): readonly number[] {
  if (divisor === 1) return BITRATES_V1[layer];
  return layer === 1 ? BITRATES_V2_LAYER_1 : BITRATES_V2_LAYER_2_3;
}

function samplesPerFrame(divisor: number, layer: Layer): number {
  if (layer === 1) return 384;
  return layer === 3 && divisor > 1 ? 576 : 1152;
}

/** Layer I counts in slots of 4 bytes, the others of 1 (ISO/IEC 11172-3 2.4.3.1). */
function frameBytes(layer: Layer, samples: number, bitrate: number, sampleRate: number, padding: number): number {
  const slot = layer === 1 ? 4 : 1;
  return (Math.floor((samples * bitrate) / (8 * slot * sampleRate)) + padding) * slot;
}

/** The first frame of a file may be a table for seeking: Xing or Info behind the side information, or VBRI. */
function describesFile(bytes: Uint8Array, at: number, header: FrameHeader): boolean {
  const layerBits = ((bytes[at + 1] ?? 0) >> 1) & 3;
  if (LAYERS[layerBits] !== 3) return false;
  const version = header.samples === 1152 ? XING_AT.mpeg1 : XING_AT.mpeg2;
  const xingAt = at + (header.channels === 1 ? version.mono : version.stereo);
  const xing = latin1(bytes, xingAt, xingAt + 4);
  return xing === 'Xing' || xing === 'Info' || latin1(bytes, at + VBRI_AT, at + VBRI_AT + 4) === 'VBRI';
}
