import { setImmediate } from 'node:timers/promises';
import type { CaptureInfo } from '../../src/engine/capture/audioSource.ts';
import { createAdtsParser } from '../../src/engine/containers/adts.ts';
import { type Block, splitBlock } from '../../src/engine/containers/block.ts';
import type { FrameParser } from '../../src/engine/containers/frameParser.ts';
import { createMpegAudioParser } from '../../src/engine/containers/mpegAudio.ts';
import { createMuxer } from '../../src/engine/recorder/createMuxer.ts';
import { loadFlacLibrary } from '../../src/engine/recorder/flacLibrary.ts';
import { RecordingWriter } from '../../src/engine/recorder/recordingWriter.ts';
import { repairFile } from '../../src/engine/recorder/repair.ts';
import type { Container, Recording } from '../../src/shared/domain/recording.ts';
import type { AudioFormat } from '../../src/shared/domain/source.ts';
import type { OpenFile } from '../../src/shared/ports/fileSystem.ts';
import { parseFlac } from './flacStreams.ts';
import { makeRecording } from './makeRecording.ts';
import { MemoryFileSystem } from './memoryFileSystem.ts';
import { parseOgg } from './oggStreams.ts';
import { whole } from './streamParts.ts';

/** What is recorded: the audio as it comes in, and what its source says. */
export interface Captured {
  readonly info: CaptureInfo;
  readonly block: Block;
}

/** One step of a disk. */
type Step =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

/** Everything that the recorder's writer did to a file, in order. */
export interface GrownRecording {
  readonly recording: Recording;
  readonly path: string;
  readonly steps: readonly Step[];
  readonly final: Uint8Array;
}

export function capturedFrames(container: 'mp3' | 'adts', stream: Uint8Array): Captured {
  const parser: FrameParser = container === 'mp3' ? createMpegAudioParser() : createAdtsParser();
  const first = parser.push(stream);
  const { format } = parser;
  const last = parser.flush();
  const blocks = [first.block, last.block].flatMap((block) => block ?? []);
  if (!format) throw new Error('no audio');
  return { info: { container, format, label: '' }, block: whole({ headers: undefined, blocks }) };
}

export function capturedOgg(stream: Uint8Array): Captured {
  const [segment] = parseOgg([stream]).segments;
  if (!segment) throw new Error('no audio');
  const { codec, sampleRate, channels } = segment.headers;
  const headers = { container: 'ogg', headers: segment.headers } as const;
  return {
    info: { container: 'ogg', format: { codec, sampleRate, channels }, label: '', headers },
    block: whole(segment),
  };
}

export function capturedFlac(stream: Uint8Array): Captured {
  const [segment] = parseFlac([stream]).segments;
  if (!segment) throw new Error('no audio');
  const { sampleRate, channels, bitDepth } = segment.headers.format;
  const headers = { container: 'flac', headers: segment.headers } as const;
  const format = { codec: 'flac', sampleRate, channels, bitDepth } as const;
  return { info: { container: 'flac', format, label: '', headers }, block: whole(segment) };
}

export function capturedPcm(container: 'wav' | 'flac', format: AudioFormat, bytes: Uint8Array): Captured {
  const frameBytes = (format.channels * (format.bitDepth ?? 16)) / 8;
  return { info: { container, format, label: '' }, block: { bytes, samples: bytes.length / frameBytes } };
}

const extensions = { wav: 'wav', mp3: 'mp3', adts: 'aac', ogg: 'ogg', flac: 'flac' } as const satisfies Record<
  Container,
  string
>;

/** Records with the recorder's own muxer and writer, `pieceSamples` sample frames at a time. */
export async function growRecording(
  { info, block }: Captured,
  { pieceSamples = 9000, isTagged = true }: { pieceSamples?: number; isTagged?: boolean } = {},
): Promise<GrownRecording> {
  await loadFlacLibrary();
  const { container } = info;
  const recording = makeRecording({ container, format: info.format, state: 'recording' });
  const path = `/r/recording.${extensions[container]}`;
  const disk = new MemoryFileSystem();
  const steps: Step[] = [];
  const file = noted(await disk.createExclusive(path), steps);
  const muxer = createMuxer(recording, { info, isFirst: true, isTagged });
  const onFailure = () => {
    throw new Error('the disk failed');
  };
  const writer = new RecordingWriter(Promise.resolve(file), muxer, {
    bytesPerSecond: 1,
    maxPendingBytes: 2 ** 30,
    onFailure,
  });
  let taken = 0;
  for (let rest = block; rest.samples > 0;) {
    const [mine, others] = splitBlock(rest, pieceSamples);
    const now = mine.samples > 0 ? mine : others;
    rest = mine.samples > 0 ? others : { ...others, samples: 0 };
    const bytes = muxer.write(now);
    taken += bytes.length;
    writer.append(bytes);
    while (writer.payloadBytes < taken) await setImmediate();
  }
  writer.append(muxer.end());
  await writer.close();
  return { recording, path, steps, final: disk.files.get(path) ?? new Uint8Array(0) };
}

function noted(file: OpenFile, steps: Step[]): OpenFile {
  return {
    ...file,
    write: (bytes, at) => {
      steps.push({ kind: 'write', at, bytes: Uint8Array.from(bytes) });
      return file.write(bytes, at);
    },
    truncate: (length) => {
      steps.push({ kind: 'truncate', length });
      return file.truncate(length);
    },
  };
}

/** The file as it was in the middle of its writing: after so many steps, and the first bytes of the next. */
export function stateAfter({ steps }: GrownRecording, count: number, partOfNext: number): Uint8Array {
  const next = steps[count];
  const torn =
    next?.kind === 'write'
      ? { ...next, bytes: next.bytes.subarray(0, Math.floor(next.bytes.length * partOfNext)) }
      : [];
  const done = [...steps.slice(0, count), torn].flat();
  const room = new Uint8Array(
    Math.max(0, ...done.map((step) => (step.kind === 'write' ? step.at + step.bytes.length : 0))),
  );
  let length = 0;
  for (const step of done) {
    if (step.kind === 'write') {
      room.set(step.bytes, step.at);
      length = Math.max(length, step.at + step.bytes.length);
    } else {
      length = step.length;
    }
  }
  return room.slice(0, length);
}

/** What the repair at the next start makes of it; undefined where nothing can be made. */
export async function repaired({ path }: GrownRecording, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const disk = new MemoryFileSystem();
  disk.files.set(path, bytes);
  try {
    await repairFile(disk, path);
  } catch {
    return undefined;
  }
  return disk.files.get(path);
}
