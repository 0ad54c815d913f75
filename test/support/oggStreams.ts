import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { Block } from '../../src/engine/containers/block.ts';
import { splitBlock } from '../../src/engine/containers/block.ts';
import type { OggHeaders } from '../../src/engine/containers/ogg/oggCodec.ts';
import { OggParser } from '../../src/engine/containers/ogg/oggParser.ts';
import { OggWriter } from '../../src/engine/containers/ogg/oggWriter.ts';
import { join, tool, writeSignal } from './codedAudio.ts';
import { type Parsed, parseAll } from './streamParts.ts';

const vorbis = (quality: number) => ['oggenc', '-Q', '-q', `${quality}`, '-t', 'On air', '-a', 'Nobody'];
const opus = (...args: string[]) => ['opusenc', '--quiet', '--title', 'On air', '--artist', 'Nobody', ...args];
const ffmpeg = (...args: string[]) => ['ffmpeg', ...args, '-metadata', 'TITLE=On air', '-metadata', 'ARTIST=Nobody'];

const recipes = [
  { name: 'Vorbis 44.1 kHz stereo', rate: 44_100, channels: 2, command: vorbis(4) },
  { name: 'Vorbis 22.05 kHz mono', rate: 22_050, channels: 1, command: vorbis(-1) },
  { name: 'Vorbis 48 kHz, 6 channels', rate: 48_000, channels: 6, command: vorbis(6) },
  { name: 'Opus stereo', rate: 48_000, channels: 2, command: opus('--bitrate', '96') },
  { name: 'Opus mono speech, 60 ms', rate: 16_000, channels: 1, command: opus('--bitrate', '16', '--framesize', '60') },
  { name: 'Opus 2.5 ms', rate: 48_000, channels: 2, command: opus('--bitrate', '128', '--framesize', '2.5') },
  { name: 'Opus 5.1 by ffmpeg', rate: 48_000, channels: 6, command: ffmpeg('-c:a', 'libopus', '-b:a', '256k') },
  {
    name: 'FLAC 44.1 kHz stereo',
    rate: 44_100,
    channels: 2,
    command: ['flac', '-s', '--ogg', '-T', 'TITLE=On air', '-T', 'ARTIST=Nobody'],
  },
  { name: 'FLAC by ffmpeg', rate: 48_000, channels: 2, command: ffmpeg('-c:a', 'flac') },
] as const;

export type OggName = (typeof recipes)[number]['name'];
export const oggNames: readonly OggName[] = recipes.map(({ name }) => name);

/** Real Ogg streams of all kinds, a few seconds each. */
export async function makeOggStreams(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'longtake-ogg-'));
  const streams = await Promise.all(
    recipes.map(async ({ name, rate, channels, command: [program, ...args] }, index) => {
      const wav = joinPath(folder, `${index}.wav`);
      await writeSignal(wav, { rate, channels, duration: 4.3 });
      const ogg = joinPath(folder, `${index}.ogg`);
      if (program === 'ffmpeg') await tool(program, ['-v', 'error', '-nostdin', '-i', wav, ...args, ogg]);
      else if (program === 'opusenc') await tool(program, [...args, wav, ogg]);
      else await tool(program, [...args, wav, '-o', ogg]);
      return [name, new Uint8Array(await readFile(ogg))] as const;
    }),
  );
  await rm(folder, { recursive: true });
  return new Map(streams);
}

export function parseOgg(pieces: readonly Uint8Array[]): Parsed<OggHeaders> {
  return parseAll(new OggParser(), pieces);
}

/** A file of a block, written in pieces, as a recorder does, and how many sample frames it says it plays. */
export function oggFile(
  headers: OggHeaders,
  block: Block,
  isFirst: boolean,
  preRoll?: Block,
): { bytes: Buffer; samples: number } {
  const comments = {
    vendor: headers.comments.vendor,
    fields: [...headers.comments.fields, ['SOURCE', 'Täst'] as const],
  };
  const writer = new OggWriter({ headers, comments, serial: 0xfedc_ba98, isFirst, ...(preRoll ? { preRoll } : {}) });
  const file = [writer.header()];
  let rest = block;
  for (let count = 0; (rest.frames ?? []).length > 0; count += 1) {
    const [mine, others] = splitBlock(rest, 6000 + (count % 7) * 10_000);
    file.push(writer.write(mine));
    rest = others;
  }
  file.push(writer.end());
  return { bytes: join(file), samples: writer.samples };
}
