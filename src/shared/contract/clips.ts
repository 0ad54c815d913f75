import { z } from 'zod';
import type { RecordingId } from '../units.ts';

const recordingId = z.uuid().transform((value) => value as RecordingId);
const seconds = z.number().min(0).max(1e7);

/** Longest clip, s. */
export const MAX_CLIP_SECONDS = 600;

export const clipSchema = z.object({
  /** Path below the media protocol, for `mediaAddress`: `clip/<recording>/<from>-<to>` in sample frames. */
  url: z.string(),
  mimeType: z.string(),
  /** What is heard of it, s from the start of the recording: what was asked for, as far as it is there. */
  fromSeconds: z.number(),
  toSeconds: z.number(),
  /** So much of the beginning comes before that, for the decoder, and is to be skipped, s: frames cannot be halved. */
  leadSeconds: z.number(),
});
export type Clip = z.infer<typeof clipSchema>;

export const clipRequests = {
  /**
   * A playable slice of a recording, also of one in progress; at most {@link MAX_CLIP_SECONDS}. It may begin before the
   * recording and end behind it where the audio goes on without a gap. Its file is made while it is fetched.
   */
  'clips.prepare': {
    input: z
      .strictObject({ recordingId, fromSeconds: z.number().min(-MAX_CLIP_SECONDS).max(1e7), toSeconds: seconds })
      .refine(({ fromSeconds, toSeconds }) => fromSeconds < toSeconds, 'The end must come after the beginning.')
      .refine(
        ({ fromSeconds, toSeconds }) => toSeconds - fromSeconds <= MAX_CLIP_SECONDS,
        'A clip has at most 10 minutes.',
      ),
    output: clipSchema,
  },
  /** How to play a recording from its beginning. One that is being recorded plays up to now: ask again for more. */
  'recordings.playable': {
    input: z.strictObject({ id: recordingId }),
    output: z.object({
      /** Path below the media protocol, for `mediaAddress`. */
      url: z.string(),
      mimeType: z.string(),
      /** Of what the url gives, which stays as long as it is. */
      durationSeconds: z.number(),
    }),
  },
  /** For drawing at any zoom: pairs of lowest and highest sample of a stretch, from the kept peaks, or from the samples where those are too coarse. */
  'recordings.peaksOf': {
    input: z
      .strictObject({ id: recordingId, fromSeconds: seconds, toSeconds: seconds, points: z.int().min(2).max(16_384) })
      .refine(({ fromSeconds, toSeconds }) => fromSeconds < toSeconds, 'The end must come after the beginning.'),
    output: z.object({
      /** min0, max0, min1, max1, ...; -1..1. */
      pairs: z.array(z.number()),
      fromSeconds: z.number(),
      toSeconds: z.number(),
      /** Each pair is one sample frame. */
      exact: z.boolean(),
    }),
  },
} as const;
