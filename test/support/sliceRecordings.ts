import { basename, dirname } from 'node:path';
import { stat } from 'node:fs/promises';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { inspectFile } from '../../src/engine/recorder/inspect.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { tool } from './codedAudio.ts';
import { makeRecording } from './makeRecording.ts';

/** The row of a file that another program made. */
export async function recordingOf(
  path: string,
  change: Partial<Record<keyof Recording, unknown>> = {},
): Promise<Recording> {
  const { container, format, samples } = await inspectFile(nodeFileSystem, path);
  const { size } = await stat(path);
  return makeRecording({
    root: dirname(path),
    path: basename(path),
    container,
    format,
    samples,
    bytes: size,
    ...change,
  });
}

/** Samples as ffmpeg decodes them, interleaved; full scale at 1. */
export async function decodeFloat(path: string): Promise<Float32Array> {
  const { out } = await tool('ffmpeg', ['-v', 'error', '-nostdin', '-i', path, '-f', 'f32le', '-']);
  return new Float32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
}

/** The greatest difference of two stretches of sample frames; Infinity when they are not of one length. */
export function difference(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return Infinity;
  let most = 0;
  for (let at = 0; at < one.length; at += 1) most = Math.max(most, Math.abs((one[at] ?? 0) - (other[at] ?? 0)));
  return most;
}
