import type { Container, Recording } from '../../shared/domain/recording.ts';
import { fileExtension } from '../../shared/domain/recordingFile.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import { type Stretch, decoderStretch, unitBounds } from './bounds.ts';
import { Chain, type ChainLink, type ChainPorts } from './chain.ts';
import { cutMetadata } from './cutMetadata.ts';
import { openCutWriter } from './cutWriter.ts';
import type { LoadFlac } from './pcmSlice.ts';
import { nearestZeroCrossing } from './zeroCrossing.ts';
import { UnfinishedFile } from './unfinishedFile.ts';

/** What is cut out, without re-encoding. */
export interface CutRequest {
  /**
   * Recordings of one source in order of time: the anchor, those that follow it up to where the cut ends, and before it
   * those that the cut reaches back into. The one right before the first is welcome: decoders of Opus and Vorbis find
   * there what they need to begin. At most {@link MOST_LINKS}.
   */
  readonly recordings: readonly Recording[];
  /** Index of the recording that times count from. */
  readonly anchor: number;
  /** s from the start of the anchor; may be negative, and beyond its end. In a gap time goes by the clock. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** WAV and FLAC: moves both ends to the nearest zero crossing within 10 ms, where there is one. */
  readonly snap?: boolean;
  /** Instead of the recording's own. */
  readonly title?: string | undefined;
}

/** Where a cut really begins and ends, and what it is. */
export interface CutPlan {
  /** ms since 1970 UTC; may have fractions. `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** The same in s from the start of the anchor. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Sample frames that a player gives out. */
  readonly samples: number;
  /** Hz; of `samples`. */
  readonly sampleRate: number;
  /** Of the file, about. */
  readonly bytes: number;
  /** Recordings that audio is taken from. */
  readonly recordings: readonly Recording[];
  /** At so many places inside the cut audio is missing, and what is there was joined. */
  readonly joints: number;
  readonly container: Container;
  /** Of the file's name, without the dot. */
  readonly extension: string;
}

export interface CutPorts extends ChainPorts {
  readonly fileSystem: FileSystem;
  readonly loadFlac: LoadFlac;
}

export interface CutOptions {
  readonly signal?: AbortSignal;
  /** 0 to 1; told after each piece. */
  readonly onProgress?: (fraction: number) => void;
  /**
   * For a decoder, which leaves out the first {@link CutResult.leadSeconds}: MP3, AAC and Ogg then begin with what it
   * needs, and the bounds are exact to the sample.
   */
  readonly forDecoder?: boolean;
  /** To be joined to others: Opus without the packets before the first one that is played. */
  readonly bare?: boolean;
}

export interface CutResult extends CutPlan {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** s at the beginning of the file that are before the bounds; 0 unless it is for a decoder. */
  readonly leadSeconds: number;
  /** Where the audio of each recording begins in the file, s. */
  readonly starts: readonly number[];
  /** Of all audio that was written, s. Where Vorbis was joined over a gap it is a packet longer than its bounds. */
  readonly seconds: number;
}

/**
 * The real bounds of a cut: WAV and FLAC to the sample, others at the nearest border of a frame or packet, so that cuts
 * that follow each other have nothing missing and nothing twice. Writes nothing. Rejects with INVALID_INPUT when nothing
 * of the stretch is there, with DAMAGED, CONFLICT when the recordings' formats differ, and with Node errors.
 */
export async function planCut(request: CutRequest, ports: CutPorts): Promise<CutPlan> {
  return withChain(request, ports, async (chain) => describe(chain, await findBounds(chain, request, ports)));
}

/**
 * Writes a cut to `path` (absolute), with source, absolute start and title in it. While it is written it is named
 * `<path>.unfinished`; it gets its name once it is whole, with a number when the name is taken: nothing is overwritten.
 * The folder must exist. Memory is bounded for any length. Rejects as {@link planCut} does, with CANCELLED, DISK_FULL,
 * DISK_DENIED, DISK_ERROR; then no file is left.
 */
export async function writeCut(
  request: CutRequest,
  path: string,
  ports: CutPorts,
  { signal, onProgress, forDecoder, bare = false }: CutOptions = {},
): Promise<CutResult> {
  return withChain(request, ports, async (chain) => {
    const isExact = forDecoder === true;
    const bounds = isExact ? await findWanted(chain, request, ports) : await findBounds(chain, request, ports);
    const stretch = isExact ? await decoderStretch(chain, bounds) : bounds;
    const plan = describe(chain, bounds);
    const { recording } = chain.linkAt(stretch.from);
    const metadata = cutMetadata(recording, plan.from, request.title);
    const writer = await openCutWriter(chain, stretch, metadata, { loadFlac: ports.loadFlac, bare });
    const file = await UnfinishedFile.create(ports.fileSystem, path);
    try {
      await file.append(writer.muxer.header);
      const starts: number[] = [];
      let link: ChainLink | undefined;
      let written = 0;
      for await (const { block, position, link: own } of writer.blocks()) {
        if (signal?.aborted) throw new LongtakeError('CANCELLED', 'The cut was cancelled.');
        if (own !== link) starts.push(written / chain.sampleRate);
        link = own;
        written += block.samples;
        await file.append(writer.muxer.write(block));
        onProgress?.(Math.min(1, Math.max(0, (position - stretch.from) / (stretch.to - stretch.from))));
      }
      await file.append(writer.muxer.end());
      const payloadBytes = file.bytes - writer.muxer.header.length;
      await file.patch(writer.muxer.patches(payloadBytes));
      await file.append(writer.muxer.tail(payloadBytes));
      const { bytes } = file;
      const leadSeconds = (bounds.from - stretch.from) / chain.sampleRate;
      const seconds = written / chain.sampleRate;
      return { ...plan, bytes, leadSeconds, starts, seconds, path: await file.finish() };
    } catch (error) {
      await file.discard();
      throw error;
    }
  });
}

async function withChain<Value>(
  { recordings, anchor }: CutRequest,
  ports: CutPorts,
  work: (chain: Chain) => Promise<Value>,
): Promise<Value> {
  const chain = await Chain.open(recordings, anchor, ports);
  try {
    return await work(chain);
  } finally {
    await chain.close();
  }
}

/** Between the units that are nearest. */
async function findBounds(chain: Chain, request: CutRequest, ports: CutPorts): Promise<Stretch> {
  return unitBounds(chain, await findWanted(chain, request, ports));
}

/** To the sample. */
async function findWanted(
  chain: Chain,
  { fromSeconds, toSeconds, snap }: CutRequest,
  { loadFlac }: CutPorts,
): Promise<Stretch> {
  const wanted = { from: chain.positionAt(fromSeconds), to: chain.positionAt(toSeconds) };
  if (wanted.to <= wanted.from) {
    throw new LongtakeError('INVALID_INPUT', 'There is no audio in this time. Choose another beginning or end.');
  }
  if (snap !== true) return wanted;
  const from = await nearestZeroCrossing(chain, wanted.from, loadFlac);
  const to = await nearestZeroCrossing(chain, wanted.to, loadFlac);
  return to > from ? { from, to } : wanted;
}

function describe(chain: Chain, stretch: Stretch): CutPlan {
  const { from, to } = stretch;
  const used = chain.links.filter((link) => link.to > from && link.from < to);
  const share = ({ units, begin }: (typeof used)[number]): number =>
    Math.max(0, Math.min(to, begin + units.end) - Math.max(from, begin)) / Math.max(1, units.end);
  const { recording } = chain.first;
  return {
    from: chain.instantAt(from),
    to: chain.instantAt(to),
    fromSeconds: chain.secondsAt(from),
    toSeconds: chain.secondsAt(to),
    samples: to - from,
    sampleRate: chain.sampleRate,
    bytes: Math.round(used.reduce((sum, link) => sum + share(link) * link.recording.bytes, 0)),
    recordings: used.map((link) => link.recording),
    joints: used.slice(1).filter((link) => !link.isJoined).length,
    container: recording.container,
    extension: fileExtension(recording.container, recording.format.codec),
  };
}
