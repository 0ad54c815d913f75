import type { Day, RecordingId, SourceId } from '../../shared/units.ts';
import type { Connection, Query } from './database.ts';
import { attempt } from './libraryError.ts';

/** A closed recording, as far as its analysis is concerned. */
export interface AnalysedRecording {
  readonly id: RecordingId;
  readonly sourceId: SourceId;
  readonly day: Day;
  /** ms since 1970 UTC. */
  readonly startedAt: number;
  /** What its sections were detected with; undefined when it was never searched, or only while it was made. */
  readonly settings: string | undefined;
}

/** Which recordings come, and behind which one. */
export interface AnalysisPage {
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
  readonly sourceId?: SourceId | undefined;
  readonly after?: Pick<AnalysedRecording, 'id' | 'startedAt'> | undefined;
  readonly limit: number;
}

interface Row {
  readonly id: string;
  readonly source_id: string;
  readonly day: string;
  readonly started_at: number;
  readonly settings: string | null;
}

/** Which recordings are analysed, and how. */
export class AnalysisStore {
  readonly #page: Query<[Record<string, string | number | null>], Row>;

  constructor(connection: Connection) {
    this.#page = connection.prepare(`
      SELECT recordings.id, recordings.source_id, day, started_at, iif(live = 0, settings, NULL) AS settings
      FROM recordings LEFT JOIN detections ON detections.recording_id = recordings.id
      WHERE (started_at, recordings.id) < (@startedAt, @id) AND state IN ('complete', 'repaired')
        AND (@fromDay IS NULL OR day >= @fromDay) AND (@toDay IS NULL OR day <= @toDay)
        AND (@sourceId IS NULL OR source_id = @sourceId)
      ORDER BY started_at DESC, recordings.id DESC LIMIT @limit`);
  }

  /** Newest first. */
  page({ fromDay, toDay, sourceId, after, limit }: AnalysisPage): readonly AnalysedRecording[] {
    const rows = attempt(() =>
      this.#page.all({
        startedAt: after?.startedAt ?? Number.MAX_SAFE_INTEGER,
        id: after?.id ?? '',
        fromDay: fromDay ?? null,
        toDay: toDay ?? null,
        sourceId: sourceId ?? null,
        limit,
      }),
    );
    return rows.map((row) => ({
      id: row.id as RecordingId,
      sourceId: row.source_id as SourceId,
      day: row.day as Day,
      startedAt: row.started_at,
      settings: row.settings ?? undefined,
    }));
  }
}
