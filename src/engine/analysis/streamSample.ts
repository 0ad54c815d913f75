import type { Container } from '../../shared/domain/recording.ts';
import type { Decoder } from '../../shared/ports/decoder.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { SILENCE } from '../../shared/units.ts';
import { concat } from '../containers/bytes.ts';
import { ClipCounter } from '../containers/clipCounter.ts';
import { LEVEL_WINDOWS_PER_SECOND, LevelMeter } from '../containers/levels.ts';
import { aligned, readHead } from './fileStart.ts';

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

/** Of a recording that grows. */
export interface SampledAudio {
  /** Absolute. */
  readonly path: string;
  readonly container: Container;
  /** So many of its newest bytes are decoded... */
  readonly bytes: number;
  /** ...and at most so much of what they hold is told: quiet audio may need very few. */
  readonly seconds: number;
}

/**
 * Decodes the end of a recording of coded audio, as fast as it can. Rejects with DECODER_MISSING, DAMAGED, CANCELLED,
 * or a Node error of the disk.
 */
export async function sampleNewest(audio: SampledAudio, options: StreamSampleOptions): Promise<StreamSample> {
  const { fileSystem, decoder, signal } = options;
  const newest = aligned(await readNewest(fileSystem, audio), audio.container);
  if (newest.length === 0) return { rms: [], windows: 0, clippedWindows: 0 };
  const { sampleRate, channels, chunks } = await decoder.decodeLive(audio.container, once(newest), signal);
  const format = { sampleRate, channels, bitDepth: 16 };
  const meter = new LevelMeter(format);
  const clips = new ClipCounter(format);
  const most = audio.seconds * LEVEL_WINDOWS_PER_SECOND;
  const heard: { readonly rms: readonly number[]; readonly isClipped: boolean }[] = [];
  const windowBytes = Math.ceil(sampleRate / LEVEL_WINDOWS_PER_SECOND) * channels * 2;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += windowBytes) {
      const bytes = chunk.subarray(at, at + windowBytes);
      const block = { bytes, samples: bytes.length / (2 * channels) };
      const isClipped = clips.push(block) > 0;
      for (const { rms } of meter.push(block)) heard.push({ rms, isClipped });
      if (heard.length > most) heard.splice(0, heard.length - most);
    }
  }
  return {
    rms: Array.from({ length: heard.length === 0 ? 0 : channels }, (_, channel) =>
      Math.max(...heard.map(({ rms }) => rms[channel] ?? SILENCE)),
    ),
    windows: heard.length,
    clippedWindows: heard.filter(({ isClipped }) => isClipped).length,
  };
}

async function readNewest(fileSystem: FileSystem, { path, container, bytes }: SampledAudio): Promise<Uint8Array> {
  const file = await fileSystem.openForReading(path);
  try {
    const from = (await file.size()) - bytes;
    if (from <= 0) return await file.read(0, bytes);
    const head = await readHead(file, container);
    const at = Math.max(from, head.length);
    const newest = await file.read(at, bytes);
    return concat([head, newest], head.length + newest.length);
  } finally {
    await file.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
