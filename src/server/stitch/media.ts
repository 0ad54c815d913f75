import { sniff, SNIFF_BYTES } from '../../engine/containers/sniff.ts';

export type Media = 'wav' | 'ogg' | 'flac' | 'mpeg' | 'adts' | 'mp4' | 'webm';

/** Enough to tell every {@link Media}. */
export const MEDIA_BYTES = SNIFF_BYTES;

/** What the first bytes of audio are; undefined when they are none of these. */
export function mediaOf(head: Uint8Array, mimeType: string): Media | undefined {
  if (isMp4Start(head)) return 'mp4';
  if (isWebmStart(head)) return 'webm';
  const found = sniff(head, mimeType === 'audio/flac' ? 'flac' : undefined);
  switch (found?.kind) {
    case 'wav':
    case 'ogg':
    case 'flac':
    case 'adts':
      return found.kind;
    case 'mp3':
      return 'mpeg';
    default:
      return undefined;
  }
}

/** ISO/IEC 14496-12 4.3: a file type box comes first. */
export function isMp4Start(head: Uint8Array): boolean {
  return ['ftyp', 'styp'].includes(Buffer.from(head.subarray(4, 8)).toString('latin1'));
}

/** The EBML header, RFC 8794 11.2.1. */
export function isWebmStart(head: Uint8Array): boolean {
  return [0x1a, 0x45, 0xdf, 0xa3].every((value, index) => head[index] === value);
}

export function isWavStart(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 12)).toString('latin1');
  return /^(RIFF|RF64|BW64)[\s\S]{4}WAVE$/.test(text);
}

/** Name endings and names of media of finished files. */
export const FILES: Readonly<Record<Media, { readonly extension: string; readonly mimeType: string }>> = {
  wav: { extension: 'wav', mimeType: 'audio/wav' },
  ogg: { extension: 'ogg', mimeType: 'audio/ogg' },
  flac: { extension: 'flac', mimeType: 'audio/flac' },
  mpeg: { extension: 'mp3', mimeType: 'audio/mpeg' },
  adts: { extension: 'aac', mimeType: 'audio/aac' },
  mp4: { extension: 'm4a', mimeType: 'audio/mp4' },
  webm: { extension: 'webm', mimeType: 'audio/webm' },
};
