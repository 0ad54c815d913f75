import { z } from 'zod';

const entrySchema = z.object({
  /** Of the object, behind the folder. */
  name: z.string().min(1).max(200),
  bytes: z.int().min(0),
  /** Of a segment, s. */
  seconds: z.number().min(0).optional(),
});

const chunkSchema = z.object({
  /** SHA-256 of the chunk, in hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  objects: z.array(entrySchema),
});
export type StoredChunk = z.infer<typeof chunkSchema>;
export type StoredObject = z.infer<typeof entrySchema>;

/** What a session has in the store, in order. It only ever grows. */
export const manifestSchema = z.object({
  version: z.literal(1),
  recording: z.string(),
  source: z.string(),
  startedAt: z.number(),
  part: z.int().min(1),
  mimeType: z.string(),
  /** Nothing follows: the number of chunks is final. */
  complete: z.boolean(),
  /** Objects in the order in which they are played, chunk by chunk. */
  chunks: z.array(chunkSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Longest segment as players round it, s; a live playlist must not change it (RFC 8216 4.3.3.1). */
const TARGET_SECONDS = 4;

/** Of the list that slides along, so that it costs the same after a day as at the beginning. */
const LIVE_SEGMENTS = 20;

/** The list that players follow from the beginning on: everything that is stored, and nothing else. */
export function playlist(manifest: Manifest): string {
  const { init, segments } = partsOf(manifest);
  const kind = manifest.complete ? '#EXT-X-PLAYLIST-TYPE:VOD' : '#EXT-X-PLAYLIST-TYPE:EVENT';
  return written({ init, segments, longest: longestOf(segments), first: 0, kind, isEnd: manifest.complete });
}

/** The list of the last minute, which slides along (RFC 8216 6.2.2). */
export function livePlaylist(manifest: Manifest): string {
  const { init, segments } = partsOf(manifest);
  const first = Math.max(0, segments.length - LIVE_SEGMENTS);
  const isEnd = manifest.complete;
  return written({
    init,
    segments: segments.slice(first),
    longest: longestOf(segments),
    first,
    kind: undefined,
    isEnd,
  });
}

interface Parts {
  readonly init: StoredObject | undefined;
  readonly segments: readonly StoredObject[];
}

function partsOf({ chunks }: Manifest): Parts {
  const objects = chunks.flatMap((chunk) => chunk.objects);
  return {
    init: objects.find(({ seconds }) => seconds === undefined),
    segments: objects.filter(({ seconds }) => seconds !== undefined),
  };
}

const longestOf = (segments: Parts['segments']): number =>
  segments.reduce((most, { seconds = 0 }) => Math.max(most, Math.round(seconds)), TARGET_SECONDS);

interface List extends Parts {
  readonly longest: number;
  /** How many segments came before the first of the list. */
  readonly first: number;
  readonly kind: string | undefined;
  readonly isEnd: boolean;
}

function written({ init, segments, longest, first, kind, isEnd }: List): string {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    ...(kind === undefined ? [] : [kind]),
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(init ? [`#EXT-X-MAP:URI="${init.name}"`] : []),
    ...segments.flatMap(({ name, seconds = 0 }) => [`#EXTINF:${seconds.toFixed(6)},`, name]),
    ...(isEnd ? ['#EXT-X-ENDLIST'] : []),
    '',
  ].join('\n');
}
