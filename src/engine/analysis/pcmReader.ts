import type { Container } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import type { PcmFormat } from '../containers/pcm.ts';
import { scanWavHeader, type WavHeader } from '../containers/wavReader.ts';

const PIECE_BYTES = 512 * 1024;
/** Some programs put pictures before the samples. */
const LARGEST_HEADER = 4 * 1024 * 1024;

/** The samples of a file, whole sample frames at a time. Leave the loop or read to the end to close it. */
export interface PcmReader {
  readonly format: PcmFormat;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Opens WAV of 16 bits and more directly, everything else through the decoder. Rejects as these do. */
export async function openPcm(
  fileSystem: FileSystem,
  decoder: Decoder,
  audio: { readonly path: string; readonly container: Container },
  signal: AbortSignal,
): Promise<PcmReader> {
  const direct = audio.container === 'wav' ? await openWav(fileSystem, audio.path, signal) : undefined;
  if (direct) return direct;
  const { sampleRate, channels, chunks } = await decoder.decodeFile(audio.path, audio.container, signal);
  return { format: { sampleRate, channels, bitDepth: 16 }, chunks };
}

async function openWav(fileSystem: FileSystem, path: string, signal: AbortSignal): Promise<PcmReader | undefined> {
  const file = await fileSystem.openForReading(path);
  const header = await readHeader(file).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  if (!header || header.bitDepth === 8) {
    await file.close();
    return undefined;
  }
  const { sampleRate, channels, bitDepth, float } = header;
  return { format: { sampleRate, channels, bitDepth, float }, chunks: readSamples(file, header, signal) };
}

/** Undefined for what is no WAV of PCM: the decoder may know more kinds. */
async function readHeader(file: OpenFile): Promise<WavHeader | undefined> {
  try {
    for (let length = 4096; ;) {
      const start = await file.read(0, length);
      const header = scanWavHeader(start);
      if (!('need' in header)) return header;
      if (start.length < length || header.need > LARGEST_HEADER) return undefined;
      length = Math.min(LARGEST_HEADER, Math.max(header.need, 4 * length));
    }
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'DAMAGED') return undefined;
    throw error;
  }
}

async function* readSamples(file: OpenFile, header: WavHeader, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    const end = Math.min(await file.size(), header.dataOffset + header.dataBytes);
    const step = PIECE_BYTES - (PIECE_BYTES % header.frameBytes);
    for (let at = header.dataOffset; at + header.frameBytes <= end; at += step) {
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'Reading was cancelled.');
      const bytes = await file.read(at, Math.min(step, end - at));
      const whole = bytes.length - (bytes.length % header.frameBytes);
      if (whole === 0) return;
      yield bytes.subarray(0, whole);
    }
  } finally {
    await file.close();
  }
}
