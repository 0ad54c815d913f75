import { type FileHandle, open } from 'node:fs/promises';
import { LongtakeError } from '../../shared/errors.ts';
import type { PcmFormat } from '../containers/pcm.ts';
import { scanWavHeader, type WavHeader } from '../containers/wavReader.ts';

/** Some programs put pictures before the samples. */
const LARGEST_HEADER = 4 * 1024 * 1024;

/** The samples of a WAV file; those of 8 bits are unsigned. */
export interface WavSamples {
  readonly format: PcmFormat;
  /** Where they are in the file, bytes; `end` is exclusive. */
  readonly from: number;
  readonly end: number;
}

/** Undefined for what is no WAV of PCM: the decoder may know more kinds. Rejects with a Node error of the disk. */
export async function openWav(
  path: string,
): Promise<{ readonly file: FileHandle; readonly samples: WavSamples } | undefined> {
  const file = await open(path, 'r');
  try {
    const header = await readHeader(file);
    if (header) return { file, samples: await samplesIn(file, header) };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

async function samplesIn(file: FileHandle, header: WavHeader): Promise<WavSamples> {
  const { sampleRate, channels, bitDepth, float, frameBytes, dataOffset, dataBytes } = header;
  const there = Math.max(0, Math.min((await file.stat()).size - dataOffset, dataBytes));
  return {
    format: { sampleRate, channels, bitDepth, float },
    from: dataOffset,
    end: dataOffset + there - (there % frameBytes),
  };
}

async function readHeader(file: FileHandle): Promise<WavHeader | undefined> {
  try {
    for (let length = 4096; ;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      const header = scanWavHeader(buffer.subarray(0, bytesRead));
      if (!('need' in header)) return header;
      if (bytesRead < length || header.need > LARGEST_HEADER) return undefined;
      length = Math.min(LARGEST_HEADER, Math.max(header.need, 4 * length));
    }
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'DAMAGED') return undefined;
    throw error;
  }
}
