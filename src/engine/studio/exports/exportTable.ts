import { basename, extname } from 'node:path';
import type { Section } from '../../../shared/domain/section.ts';
import type { FileSystem } from '../../../shared/ports/fileSystem.ts';
import { audacityLabels, csvTable, sectionLabel, type TableRow } from '../../clips/export/tables.ts';
import { UnfinishedFile } from '../../clips/unfinishedFile.ts';
import type { Library } from '../../library/library.ts';

/** The text of a table of sections. */
export function sectionTable(library: Library, sections: readonly Section[]): string {
  return csvTable(sections.map((section) => rowOf(library, section)));
}

/** A label track for each recording that has some of the sections, at their times in its own file. */
export function labelTracks(
  library: Library,
  sections: readonly Section[],
): readonly { readonly name: string; readonly text: string }[] {
  const byRecording = new Map<Section['recordingId'], Section[]>();
  for (const section of sections) {
    const own = byRecording.get(section.recordingId);
    if (own) own.push(section);
    else byRecording.set(section.recordingId, [section]);
  }
  return [...byRecording].map(([id, own]) => {
    const file = basename(library.recording(id)?.path ?? '');
    const labels = own
      .toSorted((one, other) => one.fromSeconds - other.fromSeconds)
      .map((section) => ({ from: section.fromSeconds, to: section.toSeconds, text: sectionLabel(section) }));
    return { name: file.slice(0, file.length - extname(file).length), text: audacityLabels(labels) };
  });
}

/** Returns the path that it got: with a number where the name was taken. Rejects with DISK_FULL, DISK_DENIED, ... */
export async function writeText(fileSystem: FileSystem, path: string, text: string): Promise<string> {
  const file = await UnfinishedFile.create(fileSystem, path);
  try {
    await file.append(new TextEncoder().encode(text));
    return await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function rowOf(library: Library, section: Section): TableRow {
  const { verdict = '', label = '', note = '', recordingId } = section;
  return { ...section, verdict, label, note, file: basename(library.recording(recordingId)?.path ?? '') };
}
