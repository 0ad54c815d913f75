import { type Gap, gapSchema, type Recording, recordingSchema } from '../../shared/domain/recording.ts';
import type { SourceKind } from '../../shared/domain/source.ts';
import type { SourceId } from '../../shared/units.ts';

/** Columns of `recordings`, without the generated ones. */
export interface RecordingRow {
  readonly id: string;
  readonly source_id: string;
  readonly source_name: string;
  readonly source_kind: string;
  readonly root: string;
  readonly path: string;
  readonly started_at: number;
  readonly offset_minutes: number;
  readonly zone: string;
  readonly day: string;
  readonly container: string;
  readonly codec: string;
  readonly sample_rate: number;
  readonly channels: number;
  readonly bit_depth: number | null;
  /** 1 for floating-point samples. */
  readonly is_float: number | null;
  readonly bitrate: number | null;
  readonly samples: number;
  readonly bytes: number;
  readonly state: string;
  readonly seam: string;
  readonly connection: string | null;
  readonly first_sample: number | null;
  readonly missing_samples: number | null;
  readonly cold_frames: number | null;
  readonly cold_samples: number | null;
  readonly unplayed_samples: number | null;
  readonly title: string | null;
  /** 1 while the header does not tell the length. */
  readonly unmended: number | null;
}

/** A row as it is read: with what other tables know of it. */
export interface ReadRecordingRow extends RecordingRow {
  readonly locked?: number;
}

/** Names of the columns in {@link RecordingRow}; a missing or surplus one is a type error. */
const recordingColumns: Readonly<Record<keyof RecordingRow, true>> = {
  id: true,
  source_id: true,
  source_name: true,
  source_kind: true,
  root: true,
  path: true,
  started_at: true,
  offset_minutes: true,
  zone: true,
  day: true,
  container: true,
  codec: true,
  sample_rate: true,
  channels: true,
  bit_depth: true,
  is_float: true,
  bitrate: true,
  samples: true,
  bytes: true,
  state: true,
  seam: true,
  connection: true,
  first_sample: true,
  missing_samples: true,
  cold_frames: true,
  cold_samples: true,
  unplayed_samples: true,
  title: true,
  unmended: true,
};

export const RECORDING_COLUMNS = Object.keys(recordingColumns) as readonly (keyof RecordingRow)[];

/** Columns of `gaps`. */
export interface GapRow {
  readonly id: string;
  readonly source_id: string;
  readonly source_name: string;
  readonly cause: string;
  readonly detail: string;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly day: string;
}

/** A source that the catalogue has ever seen. */
export interface KnownSource {
  readonly id: SourceId;
  readonly name: string;
  /** Absent for a source that only a gap told of. */
  readonly kind?: SourceKind;
  /** A person removed it; its recordings stay. */
  readonly removed: boolean;
}

export interface SourceRow {
  readonly id: string;
  readonly name: string;
  readonly kind: SourceKind | null;
  readonly removed: number;
}

export function toRecordingRow(recording: Recording): RecordingRow {
  const { format } = recording;
  return {
    id: recording.id,
    source_id: recording.sourceId,
    source_name: recording.sourceName,
    source_kind: recording.sourceKind,
    root: recording.root,
    path: recording.path,
    started_at: recording.startedAt,
    offset_minutes: recording.offsetMinutes,
    zone: recording.zone,
    day: recording.day,
    container: recording.container,
    codec: format.codec,
    sample_rate: format.sampleRate,
    channels: format.channels,
    bit_depth: format.bitDepth ?? null,
    is_float: format.float === true ? 1 : null,
    bitrate: format.bitrate ?? null,
    samples: recording.samples,
    bytes: recording.bytes,
    state: recording.state,
    seam: recording.seam,
    connection: recording.connection ?? null,
    first_sample: recording.firstSample ?? null,
    missing_samples: recording.missingSamples ?? null,
    cold_frames: recording.coldStart?.frames ?? null,
    cold_samples: recording.coldStart?.samples ?? null,
    unplayed_samples: recording.coldStart?.unplayed ?? null,
    title: recording.title ?? null,
    unmended: recording.unmended === true ? 1 : null,
  };
}

/** Validates a row; throws a ZodError for one that no version of Longtake wrote. */
export function fromRecordingRow(row: ReadRecordingRow): Recording {
  return recordingSchema.parse({
    id: row.id,
    sourceId: row.source_id,
    sourceName: row.source_name,
    sourceKind: row.source_kind,
    root: row.root,
    path: row.path,
    startedAt: row.started_at,
    offsetMinutes: row.offset_minutes,
    zone: row.zone,
    day: row.day,
    container: row.container,
    format: {
      codec: row.codec,
      sampleRate: row.sample_rate,
      channels: row.channels,
      ...(row.bit_depth === null ? {} : { bitDepth: row.bit_depth }),
      ...(row.is_float === 1 ? { float: true } : {}),
      ...(row.bitrate === null ? {} : { bitrate: row.bitrate }),
    },
    samples: row.samples,
    bytes: row.bytes,
    state: row.state,
    seam: row.seam,
    ...(row.connection === null ? {} : { connection: row.connection }),
    ...(row.first_sample === null ? {} : { firstSample: row.first_sample }),
    ...(row.missing_samples === null ? {} : { missingSamples: row.missing_samples }),
    ...coldStartOf(row),
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.locked === 1 ? { locked: true } : {}),
    ...(row.unmended === 1 ? { unmended: true } : {}),
  });
}

function coldStartOf(row: RecordingRow): object {
  if (row.cold_frames === null || row.cold_samples === null) return {};
  const unplayed = row.unplayed_samples === null ? {} : { unplayed: row.unplayed_samples };
  return { coldStart: { frames: row.cold_frames, samples: row.cold_samples, ...unplayed } };
}

export function toGapRow(gap: Gap): GapRow {
  return {
    id: gap.id,
    source_id: gap.sourceId,
    source_name: gap.sourceName,
    cause: gap.cause,
    detail: gap.detail,
    began_at: gap.from,
    ended_at: gap.to ?? null,
    day: gap.day,
  };
}

/** Validates a row; throws a ZodError for one that no version of Longtake wrote. */
export function fromGapRow(row: GapRow): Gap {
  return gapSchema.parse({
    id: row.id,
    sourceId: row.source_id,
    sourceName: row.source_name,
    cause: row.cause,
    detail: row.detail,
    from: row.began_at,
    ...(row.ended_at === null ? {} : { to: row.ended_at }),
    day: row.day,
  });
}
