import { request, type RequestOutput } from '../bridge/bridge.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import { lengthOf } from './playerLength.ts';

/** Enough to come four times nearer before anything else must be known. */
const WAVEFORM_POINTS = 16_384;
/** Of one in progress, which is asked for again and again. */
const OPEN_POINTS = 2048;
/** As long as a recording that has just begun is taken to be, s. */
const LEAST_S = 0.1;

/** A pixel, where all of a recording is as wide as a window. */
const PIXELS = 1000;
/** The end of a stream is decoded for it. */
const LEAST_GROWTH_S = { soundcard: 1, generator: 1, stream: 5 } as const;

/** One in progress is drawn anew when it is so much longer than what is drawn, s. */
export function redrawnAfter(recording: Recording): number {
  return Math.max(LEAST_GROWTH_S[recording.sourceKind], lengthOf(recording) / PIXELS);
}

/** All of a recording, for drawing; of one in progress, what there is of it now. */
export async function overviewOf(recording: Recording): Promise<RequestOutput<'recordings.peaks'>> {
  const { id } = recording;
  if (recording.state !== 'recording') return request('recordings.peaks', { id, points: WAVEFORM_POINTS });
  const toSeconds = Math.max(LEAST_S, lengthOf(recording));
  const { pairs, toSeconds: to } = await request('recordings.peaksOf', {
    id,
    fromSeconds: 0,
    toSeconds,
    points: OPEN_POINTS,
  });
  return { pairs, durationMs: to * 1000 };
}

/** Why a recording cannot be played, and what to do. */
export function playProblem(error: MediaError, { root, path }: Recording): string {
  if (error.code === MediaError.MEDIA_ERR_DECODE) {
    return `The audio cannot be decoded from here on: ${path} is damaged. Recordings next to it are not affected.`;
  }
  return (
    `The file is gone or cannot be read: ${root}/${path}. ` +
    'If it was moved or its disk was removed, put it back and try again.'
  );
}
