import { initName, type Segment, segmentName } from './segmentName.ts';

/** Length of a segment, s; the last one of a stretch may be shorter, none is longer. */
export const SEGMENT_SECONDS = 3;
/** The first version with EXT-X-MAP in playlists without I-frames is 6; 7 is what players of fMP4 expect. */
const VERSION = 7;

export interface PlaylistOptions {
  /** Nothing comes after these segments. */
  readonly ended: boolean;
  /** Added to every address, with its question mark: what lets a listener in. */
  readonly query: string;
}

/** The media playlist of these segments (RFC 8216 4.3). It only ever grows; its first segment is the first of all. */
export function mediaPlaylist(segments: readonly Segment[], { ended, query }: PlaylistOptions): string {
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${SEGMENT_SECONDS}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${ended ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
  let run: number | undefined;
  for (const segment of segments) {
    if (segment.run !== run) {
      if (run !== undefined) lines.push('#EXT-X-DISCONTINUITY');
      if (segment.kind === 'm4s') lines.push(`#EXT-X-MAP:URI="${initName(segment.run)}${query}"`);
      run = segment.run;
    }
    lines.push(`#EXTINF:${(segment.samples / segment.sampleRate).toFixed(6)},`, `${segmentName(segment)}${query}`);
  }
  if (ended) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
