import type { StartInstant } from './bext.ts';
import { writeBext } from './bext.ts';
import { concat } from './bytes.ts';
import { frameBytesOf } from './pcm.ts';

export interface WavFormat {
  /** Hz */
  readonly sampleRate: number;
  /** 1 to 65535 */
  readonly channels: number;
  /** Of one sample, little-endian; 8 bits are without sign. */
  readonly bitDepth: 8 | 16 | 24 | 32;
  /** Samples are IEEE 754 numbers of 32 bits; otherwise whole numbers. */
  readonly float?: boolean;
}

export interface WavMetadata extends StartInstant {
  readonly sourceName: string;
  /** Free text for people; the source's name when absent. */
  readonly description?: string;
}

/** Bytes that belong at a place of the file. */
export interface Patch {
  /** From the start of the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** RIFF size, data size and sample count as 64 bits, and the length of a table that stays empty (EBU Tech 3306 3.). */
const DS64_BYTES = 28;
const FACT_BYTES = 4;
const PLAIN_FORMAT_BYTES = 16;
/** What is not whole-number PCM states the length of its extension, here none. */
const FLOAT_FORMAT_BYTES = 18;
const EXTENSIBLE_FORMAT_BYTES = 40;
export const FORMAT_PCM = 1;
export const FORMAT_FLOAT = 3;
export const FORMAT_EXTENSIBLE = 0xfffe;
/** KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT behind their first two bytes, which are the format tag. */
export const SUBTYPE_TAIL = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];
/** A size that is left open, or stands in `ds64`. */
export const OPEN_SIZE = 0xffff_ffff;

/**
 * Headers of a growing WAV file. The file is `header()`, then the samples; whenever `patch(n)` is written to it, it is
 * a valid file of exactly the first `n` bytes of samples. Beyond 4 GiB it turns into RF64 in place: the room for that
 * is reserved from the start, so nothing but the header is ever rewritten.
 */
export class WavWriter {
  /** Of one sample frame, bytes. */
  readonly frameBytes: number;
  readonly #header: Uint8Array;
  readonly #factAt: number | undefined;

  constructor(format: WavFormat, metadata: WavMetadata) {
    this.frameBytes = frameBytesOf(format);
    this.#header = build(format, metadata);
    // The sample count stands right before the header of the samples.
    this.#factAt = format.float === true ? this.#header.length - CHUNK_HEADER_BYTES - FACT_BYTES : undefined;
  }

  /** Where the samples begin. */
  get dataOffset(): number {
    return this.#header.length;
  }

  /** The start of the file, as it is while there are no samples. */
  header(): Uint8Array {
    return this.#header.slice();
  }

  /** What must be written over the header, in this order, once the first `dataBytes` bytes of samples are there. */
  patch(dataBytes: number): readonly Patch[] {
    const { dataOffset, frameBytes } = this;
    return sizePatches({ dataOffset, frameBytes, form: 'RIFF', factAt: this.#factAt }, dataBytes);
  }

  /** What follows the samples in a closed file: chunks begin at even places. */
  tail(dataBytes: number): Uint8Array {
    return new Uint8Array(dataBytes % 2);
  }
}

/** The shortest header, with its sizes left open: for samples that are sent on while their number is not known. */
export function openWavHeader(format: WavFormat): Uint8Array {
  const chunks = [
    chunk('fmt ', formatChunk(format)),
    ...(format.float === true ? [chunk('fact', uint32(OPEN_SIZE))] : []),
    chunkHeader('data', OPEN_SIZE),
  ];
  const rest = concat(
    chunks,
    chunks.reduce((sum, part) => sum + part.length, 0),
  );
  return head('RIFF', OPEN_SIZE, rest);
}

/** Where the sizes of a file stand whose last chunk is `data`. */
export interface SizePlaces {
  readonly dataOffset: number;
  readonly frameBytes: number;
  /** RF64 has `ds64` as its first chunk. */
  readonly form: 'RIFF' | 'RF64';
  /** Where the sample count of a `fact` chunk stands; undefined when there is none. */
  readonly factAt: number | undefined;
}

/** The largest size that fits into a plain header; beyond it the first chunk must have room for `ds64`. */
export function fitsPlainHeader(dataOffset: number, dataBytes: number): boolean {
  return riffSize(dataOffset, dataBytes) < OPEN_SIZE;
}

/**
 * The fewest changes that make a header right for `dataBytes`. For more than 4 GiB the first chunk of the file must be
 * the `JUNK` that {@link WavWriter} reserves, or `ds64`.
 */
export function sizePatches({ dataOffset, frameBytes, form, factAt }: SizePlaces, dataBytes: number): readonly Patch[] {
  const dataSizeAt = dataOffset - 4;
  const riffBytes = riffSize(dataOffset, dataBytes);
  const sampleCount = Math.floor(dataBytes / frameBytes);
  if (fitsPlainHeader(dataOffset, dataBytes)) {
    const data = { offset: dataSizeAt, bytes: uint32(dataBytes) };
    if (form === 'RF64') return [...fact(factAt, sampleCount), plainHead(riffBytes), data];
    // Killed between the two, samples that go beyond the file's stated end are still samples; other chunks they are not.
    return [...fact(factAt, sampleCount), data, { offset: 4, bytes: uint32(riffBytes) }];
  }
  // The size that is left open comes first: between the two writes a player reads on to the end of the file.
  return [
    { offset: dataSizeAt, bytes: uint32(OPEN_SIZE) },
    ...fact(factAt, OPEN_SIZE),
    wideHead(riffBytes, dataBytes, sampleCount),
  ];
}

function fact(at: number | undefined, sampleCount: number): readonly Patch[] {
  return at === undefined ? [] : [{ offset: at, bytes: uint32(sampleCount) }];
}

/** RIFF counts what follows its own header, with the byte that makes the last chunk even. */
function riffSize(dataOffset: number, dataBytes: number): number {
  return dataOffset + dataBytes + (dataBytes % 2) - CHUNK_HEADER_BYTES;
}

function plainHead(riffBytes: number): Patch {
  return { offset: 0, bytes: head('RIFF', riffBytes, chunk('JUNK', new Uint8Array(DS64_BYTES))) };
}

function wideHead(riffBytes: number, dataBytes: number, sampleCount: number): Patch {
  const ds64 = new Uint8Array(DS64_BYTES);
  const view = new DataView(ds64.buffer);
  view.setBigUint64(0, BigInt(riffBytes), true);
  view.setBigUint64(8, BigInt(dataBytes), true);
  view.setBigUint64(16, BigInt(sampleCount), true);
  return { offset: 0, bytes: head('RF64', OPEN_SIZE, chunk('ds64', ds64)) };
}

function build(format: WavFormat, metadata: WavMetadata): Uint8Array {
  const bext = writeBext(metadata, format.sampleRate, {
    description: metadata.description ?? metadata.sourceName,
    codingHistory: codingHistory(format),
  });
  const chunks = [
    chunk('JUNK', new Uint8Array(DS64_BYTES)),
    chunk('bext', bext),
    chunk('fmt ', formatChunk(format)),
    ...(format.float === true ? [chunk('fact', new Uint8Array(FACT_BYTES))] : []),
    chunkHeader('data', 0),
  ];
  const rest = concat(
    chunks,
    chunks.reduce((sum, part) => sum + part.length, 0),
  );
  return head('RIFF', riffSize(RIFF_HEADER_BYTES + rest.length, 0), rest);
}

function head(id: 'RIFF' | 'RF64', size: number, rest: Uint8Array): Uint8Array {
  return concat([chunkHeader(id, size), fourCharacters('WAVE'), rest], RIFF_HEADER_BYTES + rest.length);
}

/**
 * Plain PCM for one and two channels, 24 bits too, as EBU Tech 3285 has it: every player and every old field recorder
 * opens it. Only more than two channels need the extensible form, for players that refuse them otherwise.
 */
function formatChunk(format: WavFormat): Uint8Array {
  const tag = format.float === true ? FORMAT_FLOAT : FORMAT_PCM;
  const extensible = format.channels > 2;
  const plainBytes = tag === FORMAT_PCM ? PLAIN_FORMAT_BYTES : FLOAT_FORMAT_BYTES;
  const bytes = new Uint8Array(extensible ? EXTENSIBLE_FORMAT_BYTES : plainBytes);
  const view = new DataView(bytes.buffer);
  const align = frameBytesOf(format);
  view.setUint16(0, extensible ? FORMAT_EXTENSIBLE : tag, true);
  view.setUint16(2, format.channels, true);
  view.setUint32(4, format.sampleRate, true);
  view.setUint32(8, Math.min(format.sampleRate * align, OPEN_SIZE), true);
  view.setUint16(12, align, true);
  view.setUint16(14, format.bitDepth, true);
  if (!extensible) return bytes;
  view.setUint16(16, 22, true);
  view.setUint16(18, format.bitDepth, true);
  // No speaker positions: the channels are inputs of an interface, not places in a room.
  view.setUint32(20, 0, true);
  view.setUint16(24, tag, true);
  bytes.set(SUBTYPE_TAIL, 26);
  return bytes;
}

function codingHistory({ sampleRate, bitDepth, float, channels }: WavFormat): string {
  const mode = channels === 1 ? 'mono' : channels === 2 ? 'stereo' : 'multichannel';
  const text = float === true ? 'Longtake; float' : 'Longtake';
  const line = `A=PCM,F=${sampleRate},W=${bitDepth},M=${mode},T=${text}\r\n`;
  return line.length % 2 === 0 ? line : `${line.slice(0, -2)} \r\n`;
}

function chunk(id: string, payload: Uint8Array): Uint8Array {
  const padding = new Uint8Array(payload.length % 2);
  return concat(
    [chunkHeader(id, payload.length), payload, padding],
    CHUNK_HEADER_BYTES + payload.length + padding.length,
  );
}

function chunkHeader(id: string, size: number): Uint8Array {
  return concat([fourCharacters(id), uint32(size)], CHUNK_HEADER_BYTES);
}

function fourCharacters(id: string): Uint8Array {
  return new TextEncoder().encode(id);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
