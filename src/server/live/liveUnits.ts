import { AAC_FRAME, AAC_RATE, type AacJob, type EncoderInput } from '../../engine/clips/aacEncoder.ts';
import { scanWavHeader } from '../../engine/containers/wavReader.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/ports/log.ts';
import { adtsUnits } from './adtsUnits.ts';
import { AT_START, type Position } from './grouping.ts';
import { mp3Units } from './mp3Units.ts';
import { mp4Units, NotStreamableError } from './mp4Units.ts';
import type { UnitRun } from './track.ts';

/** The first frame that an encoder makes is its delay; the two after it lack what came before. */
const LEAD_FRAMES = 3;
const LARGEST_WAV_HEADER = 1024 * 1024;

export interface UnitsPorts {
  /** The audio's bytes from `fromByte` on. */
  readonly read: (fromByte: number) => AsyncIterable<Uint8Array>;
  readonly encode: (job: AacJob) => AsyncIterable<Uint8Array>;
  /** A place among the encoders; rejects with CONFLICT when all are taken. What it returns gives the place back. */
  readonly takeEncoder: () => () => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface Units {
  readonly units: AsyncIterable<UnitRun>;
  /** Where they begin. */
  readonly from: Position;
}

/** The frames that listeners get: MP3 and AAC as they are, all else through an encoder, which begins where it ended. */
export function liveUnits(mimeType: string, done: Position, ports: UnitsPorts): Units {
  switch (mimeType) {
    case 'audio/mpeg':
      return { units: mp3Units(ports.read(0)), from: AT_START };
    case 'audio/aac':
      return { units: adtsUnits(ports.read(0)), from: AT_START };
    case 'audio/mp4':
    case 'audio/x-m4a':
      return { units: mp4OrEncoded(ports), from: AT_START };
    case 'audio/wav':
      return { units: encoded('wav', done, ports), from: done };
    case 'audio/ogg':
      return { units: encoded('ogg', done, ports), from: done };
    case 'audio/flac':
      return { units: encoded('flac', done, ports), from: done };
    case 'audio/webm':
      return { units: encoded('webm', done, ports), from: done };
    default:
      throw new LongtakeError('FORMAT_UNSUPPORTED', `Audio of the type ${mimeType} cannot be listened to live.`);
  }
}

/** A file that is finished has no fragments: ffmpeg takes it apart. What is no AAC is made into it. */
async function* mp4OrEncoded(ports: UnitsPorts): AsyncGenerator<UnitRun> {
  try {
    yield* mp4Units(ports.read(0));
  } catch (error) {
    if (!(error instanceof NotStreamableError)) throw error;
    const { read } = ports;
    yield* encoder({ kind: 'mp4', copy: error.isAac, input: read(0), skipSamples: 0 }, ports);
  }
}

async function* encoded(kind: EncoderInput, done: Position, ports: UnitsPorts): AsyncGenerator<UnitRun> {
  const { skipSamples, passOver } = restart(done.allSamples / AAC_FRAME);
  if (kind === 'wav') {
    const { input, skipped } = await wavFrom(skipSamples, ports);
    yield* without(passOver, encoder({ kind, input, skipSamples: skipSamples - skipped }, ports));
  } else {
    yield* without(passOver, encoder({ kind, input: ports.read(0), skipSamples }, ports));
  }
}

/** What an encoder has to be given, and what of it is not used, so that it goes on behind `frames` frames. */
function restart(frames: number): { readonly skipSamples: number; readonly passOver: number } {
  if (frames <= LEAD_FRAMES) return { skipSamples: 0, passOver: frames };
  // Its first frame holds its delay: frame n ends where sample frame n * AAC_FRAME begins.
  return { skipSamples: (frames - LEAD_FRAMES) * AAC_FRAME, passOver: LEAD_FRAMES };
}

async function* encoder(
  job: Omit<AacJob, 'signal' | 'log'>,
  { encode, takeEncoder, signal, log }: UnitsPorts,
): AsyncGenerator<UnitRun> {
  const giveBack = takeEncoder();
  try {
    yield* adtsUnits(encode({ ...job, signal, log }));
  } finally {
    giveBack();
  }
}

async function* without(count: number, runs: AsyncIterable<UnitRun>): AsyncGenerator<UnitRun> {
  let left = count;
  for await (const { format, units } of runs) {
    const here = Math.min(left, units.length);
    left -= here;
    if (here < units.length) yield { format, units: units.slice(here) };
  }
}

/** A WAV stream without what can be left out of `samples` sample frames of {@link AAC_RATE}: whole seconds but one. */
async function wavFrom(samples: number, { read }: UnitsPorts) {
  const seconds = Math.max(0, Math.floor(samples / AAC_RATE) - 1);
  if (seconds === 0) return { input: read(0), skipped: 0 };
  const header = await wavHeader(read(0));
  const from = header.bytes.length + seconds * header.bytesPerSecond;
  return { input: joined(header.bytes, read(from)), skipped: seconds * AAC_RATE };
}

async function wavHeader(input: AsyncIterable<Uint8Array>) {
  let bytes = Buffer.alloc(0);
  for await (const piece of input) {
    bytes = Buffer.concat([bytes, piece]);
    const header = scanWavHeader(bytes);
    if (!('need' in header)) {
      return {
        bytes: bytes.subarray(0, header.dataOffset),
        bytesPerSecond: header.sampleRate * header.frameBytes,
      };
    }
    if (header.need > LARGEST_WAV_HEADER) break;
  }
  throw new LongtakeError('DAMAGED', 'The audio cannot be listened to: its header has no end.');
}

async function* joined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
