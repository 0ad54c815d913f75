import type { UploadMeta } from '../driver.ts';

/** What separates folders stays; anything that a key, an address or a file system trips over does not. */
function keyPart(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}"#%&*:<>?\\^`{|}[\]~]+/gu, '_')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\.{2,}/g, '.')
    .trim();
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The few letters of strftime that name a day and a time, at the place of recording. */
function filled(pattern: string, { recording }: Pick<UploadMeta, 'recording'>): string {
  const local = new Date(recording.startedAt + recording.offsetMinutes * 60_000);
  const values: Readonly<Record<string, string>> = {
    Y: String(local.getUTCFullYear()),
    m: two(local.getUTCMonth() + 1),
    d: two(local.getUTCDate()),
    H: two(local.getUTCHours()),
    M: two(local.getUTCMinutes()),
    S: two(local.getUTCSeconds()),
  };
  return pattern
    .replaceAll('{source}', () => recording.sourceName.replaceAll('/', '_'))
    .replaceAll(/%([YmdHMS])/g, (_, letter: string) => values[letter] ?? '');
}

/**
 * The folder of a session, without a `/` at either end: prefix, day and time in UTC, and enough of the recording's
 * identity that no two are the same.
 */
export function folderOf(prefix: string, meta: Pick<UploadMeta, 'recording' | 'part'>): string {
  const { recording, part } = meta;
  const at = new Date(recording.startedAt).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const name = `${at}-${recording.id.slice(0, 8)}${part > 1 ? `-part${part}` : ''}`;
  return [...filled(prefix, meta).split('/'), name]
    .map(keyPart)
    .filter((folder) => folder !== '' && folder !== '.')
    .join('/');
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
};

const numbered = (index: number): string => String(index).padStart(6, '0');

export const segmentName = (ordinal: number): string => `segment_${numbered(ordinal)}.m4s`;
export const sliceName = (index: number, mimeType: string): string =>
  `slice_${numbered(index)}.${EXTENSIONS[mimeType] ?? 'bin'}`;
export const INIT = 'init.mp4';
/** From the beginning on. */
export const PLAYLIST = 'index.m3u8';
/** The last minute. */
export const LIVE_PLAYLIST = 'live.m3u8';
export const MANIFEST = 'manifest.json';
