import { join } from 'node:path';
import type { Recording } from '../../shared/domain/recording.ts';
import { nextSample } from '../../shared/domain/recordingFile.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { FileSystem, OpenFile } from '../../shared/ports/fileSystem.ts';
import { areAlike } from '../containers/streamHeaders.ts';
import { vorbisOverlap } from '../containers/ogg/vorbisOverlap.ts';
import { type AnyUnits, openUnits, rateOf } from './units/openUnits.ts';
import type { FrameIndexes } from './frameIndexes.ts';
import { type UnitRun, withoutBefore, withoutBehind } from './units/unitFile.ts';

export interface ChainPorts {
  readonly fileSystem: Pick<FileSystem, 'openForReading'>;
  /** Where indexes of MP3 and AAC files are kept. */
  readonly frameIndexes?: FrameIndexes;
}

/**
 * Consecutive recordings of one source as one run of units. Positions count sample frames; 0 is what a player gives
 * out first of the recording that is the anchor.
 */
export interface ChainLink {
  readonly recording: Recording;
  readonly units: AnyUnits;
  /** Position of the first sample frame of the file's first unit. */
  readonly begin: number;
  /** Position of what a player of this file alone gives out first. */
  readonly from: number;
  /** Position behind its end. */
  readonly to: number;
  /** It goes on where the link before ends, to the sample. */
  readonly isJoined: boolean;
  /** Seconds from the start of the anchor at which it begins: counted within a connection, else by the clock. */
  readonly fromSeconds: number;
}

export const MOST_LINKS = 500;

export class Chain {
  readonly links: readonly ChainLink[];
  readonly #files: readonly OpenFile[];

  private constructor(links: readonly ChainLink[], files: readonly OpenFile[]) {
    this.links = links;
    this.#files = files;
  }

  /**
   * Opens the files of recordings that are in order of time; `anchor` is the index of the one that times count from.
   * Close it. Rejects with NOT_FOUND, DAMAGED, CONFLICT when they cannot be one file, and with Node errors.
   */
  static async open(recordings: readonly Recording[], anchor: number, ports: ChainPorts): Promise<Chain> {
    if (recordings.length > MOST_LINKS) throw tooMany();
    const files: OpenFile[] = [];
    try {
      const all: AnyUnits[] = [];
      for (const recording of recordings) {
        const file = await ports.fileSystem.openForReading(join(recording.root, recording.path));
        files.push(file);
        const size = await file.size();
        const read = (from: number, length: number) => file.read(from, Math.max(0, Math.min(length, size - from)));
        const reader = { size, read };
        const units = await openUnits(reader, recording.container, { kept: await ports.frameIndexes?.get(recording) });
        await ports.frameIndexes?.keep(recording, units);
        all.push(units);
      }
      return new Chain(placeLinks(recordings, all, anchor), files);
    } catch (error) {
      await Promise.all(files.map((file) => file.close()));
      throw error;
    }
  }

  /** Hz. */
  get sampleRate(): number {
    return rateOf(this.first.units);
  }

  get first(): ChainLink {
    return at(this.links, 0);
  }

  get last(): ChainLink {
    return at(this.links, this.links.length - 1);
  }

  /** The link that holds a position, or the nearest one. */
  linkAt(position: number): ChainLink {
    return this.links.findLast((link) => link.from <= position) ?? this.first;
  }

  /** The position of a time, seconds from the start of the anchor. In a gap it is where the recording before ends. */
  positionAt(seconds: number): number {
    const index = Math.max(
      0,
      this.links.findLastIndex((one) => one.fromSeconds <= seconds),
    );
    const link = at(this.links, index);
    const next = this.links[index + 1];
    const end = next?.isJoined ? next.from : link.to;
    const position = link.from + Math.round((seconds - link.fromSeconds) * this.sampleRate);
    return Math.max(this.first.from, Math.min(end, position));
  }

  /** The time of a position, seconds from the start of the anchor. */
  secondsAt(position: number): number {
    const link = this.linkAt(position);
    return link.fromSeconds + (position - link.from) / this.sampleRate;
  }

  /** The instant of a position, ms since 1970 UTC. */
  instantAt(position: number): number {
    const { recording, from } = this.linkAt(position);
    return recording.startedAt + ((position - from) * 1000) / this.sampleRate;
  }

  /** Units from the one that holds `from` to the last one that begins before `to`. */
  async *runs(from: number, to: number): AsyncGenerator<UnitRun & { readonly link: ChainLink }> {
    let last: Uint8Array | undefined;
    for (const [index, link] of this.links.entries()) {
      if (link.to <= from && index < this.links.length - 1) continue;
      if (link.begin - (isVorbis(link.units) ? MOST_OVERLAP : 0) >= to) return;
      const end = Math.max(1, to - link.begin);
      for await (const run of link.units.runs(from - link.begin, end)) {
        const placed = { ...run, start: run.start + link.begin };
        const warm = index > 0 && run.start === 0 ? withFirst(link, placed, last) : placed;
        const within = withoutBehind(warm, to) ?? (warm.block.frames ? undefined : warm);
        const cut = within && (warm.block.frames ? withoutBefore(within, from) : within);
        if (cut) yield { ...cut, link };
        last = lastUnit(run) ?? last;
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}

/** No first packet of Vorbis adds more. */
const MOST_OVERLAP = 8192;

function placeLinks(recordings: readonly Recording[], all: readonly AnyUnits[], anchor: number): ChainLink[] {
  const links: ChainLink[] = [];
  for (const [index, recording] of recordings.entries()) {
    const units = at(all, index);
    const before = links.at(-1);
    if (before && !canJoin(before.units, units)) throw unlike();
    const isJoined = before !== undefined && follows(before.recording, recording);
    const unplayed = recording.coldStart?.unplayed ?? 0;
    const overlap = isVorbis(units) ? unplayed : 0;
    const from = before ? before.to + (isJoined ? unplayed : overlap) : 0;
    const begin = before && !isJoined ? before.to + overlap : from - units.origin;
    const clock = before ? (recording.startedAt - before.recording.startedAt) / 1000 : 0;
    const counted = before ? (from - before.from) / rateOf(units) : 0;
    const fromSeconds = (before?.fromSeconds ?? 0) + (isJoined ? counted : Math.max(clock, counted));
    links.push({ recording, units, begin, from, to: begin + units.end, isJoined, fromSeconds });
  }
  const { from, fromSeconds } = at(links, anchor);
  return links.map((link) => ({
    ...link,
    begin: link.begin - from,
    from: link.from - from,
    to: link.to - from,
    fromSeconds: link.fromSeconds - fromSeconds,
  }));
}

/** By the counters of their connection nothing is missing between them. */
export function follows(before: Recording, after: Recording): boolean {
  if (before.connection === undefined || before.connection !== after.connection) return false;
  return after.firstSample !== undefined && nextSample(before) === after.firstSample;
}

function isVorbis(units: AnyUnits): boolean {
  return units.container === 'ogg' && units.headers.codec === 'vorbis';
}

/** One decoder decodes both, one behind the other. */
function canJoin(one: AnyUnits, other: AnyUnits): boolean {
  if (one.container === 'wav' && other.container === 'wav') {
    const [left, right] = [one.header, other.header];
    return (
      left.sampleRate === right.sampleRate &&
      left.channels === right.channels &&
      left.bitDepth === right.bitDepth &&
      left.float === right.float
    );
  }
  if (one.container === 'flac' && other.container === 'flac') {
    const [left, right] = [one.headers.format, other.headers.format];
    return left.sampleRate === right.sampleRate && left.channels === right.channels && left.bitDepth === right.bitDepth;
  }
  if (one.container === 'ogg' && other.container === 'ogg') {
    const [left, right] = [one.headers, other.headers];
    return areAlike({ container: 'ogg', headers: left }, { container: 'ogg', headers: right });
  }
  return (
    'format' in one && 'format' in other && one.container === other.container && one.format.key === other.format.key
  );
}

/** The first packet of a Vorbis file has samples once the packet before it is there. */
function withFirst(link: ChainLink, run: UnitRun, before: Uint8Array | undefined): UnitRun {
  const { units, recording, isJoined } = link;
  const [first, ...others] = run.block.frames ?? [];
  if (units.container !== 'ogg' || units.headers.codec !== 'vorbis' || first?.samples !== 0) return run;
  const known = isJoined ? recording.coldStart?.unplayed : undefined;
  const packet = run.block.bytes.subarray(0, first.bytes);
  const samples = known ?? (before ? vorbisOverlap(units.headers, before, packet) : 0);
  return {
    ...run,
    start: run.start - samples,
    block: { ...run.block, samples: run.block.samples + samples, frames: [{ bytes: first.bytes, samples }, ...others] },
  };
}

function lastUnit({ block }: UnitRun): Uint8Array | undefined {
  const last = block.frames?.at(-1);
  return last && Uint8Array.from(block.bytes.subarray(block.bytes.length - last.bytes));
}

function at<Value>(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (value === undefined) throw new RangeError('There is no recording to read.');
  return value;
}

function unlike(): LongtakeError {
  return new LongtakeError(
    'CONFLICT',
    'These recordings cannot be one file: their formats differ. Cut them one by one, or convert them.',
  );
}

function tooMany(): LongtakeError {
  return new LongtakeError('INVALID_INPUT', `A cut spans at most ${MOST_LINKS} recordings. Choose a shorter time.`);
}
