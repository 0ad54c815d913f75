import type { Recording } from '../../shared/domain/recording.ts';
import { zonedIso } from '../containers/bext.ts';
import { type Id3Text, writeId3 } from '../containers/id3.ts';
import { type CommentField, type Comments, valueOf } from '../containers/vorbisComment.ts';

/**
 * What a FLAC or Ogg file says about itself: the source, when it began where it was recorded, and what was on air.
 * `own`: what the stream says about itself, which is kept behind it.
 */
export function recordingComments(recording: Recording, own?: Comments): Comments {
  const { sourceName, startedAt, offsetMinutes, zone, title } = recording;
  const fields: CommentField[] = [
    ['SOURCE', sourceName],
    ['DATE', zonedIso({ startedAt, offsetMinutes })],
    ['TIMEZONE', zone],
    ['ENCODED_BY', 'Longtake'],
  ];
  if (title !== undefined && !(own && valueOf(own, 'TITLE'))) fields.push(['TITLE', title]);
  if (!own) return { vendor: 'Longtake', fields };
  return { vendor: own.vendor, fields: [...fields, ...own.fields.filter(isWritable)] };
}

/** What a file of MP3 or AAC begins with. */
export interface RecordingTag {
  readonly bytes: Uint8Array;
  /** The same tag, of the same length, with the first title that came after it was written. */
  titled(title: string): Uint8Array;
}

/** A station tells what is on air in its first second or so: then the file is open already. */
const TITLE_ROOM = 1024;
/** So many characters fit there, whatever their script. */
const LONGEST_LATE_TITLE = 330;

/** The same for a file of MP3 or AAC, as ID3. Its own time has no zone, so the start stands beside it with one. */
export function recordingTag({ sourceName, startedAt, offsetMinutes, zone, title }: Recording): RecordingTag {
  const start = zonedIso({ startedAt, offsetMinutes });
  const texts: Id3Text[] = [
    { frame: 'TRSN', value: sourceName },
    { frame: 'TDRC', value: start.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length) },
    { frame: 'TSSE', value: 'Longtake' },
    { name: 'SOURCE', value: sourceName },
    { name: 'START', value: start },
    { name: 'TIMEZONE', value: zone },
  ];
  const withTitle = (value: string, length?: number): Uint8Array =>
    writeId3([{ frame: 'TIT2', value }, ...texts], length);
  if (title !== undefined) {
    const bytes = withTitle(title);
    return { bytes, titled: () => bytes };
  }
  const bytes = writeId3(texts, writeId3(texts).length + TITLE_ROOM);
  return { bytes, titled: (late) => withTitle(late.slice(0, LONGEST_LATE_TITLE), bytes.length) };
}

/** What a stream names its fields is anything; a name that is not allowed cannot be written (Vorbis I 5.2.2). */
function isWritable([name]: CommentField): boolean {
  return /^[ -<>-}]+$/.test(name);
}
