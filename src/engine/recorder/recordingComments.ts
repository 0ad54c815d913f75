import type { Recording } from '../../shared/domain/recording.ts';
import { zonedIso } from '../containers/bext.ts';
import type { CommentField, Comments } from '../containers/vorbisComment.ts';

/** What a FLAC or Ogg file says about itself: the source, when it began where it was recorded, and what was on air. */
export function recordingComments({ sourceName, startedAt, offsetMinutes, zone, title }: Recording): Comments {
  const fields: CommentField[] = [
    ['SOURCE', sourceName],
    ['DATE', zonedIso({ startedAt, offsetMinutes })],
    ['TIMEZONE', zone],
    ['ENCODED_BY', 'Longtake'],
  ];
  return { vendor: 'Longtake', fields: title === undefined ? fields : [...fields, ['TITLE', title]] };
}
