import type { CutRange, ExportContent } from '../../../shared/contract/exports.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { Section } from '../../../shared/domain/section.ts';
import { type Day, type RecordingId, type SectionId, recordingId } from '../../../shared/units.ts';
import { zonedIso } from '../../containers/bext.ts';
import type { ExportPiece } from '../../clips/export/exportPlan.ts';
import { sectionLabel } from '../../clips/export/tables.ts';
import type { Library } from '../../library/library.ts';
import { recordingPath } from '../../recorder/fileName.ts';
import { millis } from '../../../shared/units.ts';

/** What is exported, with all that is known about it. */
export interface ResolvedContent {
  readonly pieces: readonly ExportPiece[];
  /** Of the content where it is made of sections, in order of time. */
  readonly sections: readonly Section[];
  /** For a person. */
  readonly title: string;
  /** Of a file that holds all of it, without extension. */
  readonly name: string;
}

const PAGE = 500;
/** Named to the second, as recordings are; the extension is cut off again. */
const PATTERN = '{source}_%Y%m%dT%H%M%S%z';

/** Rejects with NOT_FOUND for what is not there any more, and CONFLICT for a section of a recording in progress. */
export function resolveContent(library: Library, content: ExportContent): ResolvedContent {
  switch (content.kind) {
    case 'range': {
      const piece = rangePiece(library, content.range);
      return { pieces: [piece], sections: [], title: piece.title, name: piece.name };
    }
    case 'recordings': {
      const recordings = content.ids
        .map((id) => theRecording(library, id))
        .sort((one, other) => one.startedAt - other.startedAt);
      const pieces = recordings.map((recording) => wholePiece(recording));
      const title = pieces.length === 1 ? (pieces[0]?.title ?? '') : `${pieces.length} recordings`;
      return { pieces, sections: [], title, name: pieces[0]?.name ?? 'recordings' };
    }
    case 'sections':
      return ofSections(
        library,
        content.ids.map((id) => theSection(library, id)),
        `${content.ids.length} sections`,
      );
    case 'reel': {
      const starred = sectionsOf(library, content.day).filter(({ verdict }) => verdict === 'star');
      if (starred.length === 0) {
        throw new LongtakeError('NOT_FOUND', `No section of ${content.day} has a star. Give some a star with S.`);
      }
      return { ...ofSections(library, starred, `Reel of ${content.day}`), name: `Reel_${content.day}` };
    }
  }
}

function ofSections(library: Library, unordered: readonly Section[], title: string): ResolvedContent {
  const sections = [...unordered].sort((one, other) => one.from - other.from);
  const pieces = sections.map((section) => sectionPiece(library, section));
  const [only] = pieces;
  return { pieces, sections, title: pieces.length === 1 && only ? only.title : title, name: only?.name ?? 'sections' };
}

function sectionPiece(library: Library, section: Section): ExportPiece {
  const { recordingId: id, fromSeconds, toSeconds, label, score } = section;
  const piece = rangePiece(library, { recordingId: id, fromSeconds, toSeconds });
  const title = label === undefined ? `${piece.title}, +${score.toFixed(0)} dB` : `${label}, ${piece.title}`;
  return { ...piece, title, label: sectionLabel(section), tags: { ...piece.tags, title } };
}

/** A stretch of a recording, with those that it goes on in and the one before. */
export function rangePiece(library: Library, range: CutRange): ExportPiece {
  const recording = theRecording(library, range.recordingId);
  const { fromSeconds, toSeconds, snap } = range;
  const { startedAt, offsetMinutes, sourceName, format, zone } = recording;
  const length = format.sampleRate > 0 ? recording.samples / format.sampleRate : 0;
  const following = toSeconds > length ? library.chain.following(recording, startedAt + toSeconds * 1000) : [];
  if (fromSeconds >= length && following.length === 0) {
    throw new LongtakeError('INVALID_INPUT', 'The selection begins after the end of the recording.');
  }
  const before = library.chain.before(recording);
  const at = startedAt + fromSeconds * 1000;
  const name = stem(sourceName, at, offsetMinutes);
  const start = zonedIso({ startedAt: at, offsetMinutes });
  const title = `${sourceName} ${start.slice(0, 19).replace('T', ' ')}`;
  return {
    recordings: [recording, ...following],
    ...(before ? { before } : {}),
    fromSeconds,
    toSeconds,
    ...(snap === undefined ? {} : { snap }),
    format,
    name,
    title,
    label: title,
    tags: { title, artist: sourceName, date: start, comment: `${start} ${zone}` },
  };
}

function wholePiece(recording: Recording): ExportPiece {
  if (recording.state === 'recording') {
    throw new LongtakeError('CONFLICT', `${recording.path} is still being recorded. Export it when it is finished.`);
  }
  const { startedAt, offsetMinutes, sourceName, format, zone } = recording;
  const start = zonedIso({ startedAt, offsetMinutes });
  const title = recording.title ?? `${sourceName} ${start.slice(0, 19).replace('T', ' ')}`;
  return {
    recordings: [recording],
    fromSeconds: 0,
    toSeconds: Number.MAX_SAFE_INTEGER,
    format,
    name: stem(sourceName, startedAt, offsetMinutes),
    title,
    label: title,
    tags: { title, artist: sourceName, date: start, comment: `${start} ${zone}` },
  };
}

/** `Studio A_20261121T140211+0100`, safe on every system. */
function stem(sourceName: string, at: number, offsetMinutes: number): string {
  return recordingPath(PATTERN, { sourceName, at: millis(at), offsetMinutes, extension: 'x' }).slice(0, -2);
}

function theRecording(library: Library, id: RecordingId): Recording {
  const found = library.recording(id);
  if (!found) throw new LongtakeError('NOT_FOUND', 'This recording does not exist any more.');
  return found;
}

function theSection(library: Library, id: SectionId): Section {
  const [recording = '', first = ''] = id.split(':');
  const [found] = library.sections.find(theRecording(library, recordingId(recording)), [Number(first)]);
  if (!found) {
    throw new LongtakeError('NOT_FOUND', 'This section does not exist any more: it was detected with other settings.');
  }
  return found;
}

/** All sections of a day, of every source. */
function sectionsOf(library: Library, day: Day): readonly Section[] {
  const found: Section[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { recordings, total } = library.recordings({ day, offset, limit: PAGE });
    for (const recording of recordings) found.push(...library.sections.of(recording));
    if (offset + PAGE >= total) return found;
  }
}
