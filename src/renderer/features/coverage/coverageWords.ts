import type { ArmedSpan, Coverage, Missing, SourceCoverage } from '../../../shared/domain/coverage.ts';
import { count } from '../../format/quantity.ts';
import { exactDuration, nearestSecond, wallTime } from '../../format/time.ts';
import type { ArmingMark } from '../../stores/armingMarks.ts';

/** Captured and armed time of several sources together, ms. */
export interface Share {
  readonly armedMs: number;
  readonly capturedMs: number;
}

export function together(sources: readonly Share[]): Share {
  return sources.reduce(
    (sum, { armedMs, capturedMs }) => ({
      armedMs: sum.armedMs + armedMs,
      capturedMs: sum.capturedMs + capturedMs,
    }),
    { armedMs: 0, capturedMs: 0 },
  );
}

/** `99.98 %`, cut and not rounded: only what is whole is called 100 %. Empty when nothing was armed. */
export function percent({ armedMs, capturedMs }: Share): string {
  if (armedMs <= 0) return '';
  // Sums of milliseconds are off by less than this.
  if (armedMs - capturedMs < 1) return '100 %';
  return `${(Math.floor((capturedMs / armedMs) * 10_000) / 100).toFixed(2)} %`;
}

const causes: Readonly<Record<Missing['cause'], string>> = {
  'device lost': 'device lost',
  'stream lost': 'stream lost',
  'server refused': 'refused by the server',
  'disk full': 'disk full',
  'disk error': 'disk error',
  'too slow': 'computer too slow',
  crash: 'recorder stopped',
  asleep: 'computer asleep',
  paused: 'paused',
  starting: 'input being opened',
  unexplained: 'unexplained',
};

export const missingCause = (cause: Missing['cause']): string => causes[cause];

/** A stretch that ends with the coverage itself lasts: the two are a moment apart. */
const LASTS_MS = 2000;

/** Without the time that inputs of `opening` sources have been waited for: nobody knows yet whether it is lost. */
export function withoutOpening(coverage: Coverage, opening: ReadonlySet<string>): Coverage {
  if (opening.size === 0) return coverage;
  const sources = coverage.sources.map((source) => {
    const waiting = source.missing.filter(({ cause, to }) => cause === 'starting' && coverage.to - to < LASTS_MS);
    if (waiting.length === 0 || !opening.has(source.sourceId)) return source;
    const ms = waiting.reduce((sum, { from, to }) => sum + to - from, 0);
    return {
      ...source,
      armedMs: Math.max(0, source.armedMs - ms),
      missing: source.missing.filter((stretch) => !waiting.includes(stretch)),
      missingCount: source.missingCount - waiting.length,
    };
  });
  return { ...coverage, sources };
}

/** Time of day without seconds where they are nothing to look for: `03:12`. */
const timeOf = (at: number, offsetMinutes: number): string => wallTime(at, offsetMinutes).slice(0, 5);

/** `14 s`, `0.4 s`, `0:03:10`. */
export function missingLength(ms: number): string {
  if (ms < 50) return 'under 0.1 s';
  if (ms >= 9950 && ms < 59_500) return `${Math.round(ms / 1000)} s`;
  return exactDuration(ms);
}

/** The day in a line: `99.98 %, 14 s missing at 03:12, stream lost`. Empty when nothing was armed. */
export function coverageLine({ sources }: Pick<Coverage, 'sources'>, offsetMinutes: number): string {
  const share = together(sources);
  const known = percent(share);
  const stretches = sources.reduce((sum, { missingCount }) => sum + missingCount, 0);
  const missingMs = share.armedMs - share.capturedMs;
  if (known === '' || stretches === 0) return known;
  const [first] = sources.flatMap(({ missing }) => missing);
  const length = `${known}, ${missingLength(missingMs)} missing`;
  if (stretches > 1 || !first) return `${length} in ${stretches} places`;
  return `${length} at ${timeOf(nearestSecond(first.from), offsetMinutes)}, ${missingCause(first.cause)}`;
}

/** What else is worth knowing about a source's time. */
export function asides({ pausedMs, deletedMs }: SourceCoverage): string {
  return [
    pausedMs > 0 ? `${exactDuration(pausedMs)} paused` : '',
    deletedMs >= 1 ? `${exactDuration(deletedMs)} of it deleted since` : '',
  ]
    .filter(Boolean)
    .join(', ');
}

const reasons: Readonly<Record<string, string>> = {
  person: 'Recording ended.',
  quit: 'Recording ended when Longtake was quit.',
  removed: 'Recording ended when the source was removed.',
  changed: 'Recording ended for a change of the source.',
  'maximum length': 'Recording ended at its maximum length.',
  crash: 'Recording ended when Longtake or the computer stopped without a word.',
};

export function armingWords({ what, reason }: Pick<ArmingMark, 'what' | 'reason'>): string {
  if (what === 'began') return 'Set to record.';
  return reasons[reason ?? 'person'] ?? `Recording ended: ${reason}.`;
}

/** `08:00 → 17:30, since 18:02`. */
export function armedWords(spans: readonly ArmedSpan[], offsetMinutes: number): string {
  const shown = spans.slice(0, 3).map(({ from, to, began, ended }) => {
    const start = began ? timeOf(from, offsetMinutes) : 'midnight';
    if (!began && !ended) return 'all the time';
    if (to === undefined) return `since ${start}`;
    return `${start} → ${ended ? timeOf(to, offsetMinutes) : 'midnight'}`;
  });
  const more = spans.length - shown.length;
  return [...shown, ...(more > 0 ? [count(more, 'more time')] : [])].join(', ');
}
