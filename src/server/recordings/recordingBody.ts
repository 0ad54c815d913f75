import type { ServerContext } from '../context.ts';
import type { Recording } from '../model.ts';
import { naiveTime, naiveTimeOrNull } from '../naiveTime.ts';
import { waitingOf } from '../stitch/waiting.ts';
import { expiresAt } from './recordings.ts';

/** What of a recording is told only where there is something to tell: beside Speakr's names. */
export async function warningOf(context: ServerContext, recording: Recording): Promise<{ readonly warning?: string }> {
  const warning = await waitingOf(context, recording);
  return warning === undefined ? {} : { warning };
}

/** A recording as the API tells it, by Speakr's names. The text of a failure is where Speakr has it, too. */
export function recordingBody({ config }: ServerContext, recording: Recording): Readonly<Record<string, unknown>> {
  const { file } = recording;
  return {
    id: recording.id,
    title: recording.title,
    notes: recording.notes ?? null,
    status: recording.status,
    transcription: recording.error ?? null,
    error_message: recording.error ?? null,
    mime_type: file?.mimeType ?? recording.mimeType,
    file_size: file?.bytes ?? null,
    sha256: file?.sha256 ?? null,
    duration: file?.durationMs === undefined ? null : file.durationMs / 1000,
    source: recording.source ?? null,
    meeting_date: recording.meetingDate ?? null,
    folder_id: recording.folderId ?? null,
    tag_ids: recording.tagIds,
    // A client whose answer was lost knows its file by it, also while it is being put together.
    original_filename: recording.metadata['original_filename'] ?? null,
    session_id: recording.sessionId,
    incomplete: recording.incomplete ?? null,
    created_at: naiveTime(recording.createdAt),
    completed_at: naiveTimeOrNull(recording.completedAt),
    expires_at: naiveTimeOrNull(expiresAt(recording, config)),
  };
}
