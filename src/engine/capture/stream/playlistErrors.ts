import type { PlaylistKind } from '../../../shared/domain/source.ts';
import { type ErrorCode, LongtakeError } from '../../../shared/errors.ts';

const NAMES: Readonly<Record<PlaylistKind, string>> = { m3u: 'M3U', pls: 'PLS', xspf: 'XSPF' };

export function hlsError(url: URL): LongtakeError {
  return new LongtakeError(
    'FORMAT_UNSUPPORTED',
    `This address leads to an HLS playlist, and HLS is not supported yet. Look for an MP3, AAC, Ogg or FLAC address of the station.`,
    { details: { host: url.host } },
  );
}

export function emptyPlaylistError(url: URL, kind: PlaylistKind): LongtakeError {
  return new LongtakeError(
    'STREAM_NOT_AUDIO',
    `The ${NAMES[kind]} playlist from ${url.host} has no address that begins with http:// or https://. Ask the station for the address of its stream.`,
    { details: { host: url.host } },
  );
}

export function brokenPlaylistError(url: URL, name: string): LongtakeError {
  return new LongtakeError(
    'STREAM_NOT_AUDIO',
    `The ${name} playlist from ${url.host} cannot be read: it is cut off, too large, or no playlist at all. Ask the station for the address of its stream.`,
    { details: { host: url.host } },
  );
}

export function textError(url: URL): LongtakeError {
  return new LongtakeError(
    'STREAM_NOT_AUDIO',
    `${url.host} answered with a text that is no playlist. Check the address.`,
    { details: { host: url.host } },
  );
}

export function slowPlaylistError(url: URL, ms: number): LongtakeError {
  return new LongtakeError(
    'STREAM_STALLED',
    `${url.host} sends a text instead of audio, and has not come to its end within ${Math.round(ms / 1000)} s. Check the address, or try again later.`,
    { details: { host: url.host } },
  );
}

export function nestedError(url: URL, how: 'in a circle' | 'too deep'): LongtakeError {
  return new LongtakeError(
    'STREAM_UNREACHABLE',
    how === 'in a circle'
      ? `The playlists from ${url.host} lead to each other in a circle. Ask the station for the address of its stream.`
      : `The playlist from ${url.host} leads to a playlist that leads to another, and so on. Ask the station for the address of its stream.`,
    { details: { host: url.host } },
  );
}

/** Over by itself, perhaps: these are tried again soon. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'STREAM_UNREACHABLE',
  'STREAM_STALLED',
  'STREAM_LOST',
  'STREAM_NOT_FOUND',
]);

/** `errors`: of each entry that was tried, in order; at least one. One of those that may pass speaks for all. */
export function noEntryError(url: URL, kind: PlaylistKind, errors: readonly LongtakeError[]): LongtakeError {
  const first = errors.find(({ code }) => passing.has(code)) ?? errors[0];
  if (!first) return emptyPlaylistError(url, kind);
  const of = errors.length === 1 ? 'The only address' : `None of the ${errors.length} addresses`;
  const fails = errors.length === 1 ? 'does not work' : 'works';
  return new LongtakeError(
    first.code,
    `${of} in the ${NAMES[kind]} playlist from ${url.host} ${fails}. ${first.message}`,
    { details: { ...first.details, playlist: url.host, tried: errors.length }, cause: first },
  );
}
