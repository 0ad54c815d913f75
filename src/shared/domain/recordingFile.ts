import type { Container, Recording } from './recording.ts';
import type { AudioFormat } from './source.ts';

const extensions = { wav: 'wav', mp3: 'mp3', adts: 'aac', flac: 'flac' } as const;
/** Ogg files are named by what is in them (RFC 5334 10.3, RFC 7845 9.). */
const oggExtensions = { vorbis: 'ogg', opus: 'opus', flac: 'oga' } as const;

/** File name extension, without the dot. */
export function fileExtension(container: Container, codec: AudioFormat['codec']): string {
  if (container !== 'ogg') return extensions[container];
  return codec === 'vorbis' || codec === 'opus' || codec === 'flac' ? oggExtensions[codec] : 'ogg';
}

/** Extensions of all files that are recordings. */
export const FILE_EXTENSIONS: readonly string[] = [...Object.values(extensions), ...Object.values(oggExtensions)];

/**
 * Number of the sample frame that follows the recording in its connection: where the next one begins when nothing is
 * missing. Undefined when the recording does not say where it begins.
 */
export function nextSample({ firstSample, samples, coldStart }: Recording): number | undefined {
  if (firstSample === undefined) return undefined;
  return firstSample + samples + (coldStart?.unplayed ?? 0);
}
