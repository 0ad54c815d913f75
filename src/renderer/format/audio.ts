import { assertNever } from '../../shared/assertNever.ts';
import type { AudioFormat } from '../../shared/domain/source.ts';

/** `mono`, `stereo`, `6 channels`. */
export function channelNames(channels: number): string {
  if (channels === 1) return 'mono';
  return channels === 2 ? 'stereo' : `${channels} channels`;
}

/** `48 kHz`, `44.1 kHz`. */
export function rateName(hertz: number): string {
  return `${Number((hertz / 1000).toFixed(2))} kHz`;
}

const codecNames = { mp3: 'MP3', aac: 'AAC', vorbis: 'Vorbis', opus: 'Opus', flac: 'FLAC' } as const;

/** `48 kHz 24 bit stereo`, `MP3 128 kbit/s stereo`; parts that are not known are left out. */
export function formatName(format: AudioFormat): string {
  const parts: string[] = [];
  switch (format.codec) {
    case 'pcm':
      parts.push(...sampleNames(format));
      break;
    case 'flac':
      parts.push(codecNames.flac, ...sampleNames(format));
      break;
    case 'mp3':
    case 'aac':
    case 'vorbis':
    case 'opus':
      parts.push(codecNames[format.codec]);
      if (format.bitrate !== undefined && format.bitrate > 0) parts.push(`${Math.round(format.bitrate / 1000)} kbit/s`);
      break;
    default:
      return assertNever(format.codec);
  }
  if (format.channels > 0) parts.push(channelNames(format.channels));
  return parts.join(' ');
}

/** Of audio without loss: `48 kHz`, `24 bit`. */
function sampleNames({ sampleRate, bitDepth, float }: AudioFormat): string[] {
  const names = sampleRate > 0 ? [rateName(sampleRate)] : [];
  return bitDepth === undefined ? names : [...names, `${bitDepth} bit${float === true ? ' float' : ''}`];
}

/** Bytes that a format needs a second, 0 when it can't be known. */
export function bytesPerSecond(format: AudioFormat): number {
  if (format.codec === 'pcm') return (format.sampleRate * format.channels * (format.bitDepth ?? 16)) / 8;
  return (format.bitrate ?? 0) / 8;
}

/** Label of everything that comes from a generator, so that nobody takes it for a real recording. */
export const TEST_SIGNAL = 'TEST SIGNAL';
