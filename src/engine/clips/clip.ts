import { join } from 'node:path';
import type { Container, Recording } from '../../shared/domain/recording.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { type Stretch, unitStretch } from './bounds.ts';
import { Chain, type ChainLink, type ChainPorts } from './chain.ts';
import { type ClipBody, buildClip, flacBody, framesBody, wavBody } from './clipBody.ts';

/** A stretch of a recording, in sample frames from its start; may reach into those before and behind it. */
export interface ClipRequest {
  /** In order of time; the one before and those behind are there where audio goes on without a gap. */
  readonly recordings: readonly Recording[];
  /** Index of the recording that positions count from. */
  readonly anchor: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** A file that is made while it is read. Holds no file open. */
export interface PreparedClip {
  readonly container: Container;
  /** Exact, bytes. */
  readonly size: number;
  /** Hz. */
  readonly sampleRate: number;
  /** What is heard, in sample frames from the start of the anchor: the request, as far as it is there. */
  readonly from: number;
  readonly to: number;
  /** Sample frames at the beginning of the clip that come before `from`. */
  readonly lead: number;
  /** Bytes `first` to `last`, inclusive. Throws DAMAGED when the file is not what it was. */
  bytes(first: number, last: number): AsyncIterable<Uint8Array>;
}

/**
 * Finds out where the clip is, and how long its file will be, without reading what is in between. Rejects with
 * INVALID_INPUT when nothing of it is there, NOT_FOUND, DAMAGED, CONFLICT, and Node errors.
 */
export async function prepareClip(request: ClipRequest, ports: ChainPorts): Promise<PreparedClip> {
  const open = (): Promise<Chain> => Chain.open(request.recordings, request.anchor, ports);
  const chain = await open();
  try {
    const from = Math.max(chain.first.from, request.from);
    const to = Math.min(chain.last.to, request.to);
    if (to <= from) {
      throw new LongtakeError('INVALID_INPUT', 'There is no audio in this time. Choose another beginning or end.');
    }
    const stretch = await unitStretch(chain, { from, to });
    const body = await openBody(chain, stretch, ports, open);
    const { container } = chain.first.recording;
    const lead = from - stretch.from;
    return { container, size: body.size, sampleRate: chain.sampleRate, from, to, lead, bytes: body.bytes };
  } finally {
    await chain.close();
  }
}

async function openBody(
  chain: Chain,
  stretch: Stretch,
  ports: ChainPorts,
  reopen: () => Promise<Chain>,
): Promise<ClipBody> {
  const { units } = chain.first;
  if (units.container === 'wav') return wavBody(units, await rangesOf(chain, stretch), stretch, ports);
  if (units.container === 'ogg') return buildClip(chain, units, stretch, reopen);
  const ranges = await rangesOf(chain, stretch);
  if (units.container !== 'flac') return ranges ? framesBody(ranges, ports) : buildClip(chain, units, stretch, reopen);
  return flacBody(chain, units, ranges, stretch, ports, reopen);
}

/** The bytes of units that follow each other in a file without anything in between. */
export interface ByteRange {
  readonly link: ChainLink;
  readonly path: string;
  /** Positions of the first unit's first sample frame, and behind the last unit. */
  readonly from: number;
  readonly to: number;
  /** Bytes from the start of the file; `end` is exclusive. */
  readonly at: number;
  readonly end: number;
}

/** A range for each file; undefined where other things stand between the units. */
async function rangesOf(chain: Chain, { from, to }: Stretch): Promise<readonly ByteRange[] | undefined> {
  const ranges: ByteRange[] = [];
  for (const link of chain.links) {
    const begin = Math.max(from, link.begin);
    const end = Math.min(to, link.begin + link.units.end);
    if (begin >= end) continue;
    const path = join(link.recording.root, link.recording.path);
    if (link.units.container === 'wav') {
      const at = link.units.offsetOf(begin - link.begin);
      ranges.push({ link, path, from: begin, to: end, at, end: link.units.offsetOf(end - link.begin) });
      continue;
    }
    const first = await unitAt(link, begin);
    const last = await unitAt(link, end - 1);
    if (!first || !last) return undefined;
    ranges.push({ link, path, from: first.from, to: last.to, at: first.at, end: last.end });
  }
  return ranges;
}

/** The one unit that holds a position; undefined where its place is not certain. */
async function unitAt(
  link: ChainLink,
  position: number,
): Promise<Pick<ByteRange, 'from' | 'to' | 'at' | 'end'> | undefined> {
  const local = position - link.begin;
  for await (const { start, block, at } of link.units.runs(local, local + 1)) {
    const [frame] = block.frames ?? [];
    if (!frame || at === undefined) return undefined;
    const from = link.begin + start;
    return { from, to: from + frame.samples, at, end: at + frame.bytes };
  }
  return undefined;
}
