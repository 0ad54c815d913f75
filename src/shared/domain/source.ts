import { z } from 'zod';
import { wireErrorSchema } from '../wireError.ts';
import { MAX_STALL_SECONDS, MIN_STALL_SECONDS } from './sourceDefaults.ts';
import type { RecordingId, SourceId, TargetId } from '../units.ts';
import { alarmOverridesSchema } from './alarm.ts';
import { detectionOverridesSchema } from './section.ts';
import { filenamePatternSchema, splitSecondsSchema } from './settings.ts';

const id = z.uuid().transform((value) => value as SourceId);

/** Shown to people and used in file names; any script, no control characters. */
export const sourceNameSchema = z
  .string()
  .trim()
  .min(1, 'Give the source a name.')
  .max(80, 'Use at most 80 characters.')
  .regex(/^[^\p{Cc}]+$/u, 'A name cannot contain control characters.');

/** Hz. */
export const sampleRateSchema = z
  .int('Enter a whole number of hertz.')
  .min(8000, 'Record at least 8000 Hz.')
  .max(192_000, 'Record at most 192000 Hz.');
/** Rates that are offered, Hz; any other whole number between the first and the last works, too. */
export const OFFERED_SAMPLE_RATES = [
  8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
] as const;
export const bitDepthSchema = z.union([z.literal(16), z.literal(24), z.literal(32)]);
const generatorBitDepthSchema = z.union([z.literal(16), z.literal(24)]);

/** Ten years: as good as no end. */
const LONGEST_SECONDS = 10 * 366 * 86_400;

/** How a source is recorded where it differs from the settings. */
const planFields = {
  /** In place of the settings' split. */
  splitSeconds: splitSecondsSchema.optional(),
  /** In place of the settings' pattern. */
  filenamePattern: filenamePatternSchema.optional(),
  /**
   * Longest total of all recordings from arming to disarming, s: then the source disarms itself. Pauses and gaps do not
   * count. Absent: no end.
   */
  maxLengthSeconds: z
    .number('Enter a length.')
    .min(1, 'A length takes at least 1 second.')
    .max(LONGEST_SECONDS, 'A length takes at most ten years.')
    .optional(),
  /** Where its recordings are uploaded to while they are made. Absent: nowhere. */
  targets: z
    .array(z.uuid().transform((value) => value as TargetId))
    .max(16, 'Choose at most 16 targets.')
    .optional(),
};

/** What PCM is written as. Absent: `wav`. FLAC holds the same samples, at most 24 bits and 8 channels, in half the room. */
export const pcmContainerSchema = z.enum(['wav', 'flac']);
export type PcmContainer = z.infer<typeof pcmContainerSchema>;

/** What captures a soundcard: PortAudio, or on Linux the program `arecord`. */
export const cardBackendSchema = z.enum(['portaudio', 'arecord']);

/** What a soundcard is known by when its place in the system's list or its name there has changed. */
export const deviceIdentitySchema = z.object({
  /** `ALSA`, `Core Audio`, `Windows WASAPI`, ... */
  hostApi: z.string().max(200),
  /** Without what may change from start to start, such as `(hw:1,0)`. */
  name: z.string().max(300),
  /** ALSA: number of the device on its card. */
  pcm: z.int().min(0).optional(),
  /** Where the card is plugged in, such as `0000:00:14.0 usb 2.1` or `0000:00:1f.3`; the same after a restart. */
  port: z.string().max(300).optional(),
  /** Serial number that the card gives. */
  serial: z.string().max(300).optional(),
  /** Vendor and product as USB knows them, such as `1235:8210`. */
  usbId: z.string().max(20).optional(),
  /** It was the only one of its name when it was chosen: at another port it is still the one. */
  alone: z.boolean().optional(),
});
export type DeviceIdentity = z.infer<typeof deviceIdentitySchema>;

const soundcardFields = {
  kind: z.literal('soundcard'),
  /**
   * `default`, the exact name of a device, a part of its name (not case-sensitive), `hw:X,Y`, or on Linux the name of
   * any ALSA PCM.
   */
  device: z.string().trim().min(1, 'Choose a device.').max(200),
  sampleRate: sampleRateSchema,
  bitDepth: bitDepthSchema,
  /** Samples are floating-point numbers of 32 bits. */
  float: z.boolean().optional(),
  /** How many are recorded. */
  channels: z.int().min(1).max(64),
  /** Which channels of the device are recorded, from 1, in this order. Absent: the first {@link channels}. */
  pick: z.array(z.int().min(1).max(256)).min(1, 'Choose at least one channel.').max(64).optional(),
  /** Absent: `auto`, PortAudio where it lists the device, else arecord. */
  backend: z.enum(['auto', ...cardBackendSchema.options]).optional(),
  /** Of the chosen device. Where it is given, it decides, and {@link device} is for people. */
  identity: deviceIdentitySchema.optional(),
  container: pcmContainerSchema.optional(),
};

const streamFields = {
  kind: z.literal('stream'),
  url: z.url({ protocol: /^https?$/, error: 'Enter an address that starts with http:// or https://.' }).max(2000),
  /** Empty when the stream asks for none. The password is kept with the other secrets. */
  username: z.string().max(200),
  /** `auto` believes the bytes; the others force a reader: `ogg` any codec in Ogg, `flac` native or in Ogg. */
  format: z.enum(['auto', 'mp3', 'aac', 'ogg', 'opus', 'flac']),
  /** So long without audio means that the stream is lost; {@link DEFAULT_STALL_SECONDS} when absent. */
  stallSeconds: z
    .int('Enter whole seconds.')
    .min(MIN_STALL_SECONDS, `Wait at least ${MIN_STALL_SECONDS} seconds.`)
    .max(MAX_STALL_SECONDS, `Wait at most ${MAX_STALL_SECONDS} seconds.`)
    .optional(),
  /** Writes the titles on air into a cue sheet beside each recording. */
  cue: z.boolean().optional(),
  /** In place of the settings' choice whether files of MP3 and AAC have tags. */
  tagStreams: z.boolean().optional(),
};

const generatorFields = {
  kind: z.literal('generator'),
  /** Which timetable is played: a steady tone, noise bursts in silence, or tones, bursts and silence in turn. */
  programme: z.enum(['tone', 'bursts', 'mixed']),
  /** Two generators with the same seed and programme make the same timetable. 0 to 2^32 - 1. */
  seed: z.int().min(0).max(0xffff_ffff),
  sampleRate: sampleRateSchema,
  bitDepth: generatorBitDepthSchema,
  channels: z.int().min(1).max(8),
  container: pcmContainerSchema.optional(),
};

/** Own rules for alarms instead of the general ones. */
const alarmFields = { alarms: alarmOverridesSchema.optional() };
/** Own settings of detection instead of the general ones. */
const detectionFields = { detection: detectionOverridesSchema.optional() };

const name = sourceNameSchema;

interface CardFormat {
  readonly bitDepth: number;
  readonly float?: boolean | undefined;
  readonly channels: number;
  readonly pick?: readonly number[] | undefined;
  readonly container?: PcmContainer | undefined;
}

/** What does not go together; the issue's path names the field that a person changes. */
function checkCard(card: CardFormat, context: z.core.$RefinementCtx<CardFormat>): void {
  const fail = (path: keyof CardFormat, message: string): void => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  if (card.float === true && card.bitDepth !== 32) fail('bitDepth', 'Floating point takes 32 bits.');
  if (card.container === 'flac' && (card.float === true || card.bitDepth > 24)) {
    fail('container', 'FLAC holds at most 24 bits and no floating point. Choose WAV, or fewer bits.');
  }
  if (card.container === 'flac' && card.channels > 8) {
    fail('container', 'FLAC holds at most 8 channels. Choose WAV, or fewer channels.');
  }
  if (card.pick && card.pick.length !== card.channels) fail('pick', 'Choose as many channels as are recorded.');
  if (card.pick && new Set(card.pick).size !== card.pick.length) fail('pick', 'Choose each channel once.');
}

/** A configured input, as settings keep it. */
export const sourceConfigSchema = z.discriminatedUnion('kind', [
  z.object({ id, name, ...soundcardFields, ...planFields, ...alarmFields, ...detectionFields }).superRefine(checkCard),
  z.object({ id, name, ...streamFields, ...planFields, ...alarmFields, ...detectionFields }),
  z.object({ id, name, ...generatorFields, ...planFields, ...alarmFields, ...detectionFields }),
]);
export type SourceConfig = z.infer<typeof sourceConfigSchema>;
export type SoundcardConfig = Extract<SourceConfig, { kind: 'soundcard' }>;
export type StreamConfig = Extract<SourceConfig, { kind: 'stream' }>;
export type GeneratorConfig = Extract<SourceConfig, { kind: 'generator' }>;
export type SourceKind = SourceConfig['kind'];

/**
 * What a person enters: no id yet. `password` (streams only): a text sets it, an empty text removes it,
 * absent leaves the stored one as it is.
 */
export const sourceDraftSchema = z.discriminatedUnion('kind', [
  z.object({ name, ...soundcardFields, ...planFields, ...alarmFields, ...detectionFields }).superRefine(checkCard),
  z.object({
    name,
    ...streamFields,
    ...planFields,
    ...alarmFields,
    ...detectionFields,
    password: z.string().max(500).optional(),
  }),
  z.object({ name, ...generatorFields, ...planFields, ...alarmFields, ...detectionFields }),
]);
export type SourceDraft = z.infer<typeof sourceDraftSchema>;

export const audioFormatSchema = z.object({
  codec: z.enum(['pcm', 'mp3', 'aac', 'vorbis', 'opus', 'flac']),
  /** Hz; 0 while unknown. */
  sampleRate: z.int().min(0).max(10_000_000),
  channels: z.int().min(0).max(1024),
  /** PCM only. */
  bitDepth: z.int().min(1).max(64).optional(),
  /** PCM only: samples are floating-point numbers, with full scale at 1. */
  float: z.boolean().optional(),
  /** Coded audio only, bit/s, average as far as known. */
  bitrate: z.number().optional(),
});
export type AudioFormat = z.infer<typeof audioFormatSchema>;

export const sourceStateSchema = z.enum([
  /** Not asked to record. */
  'disarmed',
  /** Asked to record; the device or stream is being opened. */
  'arming',
  'recording',
  /** Armed, and a person paused it: the input is open, or is being opened, and nothing is kept. */
  'paused',
  /** Armed, but nothing can be captured now; `problem` says why and `nextTryAt` when it is tried again. */
  'reconnecting',
  /** Armed, but it can't work until a person changes something; `problem` says what. */
  'failed',
]);
export type SourceState = z.infer<typeof sourceStateSchema>;

/** What a source does now. Instants are milliseconds since 1970 UTC. */
export const sourceStatusSchema = z.object({
  sourceId: id,
  state: sourceStateSchema,
  /** When the present state began; of a reconnecting or failed source: since when nothing is captured. */
  since: z.number(),
  /** When the person armed the source; absent while disarmed. */
  armedAt: z.number().optional(),
  /** The open recording. */
  recording: z
    .object({
      id: z.uuid().transform((value) => value as RecordingId),
      /** Relative to the recordings folder, with `/`. */
      path: z.string(),
      startedAt: z.number(),
      /** Captured so far, ms. */
      durationMs: z.number(),
      bytes: z.number(),
      nextBoundaryAt: z.number(),
    })
    .optional(),
  format: audioFormatSchema.optional(),
  /** What the soundcard that is recorded is called now. */
  device: z.string().optional(),
  /** Soundcards: what captures it, and a sentence that says why. */
  backend: z.object({ name: cardBackendSchema, reason: z.string() }).optional(),
  /**
   * How much faster the soundcard's clock runs than the system's, in millionths; slower when negative. Absent until
   * it is known well enough, which takes some minutes.
   */
  driftPpm: z.number().optional(),
  /** Half of the 95 % interval around {@link driftPpm}, in millionths. */
  driftUncertaintyPpm: z.number().optional(),
  /** What the stream says is on air. */
  title: z.string().optional(),
  /** Where the audio comes from, when the source's address led elsewhere; without credentials. */
  address: z.string().optional(),
  problem: wireErrorSchema.optional(),
  nextTryAt: z.number().optional(),
  /** Number of the try in a row, from 1. */
  attempt: z.number().optional(),
  /** So many tries in a row failed that it is not tried again, unless a person asks for it. */
  gaveUp: z.boolean().optional(),
});
export type SourceStatus = z.infer<typeof sourceStatusSchema>;

/** Peak and RMS per channel, dBFS, over the 100 ms before. */
export const levelsSchema = z.object({
  sourceId: id,
  peak: z.array(z.number()),
  rms: z.array(z.number()),
});
export type Levels = z.infer<typeof levelsSchema>;

/** An input that the operating system offers. */
export const deviceSchema = z.object({
  name: z.string(),
  /** `ALSA`, `JACK`, `Core Audio`, `WASAPI`, ... */
  hostApi: z.string(),
  maxChannels: z.number(),
  /** Hz. */
  defaultSampleRate: z.number(),
  isDefault: z.boolean(),
  identity: deviceIdentitySchema.optional(),
  /** Absent: `portaudio`. */
  backend: cardBackendSchema.optional(),
});
export type Device = z.infer<typeof deviceSchema>;

export const playlistKindSchema = z.enum(['m3u', 'pls', 'xspf']);
export type PlaylistKind = z.infer<typeof playlistKindSchema>;

/** One address on the way to a stream, and what it turned out to be. */
export const streamHopSchema = z.object({
  url: z.string(),
  is: z.enum(['redirect', ...playlistKindSchema.options, 'stream']),
});
export type StreamHop = z.infer<typeof streamHopSchema>;

/** What was found at a stream's address. */
export const streamReportSchema = z.object({
  format: audioFormatSchema,
  container: z.enum(['mp3', 'adts', 'ogg', 'flac']),
  contentType: z.string().optional(),
  /** Name that the station gives itself. */
  stationName: z.string().optional(),
  title: z.string().optional(),
  /** Where the address led after redirects and playlists, without credentials. */
  finalUrl: z.string(),
  /** The way there, from the address that was entered on; without credentials. */
  route: z.array(streamHopSchema).optional(),
});
export type StreamReport = z.infer<typeof streamReportSchema>;
