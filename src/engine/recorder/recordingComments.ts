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

/** The same for a file of MP3 or AAC, as ID3. Its own time has no zone, so the start stands beside it with one. */
export function recordingTag({ sourceName, startedAt, offsetMinutes, zone, title }: Recording): Uint8Array {
  const start = zonedIso({ startedAt, offsetMinutes });
  const texts: Id3Text[] = [
    { frame: 'TRSN', value: sourceName },
    { frame: 'TDRC', value: start.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length) },
    { frame: 'TSSE', value: 'Longtake' },
    { name: 'SOURCE', value: sourceName },
    { name: 'START', value: start },
    { name: 'TIMEZONE', value: zone },
  ];
  return writeId3(title === undefined ? texts : [{ frame: 'TIT2', value: title }, ...texts]);
}

/** What a stream names its fields is anything; a name that is not allowed cannot be written (Vorbis I 5.2.2). */
function isWritable([name]: CommentField): boolean {
  return /^[ -<>-}]+$/.test(name);
}
