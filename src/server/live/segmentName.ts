/**
 * A segment of a live playlist. All that a playlist says of it is in its name, so that a listing of the folder is the
 * playlist, also for a server that has just been started.
 */
export interface Segment {
  /** From 1 on, without a hole. */
  readonly number: number;
  /** The format it is in: `init_<run>.mp4` opens it. A new one begins where the format changes. */
  readonly run: number;
  /** Sample frames, and Hz. */
  readonly samples: number;
  readonly sampleRate: number;
  readonly kind: 'm4s' | 'mp3';
}

const SEGMENT = /^segment_(\d{6})_(\d{1,4})_(\d{1,9})_(\d{4,6})\.(m4s|mp3)$/;
const INIT = /^init_\d{1,4}\.mp4$/;
const END = /^end_(\d{6})$/;

export function segmentName({ number, run, samples, sampleRate, kind }: Segment): string {
  return `segment_${String(number).padStart(6, '0')}_${run}_${samples}_${sampleRate}.${kind}`;
}

export const initName = (run: number): string => `init_${run}.mp4`;

/** Says that no segment comes after `count`. */
export const endName = (count: number): string => `end_${String(count).padStart(6, '0')}`;

export const isSegmentName = (name: string): boolean => SEGMENT.test(name);
export const isInitName = (name: string): boolean => INIT.test(name);

export interface StoredSegments {
  /** From the first on, up to the first hole. */
  readonly segments: readonly Segment[];
  /** Nothing comes after them. */
  readonly ended: boolean;
}

/** What a folder with these files holds. A segment whose opening is not there does not count. */
export function readNames(names: Iterable<string>): StoredSegments {
  const found = new Map<number, Segment>();
  const inits = new Set<string>();
  let end: number | undefined;
  for (const name of names) {
    const segment = parseSegment(name);
    if (segment) found.set(segment.number, segment);
    else if (INIT.test(name)) inits.add(name);
    else end = parseEnd(name) ?? end;
  }
  const segments: Segment[] = [];
  for (let number = 1; ; number += 1) {
    const segment = found.get(number);
    if (!segment || (segment.kind === 'm4s' && !inits.has(initName(segment.run)))) break;
    segments.push(segment);
  }
  return { segments, ended: end === segments.length };
}

function parseSegment(name: string): Segment | undefined {
  const [, number, run, samples, sampleRate, kind] = SEGMENT.exec(name) ?? [];
  if (kind !== 'm4s' && kind !== 'mp3') return undefined;
  return { number: Number(number), run: Number(run), samples: Number(samples), sampleRate: Number(sampleRate), kind };
}

function parseEnd(name: string): number | undefined {
  const [, count] = END.exec(name) ?? [];
  return count === undefined ? undefined : Number(count);
}
