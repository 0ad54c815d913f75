import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { Block } from '../../src/engine/containers/block.ts';
import { splitBlock } from '../../src/engine/containers/block.ts';
import { type FlacHeaders, FlacParser } from '../../src/engine/containers/flac/flacParser.ts';
import { FlacWriter } from '../../src/engine/containers/flac/flacWriter.ts';
import { readFlacFrameHeader, renumberFrame } from '../../src/engine/containers/flac/frameHeader.ts';
import type { Patch } from '../../src/engine/containers/wav.ts';
import { join, tool, writeSignal } from './codedAudio.ts';
import { type Parsed, parseAll } from './streamParts.ts';

export function parseFlac(pieces: readonly Uint8Array[]): Parsed<FlacHeaders> {
  return parseAll(new FlacParser(), pieces);
}

/** A file of a block, written in pieces and patched now and then, as a recorder does. */
export function flacFile(headers: FlacHeaders, block: Block, seekPoints = 10): Buffer {
  const comments = { vendor: 'Longtake', fields: [['TITLE', 'Täst']] as const };
  const writer = new FlacWriter({ format: headers.format, comments, seekPoints });
  const file = [writer.header()];
  const patches: Patch[] = [];
  let written = 0;
  let rest = block;
  for (let count = 0; rest.samples > 0; count += 1) {
    const [mine, others] = splitBlock(rest, 20_000 + (count % 7) * 9000);
    const payload = writer.write(mine);
    file.push(payload);
    written += payload.length;
    rest = others;
    patches.push(...writer.patch(written >> 1));
  }
  const bytes = join(file);
  for (const patch of [...patches, ...writer.patch(written)]) bytes.set(patch.bytes, patch.offset);
  return bytes;
}

/** The frames of several streams as one of variable block size, with a header that says so. */
function asVariable(parsed: readonly Parsed<FlacHeaders>[]): Buffer {
  let position = 0;
  const frames: Uint8Array[] = [];
  for (const { bytes, frames: lengths } of parsed) {
    let at = 0;
    for (const length of lengths) {
      const frame = bytes.subarray(at, at + length.bytes);
      const header = readFlacFrameHeader(frame, 0);
      if (!header) throw new Error('no frame');
      frames.push(renumberFrame(frame, header, position, true));
      position += length.samples;
      at += length.bytes;
    }
  }
  return join(frames);
}

const recipes = [
  { name: '44.1 kHz stereo', rate: 44_100, channels: 2, bits: 16, args: ['-8'] },
  { name: '48 kHz mono, small blocks', rate: 48_000, channels: 1, bits: 16, args: ['-0', '-b', '576'] },
  { name: '96 kHz, 24 bit, 6 channels', rate: 96_000, channels: 6, bits: 24, args: ['-5'] },
  { name: '11025 Hz, odd block size', rate: 11_025, channels: 2, bits: 16, args: ['--lax', '-b', '1001'] },
  {
    name: '37800 Hz, uncompressed',
    rate: 37_800,
    channels: 2,
    bits: 16,
    args: ['--lax', '--disable-fixed-subframes', '-0'],
  },
] as const;

export const flacNames = [...recipes.map(({ name }) => name), 'variable block size, without a header'] as const;
export type FlacName = (typeof flacNames)[number];

/** Real FLAC streams of all kinds. */
export async function makeFlacStreams(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'longtake-flac-'));
  const streams = await Promise.all(
    recipes.map(async ({ name, rate, channels, bits, args }, index) => {
      const wav = joinPath(folder, `${index}.wav`);
      await writeSignal(wav, { rate, channels, bits, duration: 3.1 });
      const flac = joinPath(folder, `${index}.flac`);
      await tool('flac', ['-s', '-f', ...args, '-T', 'TITLE=On air', '-T', 'ARTIST=Nobody', wav, '-o', flac]);
      return [name, new Uint8Array(await readFile(flac))] as const;
    }),
  );
  await rm(folder, { recursive: true });
  const all = new Map<string, Uint8Array>(streams);
  const parsed = parseFlac([...all.values()].slice(0, 1));
  return all.set('variable block size, without a header', asVariable([parsed, parsed]));
}
