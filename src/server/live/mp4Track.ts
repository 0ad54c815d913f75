import { children, find, viewOf } from './boxes.ts';
import type { TrackFormat } from './track.ts';

/** A track of AAC, as the `moov` of its file describes it. */
export interface AacTrack {
  readonly id: number;
  /** Its audio comes in fragments. */
  readonly inFragments: boolean;
  /** Of a sample that does not say otherwise. */
  readonly defaultBytes: number;
  readonly format: TrackFormat & { readonly codec: 'aac' };
}

/** ISO/IEC 14496-1 7.2.6.6.2, table 5: audio of ISO/IEC 14496-3. */
const OBJECT_TYPE_AAC = 0x40;
const AUDIO_ENTRY_BYTES = 28;
const TAG_ES = 3;
const TAG_CONFIG = 4;
const TAG_SPECIFIC = 5;

/** The first track of AAC; undefined where there is none. */
export function readAacTrack(moov: Uint8Array): AacTrack | undefined {
  const fragments = find(moov, 'mvex');
  for (const trak of children(moov)) {
    if (trak.type !== 'trak') continue;
    const track = readTrack(trak.payload, fragments);
    if (track) return track;
  }
  return undefined;
}

function readTrack(trak: Uint8Array, mvex: Uint8Array | undefined): AacTrack | undefined {
  const header = find(trak, 'tkhd');
  const media = find(trak, 'mdia', 'mdhd');
  const description = find(trak, 'mdia', 'minf', 'stbl', 'stsd');
  if (!header || !media || !description) return undefined;
  // Full boxes of version 1 have times of 64 bits (ISO/IEC 14496-12 8.3.2, 8.4.2).
  const id = viewOf(header).getUint32(header[0] === 1 ? 20 : 12);
  const timescale = viewOf(media).getUint32(media[0] === 1 ? 20 : 12);
  const entry = find(description.subarray(8), 'mp4a');
  const config = entry && readConfig(find(entry.subarray(AUDIO_ENTRY_BYTES), 'esds'));
  if (!entry || !config || timescale === 0) return undefined;
  const defaults = mvex && [...children(mvex)].find(({ type, payload }) => type === 'trex' && trackOf(payload) === id);
  return {
    id,
    inFragments: mvex !== undefined,
    defaultBytes: defaults ? viewOf(defaults.payload).getUint32(16) : 0,
    format: {
      codec: 'aac',
      sampleRate: viewOf(entry).getUint32(24) >>> 16 || timescale,
      channels: viewOf(entry).getUint16(16),
      config,
    },
  };
}

const trackOf = (trex: Uint8Array): number => (trex.length >= 24 ? viewOf(trex).getUint32(4) : 0);

/** The AudioSpecificConfig in an elementary stream descriptor (ISO/IEC 14496-1 7.2.6.5). */
function readConfig(esds: Uint8Array | undefined): Uint8Array | undefined {
  if (!esds) return undefined;
  const stream = descriptor(esds.subarray(4), TAG_ES);
  if (!stream) return undefined;
  const flags = stream[2] ?? 0;
  let at = 3;
  if (flags & 0x80) at += 2;
  if (flags & 0x40) at += 1 + (stream[at] ?? 0);
  if (flags & 0x20) at += 2;
  const decoder = descriptor(stream.subarray(at), TAG_CONFIG);
  if (decoder?.[0] !== OBJECT_TYPE_AAC) return undefined;
  const specific = descriptor(decoder.subarray(13), TAG_SPECIFIC);
  return specific && specific.length >= 2 ? specific.slice() : undefined;
}

/** The body of the descriptor at the start; its length has 7 bits a byte (ISO/IEC 14496-1 8.3.3). */
function descriptor(bytes: Uint8Array, tag: number): Uint8Array | undefined {
  if (bytes[0] !== tag) return undefined;
  let length = 0;
  for (let at = 1; at <= 4; at += 1) {
    const byte = bytes[at] ?? 0;
    length = (length << 7) | (byte & 0x7f);
    if ((byte & 0x80) === 0) return bytes.subarray(at + 1, at + 1 + length);
  }
  return undefined;
}
