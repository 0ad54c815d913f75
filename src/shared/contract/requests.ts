import { z } from 'zod';
import { alarmSchema } from '../domain/alarm.ts';
import { coverageSchema, seamReportSchema } from '../domain/coverage.ts';
import { daySchema } from '../domain/day.ts';
import { daySummarySchema, gapSchema, recordingSchema } from '../domain/recording.ts';
import { refusalSchema, retentionPreviewSchema, trashedSchema } from '../domain/removal.ts';
import { retentionSchema } from '../domain/retention.ts';
import { settingsPatchSchema, settingsSchema } from '../domain/settings.ts';
import {
  deviceSchema,
  sourceConfigSchema,
  sourceDraftSchema,
  sourceStatusSchema,
  streamReportSchema,
} from '../domain/source.ts';
import { automationRequests } from './automation.ts';
import { clipRequests } from './clips.ts';
import { desktopRequests } from './desktop.ts';
import { drillRequests } from './drill.ts';
import { exportRequests } from './exports.ts';
import { hookRequests } from './hooks.ts';
import { isrRequests } from './isr.ts';
import { openingRequests } from './opening.ts';
import { localRequests } from './local.ts';
import { upkeepRequests } from './upkeep.ts';
import { targetRequests, uploadRequests } from './uploads.ts';
import { analysisRequests, reviewQueries, reviewRequests } from './review.ts';
import type { AlarmId, RecordingId, SourceId } from '../units.ts';

const sourceIdSchema = z.uuid().transform((value) => value as SourceId);
const recordingIdSchema = z.uuid().transform((value) => value as RecordingId);
const alarmIdSchema = z.uuid().transform((value) => value as AlarmId);
const recordingIdsSchema = z.array(recordingIdSchema).min(1).max(10_000);
const MAX_PERIOD_MS = 32 * 86_400_000;
const periodSchema = z
  .strictObject({ from: z.number().min(0), to: z.number().max(253_402_300_799_999) })
  .refine(({ from, to }) => from < to, 'The end must come after the beginning.')
  .refine(({ from, to }) => to - from <= MAX_PERIOD_MS, 'Ask for at most 32 days.');
const nothing = z.strictObject({});
const done = z.void();

const appInfoSchema = z.object({
  version: z.string(),
  /** `linux`, `darwin`, `win32`. */
  platform: z.string(),
  /** Name and version of what runs it, such as `Electron 33.2.1`. */
  runtime: z.string(),
  secretsProtection: z.enum(['keychain', 'private-file', 'memory']),
  /** ffmpeg is there, so that waveforms of MP3 and AAC can be drawn. */
  decoderAvailable: z.boolean(),
  /** Where a first start records to; absent where that is always said. */
  recordingsFolder: z.string().optional(),
  /** Licences that came with the runtime; see `desktop.openLicence`. */
  licences: z.array(z.object({ name: z.string() })).optional(),
});

const sourceSchema = z.object({ config: sourceConfigSchema, status: sourceStatusSchema, hasPassword: z.boolean() });
export type Source = z.infer<typeof sourceSchema>;

const storageSchema = z.object({
  recordingsFolder: z.string(),
  /** Absent when the folder cannot be asked. */
  freeBytes: z.number().optional(),
});

const placedTitleSchema = z.object({
  title: z.string(),
  /** Sample frames from the start of the recording. */
  position: z.number(),
  /** The same in ms. */
  positionMs: z.number(),
});

const peaksSchema = z.object({
  /** Pairs of lowest and highest sample, -1..1, of all channels together: min0, max0, min1, max1, ... */
  pairs: z.array(z.number()),
  durationMs: z.number(),
});

/**
 * Every request that a window, a browser or the command line can make of the studio. Handlers, the preload API
 * and their types derive from this list; there is no other.
 */
export const requests = {
  ...automationRequests,
  ...hookRequests,
  ...isrRequests,
  ...openingRequests,
  ...localRequests,
  ...clipRequests,
  ...exportRequests,
  ...desktopRequests,
  ...drillRequests,
  ...reviewRequests,
  ...reviewQueries,
  ...analysisRequests,
  ...targetRequests,
  ...uploadRequests,
  ...upkeepRequests,
  'app.info': { input: nothing, output: appInfoSchema },
  'storage.get': { input: nothing, output: storageSchema },

  'settings.get': { input: nothing, output: settingsSchema },
  /** Changes the given settings and returns all. Open recordings keep their names and their place. */
  'settings.update': { input: settingsPatchSchema, output: settingsSchema },
  /** An example of the path that a recording would get now; fails with INVALID_INPUT for a bad pattern. */
  'settings.previewPattern': {
    input: z.strictObject({ pattern: z.string().max(300), sourceName: z.string().max(80) }),
    output: z.object({ path: z.string() }),
  },

  'sources.list': { input: nothing, output: z.array(sourceSchema) },
  'sources.add': { input: sourceDraftSchema, output: sourceSchema },
  /**
   * Replaces everything but the id. An armed source goes on with the new configuration in a new recording; where only
   * its alarms changed, in the one it has.
   */
  'sources.update': { input: z.strictObject({ id: sourceIdSchema, draft: sourceDraftSchema }), output: sourceSchema },
  /** Disarms and removes the source; its recordings stay. */
  'sources.remove': { input: z.strictObject({ id: sourceIdSchema }), output: done },
  /** Without ids: all. */
  'sources.arm': { input: z.strictObject({ ids: z.array(sourceIdSchema).optional() }), output: done },
  /** Without ids: all. Returns when their files are closed. */
  'sources.disarm': { input: z.strictObject({ ids: z.array(sourceIdSchema).optional() }), output: done },
  /**
   * Keeps nothing of armed sources until they are resumed, from the sample on that is captured now; the input stays
   * open, and the file is closed within a second. A pause lasts over a restart. Without ids: all that are armed.
   */
  'sources.pause': { input: z.strictObject({ ids: z.array(sourceIdSchema).optional() }), output: done },
  /** Records again, into a new recording, from the sample on that is captured now. Without ids: all that are armed. */
  'sources.resume': { input: z.strictObject({ ids: z.array(sourceIdSchema).optional() }), output: done },
  /**
   * Begins a new recording with the sample that is captured now; nothing is lost between the two. A recording that is
   * not yet 250 ms long goes on. Without ids: all that record.
   */
  'sources.split': { input: z.strictObject({ ids: z.array(sourceIdSchema).optional() }), output: done },
  /** Tries a reconnecting or failed source now instead of at its next try. */
  'sources.retry': { input: z.strictObject({ id: sourceIdSchema }), output: done },

  /** Asks the operating system anew at each call. */
  'devices.list': { input: nothing, output: z.array(deviceSchema) },
  /** `devices.changed` events, one at once and one after each change, until the next call with false. */
  'devices.watch': { input: z.strictObject({ watch: z.boolean() }), output: done },
  /** Opens a soundcard or generator without recording it; `preview.levels` events follow. One at a time. */
  'preview.start': { input: sourceDraftSchema, output: z.object({ previewId: z.string() }) },
  'preview.stop': { input: nothing, output: done },
  /** Connects to a stream and reports what is there, or fails with the exact reason. At most 15 s. */
  'stream.test': {
    input: z.strictObject({
      draft: sourceDraftSchema,
      /** Uses this source's stored password when the draft has none. */
      sourceId: sourceIdSchema.optional(),
    }),
    output: streamReportSchema,
  },

  /** `levels` events for these sources until the next call; an empty list ends them. */
  'levels.watch': { input: z.strictObject({ ids: z.array(sourceIdSchema).max(1000) }), output: done },

  /** Newest day first. */
  'library.days': {
    input: z.strictObject({ before: daySchema.optional(), limit: z.int().min(1).max(1000) }),
    output: z.array(daySummarySchema),
  },
  /** Recordings of one day, newest first; `offset` and `limit` page. */
  'library.recordings': {
    input: z.strictObject({ day: daySchema, offset: z.int().min(0), limit: z.int().min(1).max(500) }),
    output: z.object({ recordings: z.array(recordingSchema), total: z.number() }),
  },
  /** Gaps of one day, newest first, at most 1000. */
  'library.gaps': { input: z.strictObject({ day: daySchema }), output: z.array(gapSchema) },
  'library.recording': { input: z.strictObject({ id: recordingIdSchema }), output: recordingSchema },
  /** Rebuilds the catalogue from the recordings folder; `rescan.progress` events follow. */
  'library.rescan': {
    input: nothing,
    output: z.object({ added: z.number(), updated: z.number(), removed: z.number(), unreadable: z.number() }),
  },
  /** What was on air, in order. */
  'recordings.titles': { input: z.strictObject({ id: recordingIdSchema }), output: z.array(placedTitleSchema) },
  /**
   * Where a title was on air that has every word of `text` in it, also as a part of a word; neither case nor accents
   * matter. The newest first.
   */
  'library.findTitles': {
    input: z.strictObject({ text: z.string().max(200), limit: z.int().min(1).max(200) }),
    output: z.array(placedTitleSchema.extend({ recording: recordingSchema })),
  },
  /** For drawing; `points` is how many pairs are wanted at most. Made on first demand, then kept. */
  'recordings.peaks': {
    input: z.strictObject({ id: recordingIdSchema, points: z.int().min(16).max(16384) }),
    output: peaksSchema,
  },

  /** Raised now, newest first. */
  'alarms.active': { input: nothing, output: z.array(alarmSchema) },
  /** All that were ever raised, newest first; `before` is the last one of the page before. */
  'alarms.history': {
    input: z.strictObject({ before: alarmIdSchema.optional(), limit: z.int().min(1).max(500) }),
    output: z.array(alarmSchema),
  },
  /** A person has seen it; it stays raised until its condition is over. */
  'alarms.acknowledge': { input: z.strictObject({ id: alarmIdSchema }), output: done },
  'alarms.webhook': {
    input: nothing,
    output: z.object({
      hasSecret: z.boolean(),
      /** Messages that the receiver has not taken yet. */
      waiting: z.number(),
      /** Messages that will never be taken, since the start; absent: none. */
      dropped: z.number().optional(),
      /** Why the last try failed. */
      problem: z.string().optional(),
    }),
  },
  /** Signs every message from now on; an empty one ends that. */
  'alarms.setWebhookSecret': { input: z.strictObject({ secret: z.string().max(500) }), output: done },
  /** Sends a test to the address; fails with WEBHOOK_FAILED and the exact reason. At most 10 s. */
  'alarms.testWebhook': {
    input: z.strictObject({
      url: z.url({ protocol: /^https?$/, error: 'Enter an address that starts with http:// or https://.' }).max(2000),
    }),
    output: done,
  },
  /**
   * What was captured of the time in which sources were armed, from `from` to `to` (exclusive) or now, ms since 1970
   * UTC; at most 32 days.
   */
  'library.coverage': { input: periodSchema, output: coverageSchema },
  /** Proves anew, from the counters of the recordings that began in this time, that nothing is missing between them. */
  'library.verifySeams': { input: periodSchema, output: seamReportSchema },

  /** Locked recordings are not deleted, neither by a rule nor by hand. */
  'recordings.lock': { input: z.strictObject({ ids: recordingIdsSchema, locked: z.boolean() }), output: done },
  /** Moves recordings to the trash. Those that are locked or being recorded stay and are told. */
  'recordings.delete': {
    input: z.strictObject({ ids: recordingIdsSchema }),
    output: z.object({ removed: z.number(), refused: z.array(refusalSchema) }),
  },
  /** What was deleted and can be restored, newest first. */
  'trash.list': {
    input: z.strictObject({ offset: z.int().min(0), limit: z.int().min(1).max(500) }),
    output: z.object({ items: z.array(trashedSchema), total: z.number(), bytes: z.number() }),
  },
  /** Puts recordings back to where they were; where the name is taken meanwhile, with a number. */
  'trash.restore': {
    input: z.strictObject({ ids: recordingIdsSchema }),
    output: z.object({ restored: z.array(recordingSchema), refused: z.array(refusalSchema) }),
  },
  /** Removes for good; without ids everything that is in the trash. */
  'trash.empty': {
    input: z.strictObject({ ids: recordingIdsSchema.optional() }),
    output: z.object({ removed: z.number(), bytes: z.number() }),
  },
  /** What these rules would delete, and when; without rules those of the settings. Deletes nothing. */
  'retention.preview': {
    input: z.strictObject({ retention: retentionSchema.optional() }),
    output: retentionPreviewSchema,
  },
  /** Applies the rules of the settings now instead of within the hour. */
  'retention.run': { input: nothing, output: z.object({ removed: z.number(), bytes: z.number() }) },

  /** Shows the file in the file manager. Only where there is a desktop. */
  'desktop.revealRecording': { input: z.strictObject({ id: recordingIdSchema }), output: done },
  'desktop.openRecordingsFolder': { input: nothing, output: done },
  /** Asks the person for a folder; absent when they changed their mind. */
  'desktop.chooseFolder': { input: nothing, output: z.object({ folder: z.string().optional() }) },
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
/** What the caller passes: before the schema's defaults and brands. */
export type RequestInput<Name extends RequestName> = z.input<Requests[Name]['input']>;
/** What the handler gets: after validation. */
export type ParsedInput<Name extends RequestName> = z.output<Requests[Name]['input']>;
export type RequestOutput<Name extends RequestName> = z.output<Requests[Name]['output']>;

export function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requests, name);
}
