import type { Container } from '../../shared/domain/recording.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { ClipCounter } from '../containers/clipCounter.ts';
import { LevelMeter } from '../containers/levels.ts';

export interface StreamSample {
  /** Loudest 100 ms per channel, RMS in dBFS; empty when there is nothing to hear yet. */
  readonly rms: readonly number[];
  /** Windows of 100 ms that were heard. */
  readonly windows: number;
  readonly clippedWindows: number;
}

export interface StreamSampleOptions {
  readonly fileSystem: FileSystem;
  readonly decoder: Decoder;
  readonly signal: AbortSignal;
}

/**
 * Decodes the newest `bytes` of a recording of coded audio, as fast as it can. Rejects with DECODER_MISSING, DAMAGED,
 * CANCELLED, or a Node error of the disk.
 */
export async function sampleNewest(
  audio: { readonly path: string; readonly container: Container; readonly bytes: number },
  { fileSystem, decoder, signal }: StreamSampleOptions,
): Promise<StreamSample> {
  const newest = await readNewest(fileSystem, audio.path, audio.bytes);
  if (newest.length === 0) return { rms: [], windows: 0, clippedWindows: 0 };
  const { sampleRate, channels, chunks } = await decoder.decodeLive(audio.container, once(newest), signal);
  const format = { sampleRate, channels, bitDepth: 16 };
  const meter = new LevelMeter(format);
  const clips = new ClipCounter(format);
  let rms: number[] = [];
  let windows = 0;
  let clippedWindows = 0;
  for await (const bytes of chunks) {
    const block = { bytes, samples: bytes.length / (2 * channels) };
    for (const window of meter.push(block)) {
      rms = window.rms.map((level, channel) => Math.max(level, rms[channel] ?? level));
      windows += 1;
    }
    clippedWindows += clips.push(block);
  }
  return { rms, windows, clippedWindows };
}

async function readNewest(fileSystem: FileSystem, path: string, bytes: number): Promise<Uint8Array> {
  const file = await fileSystem.openForReading(path);
  try {
    const from = Math.max(0, (await file.size()) - bytes);
    return await file.read(from, bytes);
  } finally {
    await file.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
