import { type AacFormat, SAMPLES_PER_BLOCK } from '../adts.ts';
import { box, fourCharacters, fullBox, uint16, uint32, zeros } from './boxes.ts';

export const TRACK = 1;
/** No sample of audio depends on another (ISO/IEC 14496-12 8.8.3.1). */
export const SAMPLE_FLAGS = 0x0200_0000;
/** A rate or volume of 1 as 16.16 and 8.8. */
const NORMAL_RATE = 0x1_0000;
const FULL_VOLUME = 0x0100;
const NO_ROTATION = uint32(NORMAL_RATE, 0, 0, 0, NORMAL_RATE, 0, 0, 0, 0x4000_0000);
/** Enabled, in the movie, in its preview. */
const TRACK_FLAGS = 7;
/** `und`: three letters of 5 bits (ISO/IEC 14496-12 8.4.2.3). */
const UNDETERMINED = 0x55c4;
const SIZE_BYTES = 4;
/** Larger rates do not fit into a sample entry's 16.16; readers then take the decoder's configuration. */
const LARGEST_STATED_RATE = 0xffff;

/** Descriptors of a stream (ISO/IEC 14496-1 7.2.6). */
const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;
const SL_CONFIG = 6;
const OBJECT_MPEG4_AUDIO = 0x40;
/** Audio, not upstream, and the bit that is always 1. */
const STREAM_AUDIO = 0x15;
const SL_OF_FILES = 2;

/**
 * What an MP4 in fragments begins with (ISO/IEC 14496-12 8.8, CMAF ISO/IEC 23000-19 7.3): one track of AAC whose clock
 * is its sample rate. `priming`: sample frames at the start that an encoder put there and that are not played.
 */
export function initSegment(format: AacFormat, priming = 0): Uint8Array {
  const brands = box('ftyp', fourCharacters('iso6'), uint32(0), ...['iso6', 'cmfc', 'mp41'].map(fourCharacters));
  const movie = box('moov', movieHeader(format), track(format, priming), box('mvex', trackDefaults()));
  const whole = new Uint8Array(brands.length + movie.length);
  whole.set(brands);
  whole.set(movie, brands.length);
  return whole;
}

function movieHeader({ sampleRate }: AacFormat): Uint8Array {
  const times = uint32(0, 0, sampleRate, 0);
  const next = uint32(TRACK + 1);
  return fullBox(
    'mvhd',
    0,
    0,
    times,
    uint32(NORMAL_RATE),
    uint16(FULL_VOLUME),
    zeros(10),
    NO_ROTATION,
    zeros(24),
    next,
  );
}

function track(format: AacFormat, priming: number): Uint8Array {
  // Times, the track's number, reserved, and a duration of 0: fragments follow.
  const header = fullBox(
    'tkhd',
    0,
    TRACK_FLAGS,
    uint32(0, 0, TRACK, 0, 0),
    zeros(8),
    uint16(0, 0, FULL_VOLUME, 0),
    NO_ROTATION,
    zeros(8),
  );
  return box('trak', header, ...edits(priming), media(format));
}

/** The whole track from `priming` on; its length is that of the fragments (CMAF 7.5.13). */
function edits(priming: number): readonly Uint8Array[] {
  return priming === 0 ? [] : [box('edts', fullBox('elst', 0, 0, uint32(1, 0, priming, NORMAL_RATE)))];
}

function media(format: AacFormat): Uint8Array {
  const header = fullBox('mdhd', 0, 0, uint32(0, 0, format.sampleRate, 0), uint16(UNDETERMINED, 0));
  const name = new TextEncoder().encode('Longtake\0');
  const handler = fullBox('hdlr', 0, 0, uint32(0), fourCharacters('soun'), zeros(12), name);
  const inThisFile = 1;
  const location = box('dinf', fullBox('dref', 0, 0, uint32(1), fullBox('url ', 0, inThisFile)));
  const information = box('minf', fullBox('smhd', 0, 0, zeros(4)), location, sampleTable(format));
  return box('mdia', header, handler, information);
}

/** Empty but for the description: the samples are in the fragments. */
function sampleTable(format: AacFormat): Uint8Array {
  return box(
    'stbl',
    fullBox('stsd', 0, 0, uint32(1), sampleEntry(format)),
    fullBox('stts', 0, 0, uint32(0)),
    fullBox('stsc', 0, 0, uint32(0)),
    fullBox('stsz', 0, 0, uint32(0, 0)),
    fullBox('stco', 0, 0, uint32(0)),
  );
}

function sampleEntry({ sampleRate, channels, config }: AacFormat): Uint8Array {
  const bitDepth = 16;
  const statedRate = sampleRate <= LARGEST_STATED_RATE ? sampleRate : 0;
  const decoder = descriptor(
    DECODER_CONFIG,
    Uint8Array.of(OBJECT_MPEG4_AUDIO, STREAM_AUDIO),
    // Size of the buffer and both bitrates are not known while the audio comes in.
    zeros(11),
    descriptor(DECODER_SPECIFIC_INFO, config),
  );
  const stream = descriptor(ES_DESCRIPTOR, zeros(3), decoder, descriptor(SL_CONFIG, Uint8Array.of(SL_OF_FILES)));
  return box(
    'mp4a',
    zeros(6),
    uint16(1),
    zeros(8),
    uint16(channels, bitDepth, 0, 0, statedRate, 0),
    fullBox('esds', 0, 0, stream),
  );
}

/** Its length as four times 7 bits (ISO/IEC 14496-1 8.3.3). */
function descriptor(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(1 + SIZE_BYTES + size);
  bytes.set([tag, 0x80 | (size >> 21), 0x80 | ((size >> 14) & 0x7f), 0x80 | ((size >> 7) & 0x7f), size & 0x7f]);
  let at = 1 + SIZE_BYTES;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function trackDefaults(): Uint8Array {
  return fullBox('trex', 0, 0, uint32(TRACK, 1, SAMPLES_PER_BLOCK, 0, SAMPLE_FLAGS));
}
