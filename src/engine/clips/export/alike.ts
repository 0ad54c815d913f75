import type { ExportPiece } from './exportPlan.ts';

/** Codecs as people call them. */
const NAMES: Readonly<Record<string, string>> = {
  pcm: 'WAV',
  flac: 'FLAC',
  mp3: 'MP3',
  aac: 'AAC',
  opus: 'Opus',
  vorbis: 'Vorbis',
};

/** The kinds of audio that pieces are of, in words; those of one kind can be joined without re-encoding. */
export function kindsOf(pieces: readonly Pick<ExportPiece, 'recordings'>[]): readonly string[] {
  return [...new Set(pieces.flatMap(({ recordings: [first] }) => (first ? [kindOf(first)] : [])))];
}

/** Why pieces of several kinds are not one file as they were recorded, and what to do. */
export function unlikeWords(kinds: readonly string[]): string {
  const others = kinds.slice(0, -1).join(', ');
  return `These cannot be one file as recorded, for they are ${others} and ${kinds.at(-1) ?? ''}. Choose a format to convert them to, or a file each.`;
}

function kindOf({ container, format }: ExportPiece['recordings'][number]): string {
  const { codec, sampleRate, channels, bitDepth, float } = format;
  const name = NAMES[codec] ?? codec;
  return [
    container === 'ogg' && codec === 'flac' ? 'FLAC in Ogg' : name,
    `${sampleRate / 1000} kHz`,
    channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`,
    ...(bitDepth === undefined ? [] : [`${bitDepth} bit${float === true ? ' float' : ''}`]),
  ].join(' ');
}
