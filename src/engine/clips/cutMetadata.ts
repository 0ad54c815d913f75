import type { Recording } from '../../shared/domain/recording.ts';
import { zonedIso } from '../containers/bext.ts';
import { writeId3 } from '../containers/id3.ts';
import type { CommentField, Comments } from '../containers/vorbisComment.ts';

/** What a cut says about itself. */
export interface CutMetadata {
  readonly sourceName: string;
  /** ms since 1970 UTC; may have a fraction. */
  readonly startedAt: number;
  /** Minutes east of UTC at the place of recording. */
  readonly offsetMinutes: number;
  /** IANA name. */
  readonly zone: string;
  readonly title: string | undefined;
}

export function cutMetadata(recording: Recording, startedAt: number, title: string | undefined): CutMetadata {
  const { sourceName, offsetMinutes, zone } = recording;
  return { sourceName, startedAt, offsetMinutes, zone, title: title ?? recording.title };
}

const OWN_FIELDS = /^(SOURCE|DATE|TIMEZONE|ENCODED_BY|TITLE)$/i;
/** Names that can be written (Vorbis I 5.2.2). */
const WRITABLE = /^[ -<>-}]+$/;

/** For FLAC and Ogg; what else the recording says about itself is kept. */
export function cutComments(metadata: CutMetadata, { vendor, fields }: Comments): Comments {
  const own: CommentField[] = [
    ['SOURCE', metadata.sourceName],
    ['DATE', zonedIso(metadata)],
    ['TIMEZONE', metadata.zone],
    ['ENCODED_BY', 'Longtake'],
  ];
  if (metadata.title !== undefined) own.push(['TITLE', metadata.title]);
  const others = fields.filter(([name]) => WRITABLE.test(name) && !OWN_FIELDS.test(name));
  return { vendor: vendor || 'Longtake', fields: [...own, ...others] };
}

/** For MP3 and AAC. A tag's own time has no zone, so the start stands beside it with one. */
export function cutTag(metadata: CutMetadata): Uint8Array {
  const start = zonedIso(metadata);
  const title = metadata.title === undefined ? [] : [{ frame: 'TIT2', value: metadata.title } as const];
  return writeId3([
    ...title,
    { frame: 'TRSN', value: metadata.sourceName },
    { frame: 'TDRC', value: start.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length) },
    { frame: 'TSSE', value: 'Longtake' },
    { name: 'SOURCE', value: metadata.sourceName },
    { name: 'START', value: start },
    { name: 'TIMEZONE', value: metadata.zone },
  ]);
}
