import type { Block } from '../containers/block.ts';
import { canReencode } from '../containers/flac/flacSamples.ts';
import type { Stretch } from './bounds.ts';
import type { Chain, ChainLink } from './chain.ts';
import type { CutMetadata } from './cutMetadata.ts';
import { type CutMuxer, flacMuxer, framesMuxer, keepsFrameSize, oggMuxer, wavMuxer } from './cutMuxers.ts';
import { FlacTrimmer } from './flacCut.ts';
import { leadStart } from './lead.ts';
import type { LoadFlac } from './pcmSlice.ts';
import { withoutBefore } from './units/unitFile.ts';
import type { FlacUnits } from './units/flacUnits.ts';
import type { OggUnits } from './units/oggUnits.ts';

/** A block for the file, and the position behind it. */
export interface PlacedBlock {
  readonly block: Block;
  readonly position: number;
  /** It comes from. */
  readonly link: ChainLink;
}

export interface CutWriter {
  readonly muxer: CutMuxer;
  /** Everything that the muxer is to be given, once. */
  blocks(): AsyncGenerator<PlacedBlock>;
}

/** Makes a file of a stretch that begins and ends where {@link unitBounds} allows. */
export async function openCutWriter(
  chain: Chain,
  stretch: Stretch,
  metadata: CutMetadata,
  { loadFlac, bare }: { readonly loadFlac: LoadFlac; readonly bare: boolean },
): Promise<CutWriter> {
  const { units } = chain.first;
  switch (units.container) {
    case 'wav':
      return { muxer: wavMuxer(units, metadata), blocks: () => plainBlocks(chain, stretch) };
    case 'mp3':
    case 'adts':
      return { muxer: framesMuxer(metadata), blocks: () => plainBlocks(chain, stretch) };
    case 'flac':
      return openFlacWriter(chain, units, stretch, metadata, loadFlac);
    case 'ogg':
      return openOggWriter(chain, units, stretch, metadata, bare);
  }
}

async function* plainBlocks(chain: Chain, { from, to }: Stretch): AsyncGenerator<PlacedBlock> {
  for await (const { start, block, link } of chain.runs(from, to)) {
    yield { block, position: start + block.samples, link };
  }
}

async function openFlacWriter(
  chain: Chain,
  units: FlacUnits,
  stretch: Stretch,
  metadata: CutMetadata,
  loadFlac: LoadFlac,
): Promise<CutWriter> {
  const { format } = units.headers;
  const isFixed = keepsFrameSize(chain, stretch.from, stretch.to);
  const muxer = flacMuxer(units, { ...format, variable: !isFixed }, metadata);
  if (!canReencode(format)) return { muxer, blocks: () => plainBlocks(chain, stretch) };
  const trimmer = new FlacTrimmer(await loadFlac(), format, stretch);
  return {
    muxer,
    async *blocks() {
      for await (const run of chain.runs(stretch.from, stretch.to)) {
        yield { block: trimmer.take(run), position: run.start + run.block.samples, link: run.link };
      }
    },
  };
}

/** What the decoder needs before the first packet goes first, and is not played. */
async function openOggWriter(
  chain: Chain,
  units: OggUnits,
  stretch: Stretch,
  metadata: CutMetadata,
  bare: boolean,
): Promise<CutWriter> {
  const isBare = bare && units.headers.codec === 'opus';
  const begin = isBare ? stretch.from : await leadStart(chain, stretch.from);
  const lead = await readLead(chain, begin, stretch.from);
  return {
    muxer: oggMuxer(units, lead, metadata),
    async *blocks() {
      for await (const run of chain.runs(begin, stretch.to)) {
        const own = withoutBefore(run, stretch.from);
        if (own) yield { block: own.block, position: own.start + own.block.samples, link: run.link };
      }
    },
  };
}

/** Units that end at or before `from`. Its samples are what is not to be played, also of the unit behind them. */
export async function readLead(chain: Chain, begin: number, from: number): Promise<Block> {
  const parts: Uint8Array[] = [];
  const frames: { readonly bytes: number; readonly samples: number }[] = [];
  let first: number | undefined;
  // The first packet of Vorbis ends where it begins, which may be at `from`.
  for await (const { start, block } of chain.runs(begin, from + 1)) {
    first ??= start;
    let position = start;
    let at = 0;
    for (const frame of block.frames ?? []) {
      if (position + frame.samples > from) break;
      parts.push(Uint8Array.from(block.bytes.subarray(at, at + frame.bytes)));
      frames.push(frame);
      position += frame.samples;
      at += frame.bytes;
    }
  }
  return { bytes: Buffer.concat(parts), samples: first === undefined ? 0 : from - first, frames };
}
