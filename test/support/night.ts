import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { LEDGER_FOLDER } from '../../src/shared/domain/folders.ts';
import type { LedgerEntry } from '../../src/shared/domain/ledger.ts';
import { titleSchema } from '../../src/shared/domain/title.ts';
import { makeRecording } from './makeRecording.ts';
import { numbersOf, toPcm16 } from './scenes.ts';

const run = promisify(execFile);
const RATE = 48_000;

/** Every container and codec that a recording may have, with the encoder that makes it. */
export const KINDS = {
  WAV: { extension: 'wav', container: 'wav', codec: 'pcm', bitDepth: 16, encoder: ['-c:a', 'pcm_s16le'] },
  FLAC: { extension: 'flac', container: 'flac', codec: 'flac', bitDepth: 16, encoder: ['-c:a', 'flac'] },
  MP3: { extension: 'mp3', container: 'mp3', codec: 'mp3', encoder: ['-c:a', 'libmp3lame', '-b:a', '128k'] },
  AAC: { extension: 'aac', container: 'adts', codec: 'aac', encoder: ['-c:a', 'aac', '-b:a', '128k'] },
  Vorbis: { extension: 'ogg', container: 'ogg', codec: 'vorbis', encoder: ['-c:a', 'libvorbis', '-q:a', '3'] },
  Opus: { extension: 'opus', container: 'ogg', codec: 'opus', encoder: ['-c:a', 'libopus', '-b:a', '96k'] },
} as const;
export type Kind = keyof typeof KINDS;

export interface Sounding {
  /** s from the start. */
  readonly at: number;
  readonly seconds: number;
  /** 0..1 */
  readonly amplitude: number;
}

export interface NightOptions {
  /** Recordings folder. */
  readonly root: string;
  /** One source with one recording each. */
  readonly kinds: readonly Kind[];
  /** ms since 1970 UTC. */
  readonly startedAt: number;
  readonly seconds: number;
  /** Tones above a faint noise. */
  readonly sounds: readonly Sounding[];
  /** What was on air, in order. */
  readonly titles?: readonly { readonly at: number; readonly title: string }[];
}

/** Recordings of every kind with the same quiet night in them, and the ledger of the studio that made them. */
export async function writeNight(options: NightOptions): Promise<void> {
  const { root, startedAt, seconds } = options;
  const lines: LedgerEntry[] = [];
  await mkdir(root, { recursive: true });
  const heard = join(root, 'night.pcm');
  await writeFile(heard, pcmOf(options));
  for (const kind of options.kinds) {
    const { extension, container, encoder, ...format } = KINDS[kind];
    const path = `${kind}/${startedAt}.${extension}`;
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    const input = ['-f', 's16le', '-ar', `${RATE}`, '-ac', '1', '-i', heard];
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...input, ...encoder, file]);
    const { root: _root, ...recording } = makeRecording({
      id: randomUUID(),
      sourceId: randomUUID(),
      sourceName: `${kind} source`,
      sourceKind: kind === 'WAV' || kind === 'FLAC' ? 'soundcard' : 'stream',
      path,
      startedAt,
      container,
      format: { ...format, sampleRate: RATE, channels: 1 },
      samples: seconds * RATE,
      bytes: (await stat(file)).size,
    });
    lines.push({ type: 'recording', at: startedAt + seconds * 1000, recording });
    for (const { at, title } of options.titles ?? []) {
      const titled = titleSchema.parse({ recordingId: recording.id, position: at * RATE, text: title });
      lines.push({ type: 'title', at: startedAt + at * 1000, title: titled });
    }
  }
  await rm(heard);
  await mkdir(join(root, LEDGER_FOLDER), { recursive: true });
  await writeFile(
    join(root, LEDGER_FOLDER, `${new Date(startedAt).toISOString().slice(0, 7)}.jsonl`),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
}

/** A faint noise, with tones in it. */
function pcmOf({ seconds, sounds }: NightOptions): Buffer {
  const audio = new Float64Array(seconds * RATE);
  const random = numbersOf(1);
  for (let at = 0; at < audio.length; at += 1) audio[at] = 0.001 * (2 * random() - 1);
  for (const { at, seconds: length, amplitude } of sounds) {
    for (let sample = Math.round(at * RATE); sample < Math.round((at + length) * RATE); sample += 1) {
      audio[sample] = (audio[sample] ?? 0) + amplitude * Math.sin((2 * Math.PI * 440 * sample) / RATE);
    }
  }
  return toPcm16(audio);
}
