import { open } from 'node:fs/promises';
import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { PcmStream } from '../../shared/ports/decoder.ts';
import type { FlacLibrary } from '../containers/flac/flacEncoder.ts';
import { FlacParser, type FlacFormat } from '../containers/flac/flacParser.ts';
import { canReencode, decodeFrames } from '../containers/flac/flacSamples.ts';
import type { LoadFlac } from './pcmSlice.ts';
import { type AnyUnits, openUnits } from './units/openUnits.ts';
import { damaged } from './units/unitFile.ts';

/** Silence in place of what is missing comes in pieces of so many sample frames. */
const SILENT_FRAMES = 65_536;
const TARGET_BITS = 16;

/** What its decoder has to know of FLAC; undefined for what libFLAC does not decode, and for other codecs. */
export function flacFormatOf(units: AnyUnits): Pick<FlacFormat, 'sampleRate' | 'channels' | 'bitDepth'> | undefined {
  if (units.container === 'flac') return canReencode(units.headers.format) ? units.headers.format : undefined;
  if (units.container !== 'ogg' || units.headers.codec !== 'flac') return undefined;
  const { sampleRate, channels, bitDepth } = units.headers;
  return bitDepth !== undefined && bitDepth <= 24 && channels <= 8 ? { sampleRate, channels, bitDepth } : undefined;
}

/**
 * Decodes the FLAC in a file, native or in Ogg, by libFLAC; what is missing in it is silent. `otherwise` answers for
 * files of anything else. Rejects with DAMAGED and Node errors.
 */
export async function decodeFlacFile(
  path: string,
  container: Container,
  loadFlac: LoadFlac,
  signal: AbortSignal,
  otherwise: () => Promise<PcmStream>,
): Promise<PcmStream> {
  const file = await open(path, 'r');
  let isReading = false;
  try {
    const { size } = await file.stat();
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    const units = await openUnits({ size, read }, container).catch((error: unknown) => {
      // It may be of another codec.
      if (container === 'ogg' && error instanceof LongtakeError && error.code === 'DAMAGED') return undefined;
      throw error;
    });
    const format = units && flacFormatOf(units);
    if (!units || !format) return await otherwise();
    const library = await loadFlac();
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      try {
        let position = units.origin;
        for await (const { start, block } of units.runs(units.origin, units.end)) {
          stopIfAborted(signal);
          yield* silence(start - position, format.channels);
          yield decodeToPcm16(library, format, block.bytes);
          position = start + block.samples;
        }
      } finally {
        await file.close();
      }
    };
    isReading = true;
    return { sampleRate: format.sampleRate, channels: format.channels, chunks: chunks() };
  } finally {
    if (!isReading) await file.close();
  }
}

/** Decodes native FLAC that comes in pieces. Rejects with DAMAGED when there is none in it. */
export async function decodeFlacLive(
  input: AsyncIterable<Uint8Array>,
  loadFlac: LoadFlac,
  signal: AbortSignal,
): Promise<PcmStream> {
  const library = await loadFlac();
  const parts = flacParts(input, signal)[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true || first.value.kind !== 'headers') throw damaged('there is no FLAC in it');
  const { format } = first.value.headers;
  if (!canReencode(format)) {
    throw new LongtakeError('FORMAT_UNSUPPORTED', `FLAC of ${format.bitDepth} bits is not decoded here.`);
  }
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
        const part = next.value;
        // It goes on in another format.
        if (part.kind === 'headers') return;
        if (part.kind === 'hole') yield* silence(part.samples, format.channels);
        else yield decodeToPcm16(library, format, part.block.bytes);
      }
    } finally {
      await parts.return(undefined);
    }
  };
  return { sampleRate: format.sampleRate, channels: format.channels, chunks: chunks() };
}

async function* flacParts(input: AsyncIterable<Uint8Array>, signal: AbortSignal) {
  const parser = new FlacParser();
  for await (const bytes of input) {
    stopIfAborted(signal);
    yield* parser.push(bytes).parts;
  }
  yield* parser.flush().parts;
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new LongtakeError('CANCELLED', 'Decoding was cancelled.');
}

function* silence(frames: number, channels: number): Generator<Uint8Array> {
  for (let left = frames; left > 0; left -= SILENT_FRAMES) {
    yield new Uint8Array(Math.min(left, SILENT_FRAMES) * channels * 2);
  }
}

type Decodable = Pick<FlacFormat, 'sampleRate' | 'channels' | 'bitDepth'>;

/** Whole frames as PCM of 16 bits. */
export function decodeToPcm16(library: FlacLibrary, format: Decodable, frames: Uint8Array): Uint8Array {
  const { values } = decodeFrames(library, format, frames);
  const samples = new Int16Array(values.length);
  const surplus = format.bitDepth - TARGET_BITS;
  if (surplus > 0) {
    const half = 1 << (surplus - 1);
    for (let at = 0; at < values.length; at += 1) samples[at] = Math.min(32_767, ((values[at] ?? 0) + half) >> surplus);
  } else {
    for (let at = 0; at < values.length; at += 1) samples[at] = (values[at] ?? 0) << -surplus;
  }
  return new Uint8Array(samples.buffer);
}
