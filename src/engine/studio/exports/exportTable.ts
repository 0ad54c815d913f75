import { basename } from 'node:path';
import type { Section } from '../../../shared/domain/section.ts';
import type { ExportRequest } from '../../../shared/contract/exports.ts';
import type { Library } from '../../library/library.ts';
import { audacityLabels, csvTable, type TableRow } from '../../clips/export/tables.ts';

/** The text of a table of sections, and the extension of its file. */
export function exportTable(
  library: Library,
  sections: readonly Section[],
  shape: Extract<ExportRequest['shape'], 'csv' | 'audacity labels'>,
): { readonly text: string; readonly extension: string } {
  const rows = sections.map((section) => rowOf(library, section));
  if (shape === 'csv') return { text: csvTable(rows), extension: 'csv' };
  // Labels lie over one file: that of the first section, or the reel's day.
  const [first] = sections;
  const origin = first ? first.from - first.fromSeconds * 1000 : 0;
  return { text: audacityLabels(rows, origin), extension: 'txt' };
}

function rowOf(library: Library, section: Section): TableRow {
  const { verdict = '', label = '', note = '', recordingId } = section;
  return { ...section, verdict, label, note, file: basename(library.recording(recordingId)?.path ?? '') };
}
