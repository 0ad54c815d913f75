import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  AAC_128,
  decode,
  encode,
  FLAC,
  MP3_128,
  OPUS_96,
  probe,
  type Recipe,
} from '../../../../test/support/ffmpeg.ts';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { FfmpegEncoder } from '../../clips/ffmpegEncoder.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { loadFlacLibrary } from '../../recorder/flacLibrary.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { segmentsOf } from '../s3/segments.ts';
import { createOpenBody } from './openBody.ts';

const SECONDS = 8;
const MOST_BYTES = 1 << 20;
let folder = '';
const encoder = new FfmpegEncoder();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-segments-'));
});
afterAll(async () => {
  await encoder.dispose();
  await rm(folder, { recursive: true });
});

const FORMATS: readonly (readonly [string, Recording['container'], Recording['format']['codec'], Recipe])[] = [
  ['wav', 'wav', 'pcm', { rate: 48_000, encoder: ['-c:a', 'pcm_s16le'] }],
  ['flac', 'flac', 'flac', FLAC],
  ['mp3', 'mp3', 'mp3', MP3_128],
  ['aac', 'adts', 'aac', AAC_128],
  ['ogg', 'ogg', 'opus', OPUS_96],
];

test.each(FORMATS)(
  '%s goes in segments that play together, each with all of its audio',
  async (name, container, codec, recipe) => {
    const path = join(folder, `a.${name}`);
    await encode(path, { ...recipe, duration: SECONDS });
    const { sampleRate, channels } = await probe(path);
    const openBody = createOpenBody({ fileSystem: nodeFileSystem, loadFlac: loadFlacLibrary, encoder });
    const recording = makeRecording({ container, format: { codec, sampleRate, channels } });
    const source = {
      recording,
      file: () => path,
      live: () => false,
      from: 0,
      spoolFolder: join(folder, `spool-${name}`),
    };
    const body = await openBody(source, { kind: 'cmaf', bitrate: 96_000 });
    let bytes = 0;
    for (let ended = false; !ended; await setImmediate()) ({ bytes, ended } = await body.stable());
    const chunks: Uint8Array[] = [];
    // As a backlog goes, but one segment at a time.
    for (let at = 0; at < bytes;) {
      let to = at;
      for (let most = 1; to === at; most = Math.min(most * 4, MOST_BYTES))
        to = (await body.cut?.(at, Math.min(bytes, at + most))) ?? bytes;
      const pieces: Uint8Array[] = [];
      for await (const piece of body.read(at, to)) pieces.push(Uint8Array.from(piece));
      chunks.push(Buffer.concat(pieces));
      at = to;
    }
    const parts = chunks.flatMap((chunk) => segmentsOf(chunk));
    expect(parts[0]?.kind).toBe('init');
    const lengths = parts.slice(1).map(({ samples }) => samples / (parts[0]?.timescale ?? 1));
    expect(lengths.length).toBe(3);
    for (const length of lengths.slice(0, -1)) expect(length).toBeCloseTo(3, 1);
    const all = join(folder, `${name}.mp4`);
    await writeFile(all, Buffer.concat(parts.map((part) => part.bytes)));
    const { complaints, pcm } = await decode(all);
    expect(complaints).toBe('');
    const seconds = pcm.length / 2 / channels / (await probe(all)).sampleRate;
    expect(seconds).toBeGreaterThan(SECONDS - 0.05);
    expect(seconds).toBeLessThan(SECONDS + 0.15);
    expect(await body.filePosition(bytes)).toBeGreaterThan(0);
    await body.close();
  },
);
