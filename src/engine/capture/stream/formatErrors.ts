import type { AudioFormat } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Sniffed } from '../../containers/sniff.ts';
import type { StreamContainer, StreamPromise } from './streamReader.ts';

const OTHER_ADDRESS = 'Choose an MP3, AAC, Ogg or FLAC address of the station.';

export function notAudio({ host, contentType }: StreamPromise, found: Sniffed | undefined): LongtakeError {
  const details = { host, ...(contentType === undefined ? {} : { contentType }) };
  switch (found?.kind) {
    case 'unsupported':
      return new LongtakeError(
        'FORMAT_UNSUPPORTED',
        `This stream is ${found.name}, which cannot be recorded. ${OTHER_ADDRESS}`,
        { details },
      );
    case 'wav':
      return new LongtakeError('FORMAT_UNSUPPORTED', `This stream is WAV, which cannot be recorded. ${OTHER_ADDRESS}`, {
        details,
      });
    case 'playlist':
      return new LongtakeError(
        'FORMAT_UNSUPPORTED',
        `This address leads to an ${found.name}. Open it with a text editor and enter the address of the stream that is in it.`,
        { details },
      );
    case 'html':
      return new LongtakeError(
        'STREAM_NOT_AUDIO',
        `${host} answered with a web page instead of audio. Look on that page for the address of the stream itself.`,
        { details },
      );
    default:
      return new LongtakeError(
        'STREAM_NOT_AUDIO',
        `What ${host} sends is not audio that can be recorded${contentType === undefined ? '' : ` (${contentType})`}. Check the address.`,
        { details },
      );
  }
}

const settingNames = { auto: 'automatic', mp3: 'MP3', aac: 'AAC', ogg: 'Ogg', opus: 'Opus', flac: 'FLAC' } as const;
const containerNames = { mp3: 'MP3', adts: 'AAC', ogg: 'Ogg', flac: 'FLAC' } as const;
const oggNames: Partial<Record<AudioFormat['codec'], string>> = {
  vorbis: 'Ogg Vorbis',
  opus: 'Ogg Opus',
  flac: 'FLAC in Ogg',
};

/** `codec` when the container alone does not tell. */
export function otherFormat(
  { host, format }: StreamPromise,
  found: StreamContainer,
  codec: AudioFormat['codec'] | undefined,
): LongtakeError {
  const is = (found === 'ogg' && codec && oggNames[codec]) || containerNames[found];
  return new LongtakeError(
    'FORMAT_UNSUPPORTED',
    `This stream is ${is}, but the source is set to ${settingNames[format]}. Set its format to automatic.`,
    { details: { host } },
  );
}

export function changed({ host }: StreamPromise, format: AudioFormat): LongtakeError {
  const kHz = format.sampleRate / 1000;
  return new LongtakeError(
    'STREAM_LOST',
    `The stream from ${host} changed its format to ${kHz} kHz, ${format.channels} ch. It is opened again in the new format.`,
    { details: { host } },
  );
}

export function noFrames({ host }: StreamPromise, container: StreamContainer | undefined): LongtakeError {
  const name = container ? containerNames[container] : 'audio';
  return new LongtakeError('STREAM_LOST', `What comes from ${host} is no ${name} any more. It is opened again.`, {
    details: { host },
  });
}

export function outOfStepError(host: string): LongtakeError {
  return new LongtakeError(
    'STREAM_LOST',
    `What comes from ${host} was damaged on the way: titles and audio are mixed up. It is opened again.`,
    { details: { host } },
  );
}
