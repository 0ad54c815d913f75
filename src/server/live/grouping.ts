import { assertNever } from '../../shared/assertNever.ts';
import { fragment, segmentType } from '../../engine/containers/fmp4/fragment.ts';
import { initSegment } from '../../engine/containers/fmp4/initSegment.ts';
import { timestampTag } from './packedAudio.ts';
import { SEGMENT_SECONDS } from './playlist.ts';
import type { Segment } from './segmentName.ts';
import { type CodedUnit, sameFormat, type TrackFormat, type UnitRun } from './track.ts';

/** What is already there, and need not be made again. */
export interface Position {
  /** Segments. */
  readonly count: number;
  /** Format of the last one; 0 before the first. */
  readonly run: number;
  /** Sample frames in that format. */
  readonly samples: number;
  /** Sample frames in all formats, each at its own rate. */
  readonly allSamples: number;
}

export const AT_START: Position = { count: 0, run: 0, samples: 0, allSamples: 0 };

export interface MadeSegment {
  readonly segment: Segment;
  readonly bytes: Uint8Array;
  /** Of a format that begins here: what its segments are opened with. */
  readonly init?: Uint8Array;
}

export function positionAfter(segments: readonly Segment[]): Position {
  const run = segments.at(-1)?.run ?? 0;
  let samples = 0;
  let allSamples = 0;
  for (const segment of segments) {
    allSamples += segment.samples;
    if (segment.run === run) samples += segment.samples;
  }
  return { count: segments.length, run, samples, allSamples };
}

/**
 * Frames to segments of at most {@link SEGMENT_SECONDS}. How they are cut depends on the frames alone, so that a second
 * pass makes the same ones: the first `done.count` are passed over when `units` begin at the start, and `from` says
 * where they begin when they do not.
 */
export async function* segmentsOf(
  units: AsyncIterable<UnitRun>,
  done: Position,
  from: Position = AT_START,
): AsyncGenerator<MadeSegment> {
  let { count, run, samples: before } = from;
  let format: TrackFormat | undefined;
  let waiting: CodedUnit[] = [];
  let samples = 0;

  /** The frames that wait are a segment; undefined where there are none, or where it is there already. */
  const close = (track: TrackFormat): MadeSegment | undefined => {
    if (samples === 0) return undefined;
    count += 1;
    const segment = { number: count, run, samples, sampleRate: track.sampleRate, kind: kindOf(track) } as const;
    const made = count > done.count ? { segment, ...packed(track, segment, before, waiting) } : undefined;
    before += samples;
    waiting = [];
    samples = 0;
    return made;
  };

  for await (const piece of units) {
    if (!format || !sameFormat(format, piece.format)) {
      const last = format && close(format);
      if (last) yield last;
      if (format || run === 0) {
        run += 1;
        before = 0;
      }
      format = piece.format;
    }
    const most = SEGMENT_SECONDS * format.sampleRate;
    for (const unit of piece.units) {
      if (samples + unit.samples > most) {
        const made = close(format);
        if (made) yield made;
      }
      waiting.push(unit);
      samples += unit.samples;
    }
  }
  const last = format && close(format);
  if (last) yield last;
}

const kindOf = ({ codec }: TrackFormat): Segment['kind'] => (codec === 'aac' ? 'm4s' : 'mp3');

function packed(
  format: TrackFormat,
  { number }: Segment,
  before: number,
  units: readonly CodedUnit[],
): Omit<MadeSegment, 'segment'> {
  switch (format.codec) {
    case 'aac':
      return {
        bytes: Buffer.concat([
          segmentType(),
          fragment({ sequence: number, decodeTime: before, blocks: units.map(({ bytes }) => bytes) }),
        ]),
        ...(before === 0 ? { init: initSegment(format) } : {}),
      };
    case 'mp3':
      return {
        bytes: Buffer.concat([timestampTag(before / format.sampleRate), ...units.map(({ bytes }) => bytes)]),
      };
    default:
      return assertNever(format);
  }
}
