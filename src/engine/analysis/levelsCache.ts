import { open, rename } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { FLOOR_BLOCK_WINDOWS } from '../../shared/domain/section.ts';
import { ENVELOPE_WINDOWS_PER_SECOND } from '../../shared/domain/envelope.ts';
import { type AudioState, bytesOf, type FileState, isSameState, openIfThere, readAt, unfinished } from './cacheFile.ts';
import { type NoiseFloor, noiseFloorOf } from './noiseFloor.ts';

/*
 * A cache file: a header of 64 bytes, then for each block of 30 s its noise floor (float32, steps of level) and its
 * highest level (uint16), then the envelope (uint16, steps of level). All little-endian.
 *   0  8 bytes   magic
 *   8  uint32    version
 *  12  uint32    windows of the envelope in a second
 *  16  float64   size of the audio file, bytes
 *  24  float64   modification time of the audio file, ms since 1970
 *  32  float64   sample frames
 *  40  float64   sample rate, Hz
 *  48  uint32    windows of the envelope
 *  52  uint32    CRC-32 of what follows the header
 *  56  uint32    CRC-32 of the 56 bytes before
 *  60  uint32    0
 */
const MAGIC = Buffer.from('LTLEVEL\0', 'latin1');
const VERSION = 1;
const HEADER_BYTES = 64;
const SUMMED_HEADER_BYTES = 56;
const BLOCK_BYTES = 6;

/** The envelope of a recording, and what detection needs of it beside its settings. */
export interface KeptLevels {
  readonly levels: Uint16Array;
  readonly noise: NoiseFloor;
  readonly audio: AudioState;
}

/** The folder must exist. What was there before is there until all is written. */
export async function writeLevels(path: string, { levels, noise, audio }: KeptLevels): Promise<void> {
  const body = Buffer.concat([bytesOf(noise.floors), bytesOf(noise.highest), bytesOf(levels)]);
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(ENVELOPE_WINDOWS_PER_SECOND, 12);
  header.writeDoubleLE(audio.bytes, 16);
  header.writeDoubleLE(audio.modifiedAt, 24);
  header.writeDoubleLE(audio.frames, 32);
  header.writeDoubleLE(audio.sampleRate, 40);
  header.writeUInt32LE(levels.length, 48);
  header.writeUInt32LE(crc32(body), 52);
  header.writeUInt32LE(crc32(header.subarray(0, SUMMED_HEADER_BYTES)), SUMMED_HEADER_BYTES);
  const file = await open(unfinished(path), 'w');
  try {
    await file.writev([header, body]);
  } finally {
    await file.close();
  }
  await rename(unfinished(path), path);
}

/**
 * What is kept at `path`, or undefined when there is nothing, it is damaged, or of another state of the audio file than
 * `state`, if that is given.
 */
export async function readLevels(path: string, state?: FileState): Promise<KeptLevels | undefined> {
  const file = await openIfThere(path);
  if (!file) return undefined;
  try {
    const bytes = await readAt(file, 0, (await file.stat()).size);
    const kept = decode(bytes);
    return kept && (!state || isSameState(kept.audio, state)) ? kept : undefined;
  } finally {
    await file.close();
  }
}

/** For audio that was scanned to its end. */
export function keptLevels(levels: Uint16Array, audio: AudioState): KeptLevels {
  return { levels, noise: noiseFloorOf(levels), audio };
}

function decode(bytes: Buffer): KeptLevels | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.readUInt32LE(SUMMED_HEADER_BYTES) !== crc32(bytes.subarray(0, SUMMED_HEADER_BYTES))) return undefined;
  if (bytes.readUInt32LE(8) !== VERSION || bytes.readUInt32LE(12) !== ENVELOPE_WINDOWS_PER_SECOND) return undefined;
  const windows = bytes.readUInt32LE(48);
  const blocks = Math.ceil(windows / FLOOR_BLOCK_WINDOWS);
  if (bytes.length !== HEADER_BYTES + blocks * BLOCK_BYTES + windows * 2) return undefined;
  if (crc32(bytes.subarray(HEADER_BYTES)) !== bytes.readUInt32LE(52)) return undefined;
  const { buffer, byteOffset } = bytes;
  const at = byteOffset + HEADER_BYTES;
  return {
    levels: new Uint16Array(buffer, at + blocks * BLOCK_BYTES, windows),
    noise: {
      floors: new Float32Array(buffer, at, blocks),
      highest: new Uint16Array(buffer, at + blocks * 4, blocks),
    },
    audio: {
      bytes: bytes.readDoubleLE(16),
      modifiedAt: bytes.readDoubleLE(24),
      frames: bytes.readDoubleLE(32),
      sampleRate: bytes.readDoubleLE(40),
    },
  };
}
