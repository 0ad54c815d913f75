import { assertNever } from '../../../shared/assertNever.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Encoder } from '../../../shared/ports/encoder.ts';
import type { Body, BodySource, OpenBody } from '../body.ts';
import { FileBody, RecordingFile } from './fileBody.ts';
import { FlacLayout } from './flacLayout.ts';
import { FlacWavBody, type LoadFlac } from './flacWavBody.ts';
import { Fmp4Body, type Fmp4Grouping } from './fmp4Body.ts';
import { FrameLayout } from './frameLayout.ts';
import { type Layout, PLACE_BYTES } from './layout.ts';
import { OggLayout } from './oggLayout.ts';
import { SpooledBody, type SpoolFiles } from './spooledBody.ts';
import { WavLayout } from './wavLayout.ts';

export interface BodyPorts {
  readonly fileSystem: SpoolFiles;
  readonly loadFlac: LoadFlac;
  readonly encoder: Encoder;
}

/** Of Opus, bit/s: what cannot be told from the original. */
const OPUS_MONO = 72_000;
const OPUS_PER_PAIR = 128_000;

/** Length of what players load at a time (Apple's HLS asks for about 6 s; live listening wants less), s. */
const SEGMENTS: Fmp4Grouping = { segmentSeconds: 3 };

/** What ffmpeg's encoder of AAC puts in front, sample frames: one block, which ADTS has no place to tell of. */
const AAC_PRIMING = 1024;

/** Opens recordings in every form. */
export function createOpenBody(ports: BodyPorts): OpenBody {
  return (source, form) => {
    const file = new RecordingFile(source, ports.fileSystem);
    switch (form.kind) {
      case 'recorded':
        return opened(new FileBody(file, layoutOf(source)));
      case 'wav':
        requireContainer(source, 'flac');
        return opened(new FlacWavBody(file, source.from, ports.loadFlac));
      case 'fmp4':
        requireContainer(source, 'adts');
        return opened(new Fmp4Body(file, source.from));
      case 'opus':
        requireContainer(source, 'flac');
        return opened(
          new SpooledBody(source, ports.fileSystem, ports.encoder, {
            input: layoutOf(source),
            output: { codec: 'opus', bitrate: bitrate(source) },
            fileName: 'encoded.ogg',
            open: (spooled) => new FileBody(spooled, new OggLayout(0)),
          }),
        );
      case 'cmaf':
        // AAC is taken as it is.
        if (source.recording.container === 'adts') return opened(new Fmp4Body(file, source.from, SEGMENTS));
        return opened(
          new SpooledBody(source, ports.fileSystem, ports.encoder, {
            input: layoutOf(source),
            output: { codec: 'aac', bitrate: form.bitrate },
            fileName: 'encoded.aac',
            open: (spooled) => new Fmp4Body(spooled, 0, { ...SEGMENTS, priming: AAC_PRIMING }),
          }),
        );
      default:
        return assertNever(form);
    }
  };
}

function layoutOf({ recording, from }: BodySource): Layout {
  switch (recording.container) {
    case 'wav':
      return new WavLayout(from);
    case 'mp3':
    case 'adts':
      return new FrameLayout(recording.container, from);
    case 'ogg':
      return new OggLayout(from);
    case 'flac':
      return new FlacLayout(from, PLACE_BYTES);
    default:
      return assertNever(recording.container);
  }
}

function requireContainer({ recording }: BodySource, container: 'flac' | 'adts'): void {
  if (recording.container === container) return;
  throw new LongtakeError('FORMAT_UNSUPPORTED', `A recording of ${recording.container} cannot be sent in this form.`);
}

function bitrate({ recording }: BodySource): number {
  const { channels } = recording.format;
  return channels === 1 ? OPUS_MONO : OPUS_PER_PAIR * Math.ceil(channels / 2);
}

const opened = (body: Body): Promise<Body> => Promise.resolve(body);
