import { join } from 'node:path';
import type { Container } from '../../src/shared/domain/recording.ts';
import { tool, writeSignal } from './codedAudio.ts';

const ffmpeg = (...args: string[]) => ['ffmpeg', '-v', 'error', '-nostdin', '-i', 'WAV', ...args, 'OUT'];

const recipes = [
  { name: 'WAV 16 bit', container: 'wav', rate: 44_100, channels: 2, command: ffmpeg('-c:a', 'pcm_s16le') },
  { name: 'WAV 24 bit mono', container: 'wav', rate: 48_000, channels: 1, command: ffmpeg('-c:a', 'pcm_s24le') },
  { name: 'FLAC', container: 'flac', rate: 44_100, channels: 2, command: ['flac', '-s', 'WAV', '-o', 'OUT'] },
  {
    name: 'FLAC without a seek table',
    container: 'flac',
    rate: 48_000,
    channels: 1,
    command: ['flac', '-s', '--no-seektable', '-b', '1152', 'WAV', '-o', 'OUT'],
  },
  { name: 'MP3', container: 'mp3', rate: 44_100, channels: 2, command: ffmpeg('-b:a', '128k', '-write_xing', '0') },
  {
    name: 'MP3 without a reservoir',
    container: 'mp3',
    rate: 48_000,
    channels: 1,
    command: ffmpeg('-b:a', '64k', '-reservoir', '0', '-write_xing', '0'),
  },
  { name: 'MP3 of variable bitrate', container: 'mp3', rate: 44_100, channels: 2, command: ffmpeg('-q:a', '4') },
  {
    name: 'MP3 22.05 kHz',
    container: 'mp3',
    rate: 22_050,
    channels: 1,
    command: ffmpeg('-b:a', '48k', '-write_xing', '0'),
  },
  {
    name: 'AAC',
    container: 'adts',
    rate: 44_100,
    channels: 2,
    command: ffmpeg('-c:a', 'aac', '-b:a', '96k', '-aac_pns', '0', '-f', 'adts'),
  },
  {
    name: 'Vorbis',
    container: 'ogg',
    rate: 44_100,
    channels: 2,
    command: ['oggenc', '-Q', '-q', '4', 'WAV', '-o', 'OUT'],
  },
  { name: 'Opus', container: 'ogg', rate: 48_000, channels: 2, command: ['opusenc', '--quiet', 'WAV', 'OUT'] },
  {
    name: 'Ogg FLAC',
    container: 'ogg',
    rate: 44_100,
    channels: 2,
    command: ['flac', '-s', '--ogg', 'WAV', '-o', 'OUT'],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly container: Container;
  readonly rate: number;
  readonly channels: number;
  readonly command: readonly string[];
}[];

export type AudioName = (typeof recipes)[number]['name'];
export const audioNames: readonly AudioName[] = recipes.map(({ name }) => name);

/** A file made by another program. */
export interface AudioFile {
  readonly name: AudioName;
  readonly path: string;
  readonly container: Container;
  readonly rate: number;
  readonly channels: number;
}

/** Files of every kind that is recorded, of `seconds` s each, in which no two places are alike. */
export async function makeAudioFiles(
  folder: string,
  seconds: number,
  names: readonly AudioName[] = audioNames,
): Promise<ReadonlyMap<AudioName, AudioFile>> {
  const files = new Map<AudioName, AudioFile>();
  for (const { name, container, rate, channels, command } of recipes) {
    if (!names.includes(name)) continue;
    const wav = join(folder, `${rate}-${channels}.wav`);
    await writeSignal(wav, { rate, channels, duration: seconds });
    const path = join(folder, `${name.replaceAll(' ', '-')}.${container === 'adts' ? 'aac' : container}`);
    const [program, ...args] = command;
    await tool(
      program,
      args.map((arg) => (arg === 'WAV' ? wav : arg === 'OUT' ? path : arg)),
    );
    files.set(name, { name, path, container, rate, channels });
  }
  return files;
}
