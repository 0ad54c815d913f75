import { LongtakeError } from '../../shared/errors.ts';
import { type BroadcastInfo, readBext } from './bext.ts';
import { latin1 } from './bytes.ts';
import { FORMAT_EXTENSIBLE, FORMAT_FLOAT, FORMAT_PCM, OPEN_SIZE, SUBTYPE_TAIL } from './wav.ts';

/** What the start of a WAV file says. Sizes are as declared; the file may hold less or more. */
export interface WavHeader {
  readonly form: 'RIFF' | 'RF64';
  /** Hz, 1 to 2^32 - 1. */
  readonly sampleRate: number;
  /** 1 to 65535. */
  readonly channels: number;
  /** Of one sample as stored: 8, 16, 24, 32. */
  readonly bitDepth: number;
  /** Samples are floating-point numbers of 32 bits. */
  readonly float: boolean;
  /** Of one sample frame. */
  readonly frameBytes: number;
  /** Where the samples begin. */
  readonly dataOffset: number;
  /** Infinity when the header leaves it open. */
  readonly dataBytes: number;
  /** Where the last chunk ends; Infinity when the header leaves it open. */
  readonly riffEnd: number;
  /** The first chunk can become, or is, `ds64`. */
  readonly canBeWide: boolean;
  readonly bext: BroadcastInfo | undefined;
  /** Where the sample count of a `fact` chunk stands. */
  readonly factAt: number | undefined;
}

/** More bytes are needed to go on; counted from the start of the file. */
export interface WavHeaderCutShort {
  readonly need: number;
}

const CHUNK_HEADER_BYTES = 8;
const FIRST_CHUNK_AT = 12;
const DS64_BYTES = 28;
const LARGEST_BEXT = 64 * 1024;

interface Chunks {
  format: Pick<WavHeader, 'sampleRate' | 'channels' | 'bitDepth' | 'float' | 'frameBytes'> | undefined;
  ds64: { readonly riffBytes: number; readonly dataBytes: number } | undefined;
  bext: BroadcastInfo | undefined;
  canBeWide: boolean;
  factAt: number | undefined;
}

/**
 * Reads the header of a WAV or RF64 file of PCM, whole numbers or 32-bit float, from its first bytes, which must reach to the samples.
 * Throws DAMAGED when they don't, or when this is no such file.
 */
export function readWavHeader(bytes: Uint8Array): WavHeader {
  const header = scanWavHeader(bytes);
  if ('need' in header) throw damaged('its header is cut short');
  return header;
}

/** Like {@link readWavHeader}, but says how many bytes are needed when these don't reach to the samples. */
export function scanWavHeader(bytes: Uint8Array): WavHeader | WavHeaderCutShort {
  if (bytes.length < FIRST_CHUNK_AT) return { need: FIRST_CHUNK_AT };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const id = latin1(bytes, 0, 4);
  if ((id !== 'RIFF' && id !== 'RF64' && id !== 'BW64') || latin1(bytes, 8, 12) !== 'WAVE') {
    throw damaged('it is no WAV file');
  }
  const form = id === 'RIFF' ? 'RIFF' : 'RF64';
  const chunks: Chunks = { format: undefined, ds64: undefined, bext: undefined, canBeWide: false, factAt: undefined };
  let at = FIRST_CHUNK_AT;
  for (;;) {
    if (at + CHUNK_HEADER_BYTES > bytes.length) return { need: at + CHUNK_HEADER_BYTES };
    const name = latin1(bytes, at, at + 4);
    const size = view.getUint32(at + 4, true);
    const payloadAt = at + CHUNK_HEADER_BYTES;
    if (name === 'data') return describe(form, view.getUint32(4, true), chunks, payloadAt, size);
    if (at === FIRST_CHUNK_AT) chunks.canBeWide = (name === 'JUNK' || name === 'ds64') && size === DS64_BYTES;
    if (name === 'fact' && size >= 4) chunks.factAt ??= payloadAt;
    if (isKnown(name) && payloadAt + Math.min(size, LARGEST_BEXT) > bytes.length) {
      return { need: payloadAt + Math.min(size, LARGEST_BEXT) };
    }
    readChunk(name, bytes.subarray(payloadAt, payloadAt + size), chunks);
    at = payloadAt + size + (size % 2);
  }
}

/**
 * Whether audio may follow behind what the header states: a recording of ours that nobody closed, or whose header the
 * disk refused to mend, goes on. In other files that is not audio.
 */
export function mayGoOn({ bext, riffEnd, dataOffset, dataBytes }: WavHeader): boolean {
  const isLastChunk = riffEnd <= dataOffset + dataBytes + 1 || !Number.isFinite(riffEnd);
  return bext?.originator === 'Longtake' && isLastChunk;
}

function isKnown(name: string): boolean {
  return name === 'fmt ' || name === 'ds64' || name === 'bext';
}

function readChunk(name: string, payload: Uint8Array, chunks: Chunks): void {
  if (name === 'fmt ') chunks.format ??= readFormat(payload);
  else if (name === 'ds64') chunks.ds64 ??= readDs64(payload);
  else if (name === 'bext') chunks.bext ??= readBext(payload);
}

function readFormat(payload: Uint8Array): Chunks['format'] {
  if (payload.length < 16) throw damaged('its format is cut short');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const kind = tag === FORMAT_EXTENSIBLE ? subtypeOf(payload) : tag;
  if (kind !== FORMAT_PCM && kind !== FORMAT_FLOAT) throw damaged('its samples are not PCM');
  if (channels === 0 || sampleRate === 0) throw damaged('its format makes no sense');
  const bitDepth = (frameBytes / channels) * 8;
  const float = kind === FORMAT_FLOAT;
  if (!(float ? [32] : [8, 16, 24, 32]).includes(bitDepth)) throw damaged('its format makes no sense');
  return { sampleRate, channels, bitDepth, float, frameBytes };
}

/** The format tag that an extensible format carries, as far as it is of the PCM family. */
function subtypeOf(payload: Uint8Array): number | undefined {
  if (payload.length < 40) return undefined;
  const subtype = payload.subarray(24, 40);
  return subtype[1] === 0 && SUBTYPE_TAIL.every((byte, index) => subtype[index + 2] === byte) ? subtype[0] : undefined;
}

function readDs64(payload: Uint8Array): Chunks['ds64'] {
  if (payload.length < 24) throw damaged('its sizes are cut short');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { riffBytes: wide(view.getBigUint64(0, true)), dataBytes: wide(view.getBigUint64(8, true)) };
}

function wide(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : Infinity;
}

function describe(
  form: 'RIFF' | 'RF64',
  riffBytes: number,
  chunks: Chunks,
  dataOffset: number,
  size: number,
): WavHeader {
  if (!chunks.format) throw damaged('it has no format');
  const open = (bytes: number, wideBytes: number | undefined) => {
    if (bytes !== OPEN_SIZE) return bytes;
    return form === 'RF64' && wideBytes !== undefined ? wideBytes : Infinity;
  };
  return {
    form,
    ...chunks.format,
    dataOffset,
    dataBytes: open(size, chunks.ds64?.dataBytes),
    riffEnd: open(riffBytes, chunks.ds64?.riffBytes) + CHUNK_HEADER_BYTES,
    canBeWide: chunks.canBeWide,
    bext: chunks.bext,
    factAt: chunks.factAt,
  };
}

function damaged(why: string): LongtakeError {
  return new LongtakeError('DAMAGED', `This file cannot be read as audio: ${why}.`);
}
