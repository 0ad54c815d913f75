import type { SourceKind } from '../../shared/domain/source.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { dayAt, type Millis, millis, samples, samplesToMillis } from '../../shared/units.ts';
import { readFileClues, resolveStart } from './fileClues.ts';
import type { FoundAudio } from './inspector.ts';
import type { RecordingRow } from './rows.ts';
import { RECORDING_NAMESPACE, SOURCE_NAMESPACE, stableId } from './stableId.ts';

/** The first instant of the year 10000, where `YYYY-MM-DD` ends; ms since 1970. */
const END_OF_DAYS = 253_402_300_800_000;

export interface FoundFile {
  readonly root: string;
  /** Relative to `root`. */
  readonly path: string;
  readonly bytes: number;
  /** ms since 1970 UTC. */
  readonly modifiedAt: number;
  readonly found: FoundAudio;
  readonly clock: Clock;
  sourceNamed(name: string): { readonly id: string; readonly kind: SourceKind | undefined } | undefined;
}

/** The row of a file that no ledger knows: from what it says itself, else from its name, else from its date. */
export function foundRow(file: FoundFile): RecordingRow {
  const { found, path, root } = file;
  const clues = readFileClues(path);
  const place = startOf(file, clues.start);
  const source = file.sourceNamed(clues.sourceName);
  return {
    id: stableId(RECORDING_NAMESPACE, `${root}\n${path}`),
    source_id: source?.id ?? stableId(SOURCE_NAMESPACE, clues.sourceName),
    source_name: clues.sourceName,
    source_kind: source?.kind ?? (found.container === 'wav' ? 'soundcard' : 'stream'),
    root,
    path,
    started_at: place.startedAt,
    offset_minutes: place.offsetMinutes,
    zone: zoneAt(place, file.clock),
    day: dayAt(place.startedAt, place.offsetMinutes),
    ...audioColumns(found, file.bytes),
    state: 'complete',
    seam: 'first',
    connection: null,
    first_sample: null,
    missing_samples: null,
    cold_frames: null,
    cold_samples: null,
    unplayed_samples: null,
    title: null,
    unmended: null,
  };
}

/**
 * A known row after its file was looked into because its size is another or nobody closed it; `bytes` is the size on
 * disk. Without `found` the file is damaged.
 */
export function inspectedRow(base: RecordingRow, found: FoundAudio | undefined, bytes: number): RecordingRow {
  if (!found) return { ...base, bytes, state: 'damaged' };
  return { ...base, ...audioColumns(found, bytes), state: base.state === 'complete' ? 'complete' : 'repaired' };
}

function audioColumns(found: FoundAudio, bytes: number) {
  const { format } = found;
  return {
    container: found.container,
    codec: format.codec,
    sample_rate: format.sampleRate,
    channels: format.channels,
    bit_depth: format.bitDepth ?? null,
    is_float: format.float === true ? 1 : null,
    bitrate: format.bitrate ?? null,
    samples: found.samples,
    // A repair may have cut a torn end.
    bytes: found.bytes || bytes,
  };
}

interface Start {
  readonly startedAt: Millis;
  readonly offsetMinutes: number;
}

function startOf(file: FoundFile, start: ReturnType<typeof readFileClues>['start']): Start {
  const { clock, found } = file;
  const named = start && resolveStart(start, clock);
  if (found.startedAt !== undefined && found.startedAt >= 0 && found.startedAt < END_OF_DAYS) {
    const startedAt = millis(found.startedAt);
    return { startedAt, offsetMinutes: found.offsetMinutes ?? start?.offsetMinutes ?? clock.offsetMinutes(startedAt) };
  }
  if (named) return named;
  const { sampleRate } = found.format;
  const duration = sampleRate > 0 ? samplesToMillis(samples(found.samples), sampleRate) : 0;
  const startedAt = millis(Math.max(0, Math.round(file.modifiedAt - duration)));
  return { startedAt, offsetMinutes: clock.offsetMinutes(startedAt) };
}

/** An IANA zone that has the offset: this computer's, else a whole hour's (whose names count westwards), else UTC. */
function zoneAt({ startedAt, offsetMinutes }: Start, clock: Clock): string {
  if (clock.offsetMinutes(startedAt) === offsetMinutes) return clock.zone();
  const hours = offsetMinutes / 60;
  if (!Number.isInteger(hours) || hours === 0) return 'UTC';
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`;
}
