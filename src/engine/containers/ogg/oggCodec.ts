import { readFlacFrameHeader } from '../flac/frameHeader.ts';
import { STREAM_INFO_BYTES, isStreamMarker, readStreamInfo } from '../flac/metadata.ts';
import { latin1 } from '../bytes.ts';
import { type Comments, readComments } from '../vorbisComment.ts';
import { opusDuration } from './opusPacket.ts';
import { bitsFor, readModes } from './vorbisSetup.ts';

export type OggCodecName = 'vorbis' | 'opus' | 'flac';

/** What a segment of an Ogg stream begins with. */
export interface OggHeaders {
  readonly codec: OggCodecName;
  /** Hz; sample frames are counted at this rate, which is 48000 for every Opus stream. */
  readonly sampleRate: number;
  /** 1 to 255. */
  readonly channels: number;
  /** FLAC only: of one sample. */
  readonly bitDepth?: number;
  /** Opus only: sample frames at the very start of the stream that are decoded and not played. */
  readonly preSkip: number;
  /** Header packets as they came, the one that names the codec first. */
  readonly packets: readonly Uint8Array[];
  readonly comments: Comments;
  /** The stream was joined in the middle of this segment: packets that a decoder needs for the first ones are not here. */
  readonly isJoined: boolean;
}

/** Reads the headers of one logical stream, and then how long its packets are. */
export interface OggCodec {
  /** Takes the next packet. `audio` is the first that is no header: the headers are complete before it. */
  take(packet: Uint8Array): 'header' | 'audio' | 'invalid';
  headers(): Omit<OggHeaders, 'isJoined'>;
  /** Sample frames that the packet adds to what came before; undefined when it holds no audio. */
  duration(packet: Uint8Array): number | undefined;
}

const OPUS_RATE = 48_000;
const OPUS_HEAD_BYTES = 19;
const VORBIS_HEAD_BYTES = 30;
const FLAC_STREAM_MARKER_AT = 9;
const FLAC_INFO_AT = FLAC_STREAM_MARKER_AT + 4 + 4;
/** More metadata than any stream has. */
const MOST_HEADERS = 64;

/** The codec of a logical stream by its first packet; undefined when it is none that is recorded. */
export function identifyCodec(first: Uint8Array): OggCodec | undefined {
  const magic = latin1(first, 0, 8);
  if (magic === 'OpusHead') return openOpus(first);
  if (magic.startsWith('\u0001vorbis')) return openVorbis(first);
  if (magic.startsWith('\u007fFLAC')) return openFlac(first);
  return undefined;
}

/** RFC 7845 5. */
function openOpus(head: Uint8Array): OggCodec | undefined {
  const channels = head[9] ?? 0;
  // A larger major version cannot be read.
  if (head.length < OPUS_HEAD_BYTES || (head[8] ?? 0) > 15 || channels === 0) return undefined;
  const preSkip = (head[10] ?? 0) | ((head[11] ?? 0) << 8);
  let tags: Uint8Array | undefined;
  return {
    take(packet) {
      if (tags) return 'audio';
      if (latin1(packet, 0, 8) !== 'OpusTags') return 'invalid';
      tags = packet;
      return 'header';
    },
    headers: () => ({
      codec: 'opus',
      sampleRate: OPUS_RATE,
      channels,
      preSkip,
      packets: tags ? [head, tags] : [head],
      comments: readComments((tags ?? head).subarray(8)),
    }),
    duration: opusDuration,
  };
}

/** Vorbis I 4.2. */
function openVorbis(head: Uint8Array): OggCodec | undefined {
  if (head.length < VORBIS_HEAD_BYTES) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const channels = head[11] ?? 0;
  const sampleRate = view.getUint32(12, true);
  const sizes = head[28] ?? 0;
  const [short, long] = [1 << (sizes & 15), 1 << (sizes >> 4)];
  if (view.getUint32(7, true) !== 0 || channels === 0 || sampleRate === 0 || short > long) return undefined;
  const packets = [head];
  let modes: readonly boolean[] | undefined;
  let before: number | undefined;
  return {
    take(packet) {
      if (modes) return 'audio';
      const type = packets.length === 1 ? '\u0003vorbis' : '\u0005vorbis';
      if (latin1(packet, 0, 7) !== type) return 'invalid';
      if (packets.length === 2) {
        modes = readModes(packet, channels);
        if (!modes) return 'invalid';
      }
      packets.push(packet);
      return 'header';
    },
    headers: () => ({
      codec: 'vorbis',
      sampleRate,
      channels,
      preSkip: 0,
      packets,
      comments: readComments((packets[1] ?? head).subarray(7)),
    }),
    duration(packet) {
      const first = packet[0] ?? 1;
      if (!modes || (first & 1) !== 0) return undefined;
      const mode = modes[(first >> 1) & ((1 << bitsFor(modes.length - 1)) - 1)];
      if (mode === undefined) return undefined;
      const size = mode ? long : short;
      // The first packet only fills the window that the next one overlaps with (Vorbis I 4.3.8).
      const samples = before === undefined ? 0 : (before + size) / 4;
      before = size;
      return samples;
    },
  };
}

/** The mapping of FLAC into Ogg (RFC 9639 10.1). */
function openFlac(head: Uint8Array): OggCodec | undefined {
  const info = readStreamInfo(head.subarray(FLAC_INFO_AT, FLAC_INFO_AT + STREAM_INFO_BYTES));
  if (!info || head[5] !== 1 || !isStreamMarker(head, FLAC_STREAM_MARKER_AT)) return undefined;
  const packets = [head];
  let isComplete = ((head[FLAC_STREAM_MARKER_AT + 4] ?? 0) & 0x80) !== 0;
  return {
    take(packet) {
      if (isComplete || packet[0] === 0xff) {
        isComplete = true;
        return 'audio';
      }
      if (packets.length === MOST_HEADERS || packet.length < 4) return 'invalid';
      packets.push(packet);
      isComplete = ((packet[0] ?? 0) & 0x80) !== 0;
      return 'header';
    },
    headers: () => {
      const comments = packets.slice(1).find((packet) => ((packet[0] ?? 0) & 0x7f) === 4);
      return {
        codec: 'flac',
        sampleRate: info.sampleRate,
        channels: info.channels,
        bitDepth: info.bitDepth,
        preSkip: 0,
        packets,
        comments: readComments((comments ?? new Uint8Array(0)).subarray(4)),
      };
    },
    duration: (packet) => readFlacFrameHeader(packet, 0)?.blockSize,
  };
}
