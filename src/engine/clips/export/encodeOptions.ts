import { assertNever } from '../../../shared/assertNever.ts';
import type { AudioFormat } from '../../../shared/domain/source.ts';

/** What audio can be converted to. */
export type EncodeTarget = 'wav' | 'flac' | 'mp3' | 'opus' | 'm4a';

/** One input of a conversion: a stretch of a file, in order. */
export interface EncodeInput {
  /** Absolute. */
  readonly path: string;
  /** ffmpeg's name of the demuxer. */
  readonly demuxer: string;
  /** What is skipped at the beginning, s: audio that is there for the decoder alone. */
  readonly leadSeconds: number;
  /** What is taken after that, s. */
  readonly seconds: number;
}

export interface EncodeJob {
  readonly inputs: readonly EncodeInput[];
  readonly target: EncodeTarget;
  /** Absolute; what is there is replaced. */
  readonly output: string;
  /** Of the first input; what the result has where the target allows it. */
  readonly format: AudioFormat;
  readonly fadeInMs?: number | undefined;
  readonly fadeOutMs?: number | undefined;
  readonly gainDb?: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Length of the result, s. */
export function encodedSeconds({ inputs }: EncodeJob): number {
  return inputs.reduce((sum, { seconds }) => sum + seconds, 0);
}

/**
 * The filter graph: each input is cut to its stretch, all are brought to one rate and one number of channels and
 * joined, then faded and amplified. A fade never takes more than half of the result.
 */
export function filterGraph(job: EncodeJob): string {
  const { inputs, format } = job;
  const rate = format.sampleRate;
  const layout = channelLayout(format.channels);
  const parts = inputs.map(
    ({ leadSeconds, seconds }, index) =>
      `[${index}:a:0]aresample=${rate},aformat=channel_layouts=${layout},` +
      `atrim=start=${plain(leadSeconds)}:duration=${plain(seconds)},asetpts=PTS-STARTPTS[p${index}]`,
  );
  const joined = `${inputs.map((_, index) => `[p${index}]`).join('')}concat=n=${inputs.length}:v=0:a=1`;
  return [...parts, [joined, ...effects(job)].join(',').concat('[out]')].join(';');
}

function effects(job: EncodeJob): readonly string[] {
  const total = encodedSeconds(job);
  const fadeIn = Math.min((job.fadeInMs ?? 0) / 1000, total / 2);
  const fadeOut = Math.min((job.fadeOutMs ?? 0) / 1000, total / 2);
  return [
    ...(fadeIn > 0 ? [`afade=t=in:st=0:d=${plain(fadeIn)}`] : []),
    ...(fadeOut > 0 ? [`afade=t=out:st=${plain(total - fadeOut)}:d=${plain(fadeOut)}`] : []),
    ...(job.gainDb === undefined || job.gainDb === 0 ? [] : [`volume=${plain(job.gainDb)}dB`]),
  ];
}

/** Options of the encoder and its container. */
export function targetOptions({ target, format, tags }: EncodeJob): readonly string[] {
  const own = Object.entries(tags).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]);
  const bits = format.bitDepth ?? 16;
  switch (target) {
    case 'wav':
      return [...own, '-c:a', wavCodec(format), '-f', 'wav', '-rf64', 'auto', '-write_bext', '1'];
    case 'flac':
      return [...own, '-c:a', 'flac', '-sample_fmt', bits > 16 ? 's32' : 's16', '-f', 'flac'];
    case 'mp3':
      // LAME's best average for music; version 3 of the tag is what most players read.
      return [...own, '-c:a', 'libmp3lame', '-q:a', '2', '-id3v2_version', '3', '-f', 'mp3'];
    case 'opus':
      return [...own, '-c:a', 'libopus', '-b:a', format.channels === 1 ? '72k' : '128k', '-f', 'opus'];
    case 'm4a':
      return [
        ...own,
        '-c:a',
        'aac',
        '-b:a',
        format.channels === 1 ? '96k' : '192k',
        '-f',
        'ipod',
        '-movflags',
        '+faststart',
      ];
    default:
      return assertNever(target);
  }
}

function wavCodec({ bitDepth = 16, float = false }: AudioFormat): string {
  if (float) return 'pcm_f32le';
  return bitDepth > 24 ? 'pcm_s32le' : bitDepth > 16 ? 'pcm_s24le' : 'pcm_s16le';
}

/** ffmpeg's names for the usual numbers; more channels have no places. */
function channelLayout(channels: number): string {
  const names: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo' };
  return names[channels] ?? `${channels}c`;
}

/** Digits, never `1e-7`. */
const plain = (value: number): string => value.toFixed(6).replace(/\.?0+$/, '');
