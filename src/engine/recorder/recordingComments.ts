import type { Recording } from '../../shared/domain/recording.ts';
import { zonedIso } from '../containers/bext.ts';
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

/** What a stream names its fields is anything; a name that is not allowed cannot be written (Vorbis I 5.2.2). */
function isWritable([name]: CommentField): boolean {
  return /^[ -<>-}]+$/.test(name);
}
