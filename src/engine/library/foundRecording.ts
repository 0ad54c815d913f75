import type { Recording } from '../../shared/domain/recording.ts';
import { type FoundFile, foundRow } from './foundRow.ts';
import { fromRecordingRow } from './rows.ts';

/** A file that nobody told of, as a recording: what a rescan of its folder would make of it. */
export function foundRecording(file: FoundFile): Recording {
  return fromRecordingRow(foundRow(file));
}
