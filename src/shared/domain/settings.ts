import { z } from 'zod';
import { alarmSettingsSchema, DEFAULT_ALARM_SETTINGS } from './alarm.ts';
import { automationSettingsSchema } from './automation.ts';
import { globalKeysSchema } from './globalKeys.ts';
import { hookSettingsSchema } from './hooks.ts';
import { DEFAULT_DETECTION, detectionSchema } from './section.ts';
import { DEFAULT_TRASH_DAYS, retentionSchema, trashDaysSchema } from './retention.ts';

/** Shortest split, for tests and the impatient. */
export const MIN_SPLIT_SECONDS = 5;
export const MAX_SPLIT_SECONDS = 86_400;
export const DEFAULT_SPLIT_SECONDS = 3600;
export const DEFAULT_FILENAME_PATTERN = '{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z';

export const splitSecondsSchema = z
  .int('Enter whole seconds.')
  .min(MIN_SPLIT_SECONDS, `A split takes at least ${MIN_SPLIT_SECONDS} seconds.`)
  .max(MAX_SPLIT_SECONDS, 'A split takes at most 24 hours.');

/** strftime, `/` for folders, `{source}` for the source's name; the extension is added. */
export const filenamePatternSchema = z.string().trim().min(1, 'Enter a pattern for file names.').max(300);

const freeBytesSchema = z.int('Enter whole bytes.').min(0, 'Enter 0 or more.').max(1e15, 'Enter at most 1000 TB.');

export const settingsSchema = z.object({
  /** Absolute; every recording goes below it. */
  recordingsFolder: z.string().min(1, 'Choose a folder for recordings.'),
  /** A new recording begins whenever local time is a multiple of this since midnight. */
  splitSeconds: splitSecondsSchema,
  filenamePattern: filenamePatternSchema,
  /** Files of MP3 and AAC begin with a tag: source, start, title. Without it they hold the stream and nothing else. */
  tagStreams: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
  /** What was armed when Longtake ended is armed again when it starts. */
  resumeArmed: z.boolean(),
  /** With no more than this free, recording to a disk ends until there is more; 0: it goes on until the disk is full. */
  minFreeBytes: freeBytesSchema,
  /** With less than this free, the disk is low; 0: never. */
  warnFreeBytes: freeBytesSchema,
  /** The computer does not go to sleep by itself while a source is armed. */
  keepAwake: z.boolean(),
  /** Keys that set a marker from anywhere on the desktop; empty: none. */
  markShortcut: globalKeysSchema,
  /** Keys that begin a new file of everything that is recorded, from anywhere on the desktop. */
  splitShortcut: globalKeysSchema,
  /** Keys that pause everything that is recorded, or resume it, from anywhere on the desktop. */
  pauseShortcut: globalKeysSchema,
  /** What closing the window does while nothing is armed. While something is, Longtake always stays. */
  whenClosed: z.enum(['stay', 'quit']),
  /** Longtake starts when the person logs in. */
  startAtLogin: z.boolean(),
  /** When Longtake starts without showing its window: it is in the tray, or minimised where there is none. */
  startHidden: z.enum(['never', 'atLogin', 'always']),
  /** Every source is armed when Longtake starts, whatever was armed when it ended. */
  armAtStart: z.boolean(),
  alarms: alarmSettingsSchema,
  retention: retentionSchema,
  trashDays: trashDaysSchema,
  /** What makes a section; a source may have its own. */
  detection: detectionSchema,
  /** Recordings are analysed in the background also while the computer runs on its battery. */
  analyseOnBattery: z.boolean(),
  /** The HTTP API for other programs, on this computer alone. Absent: off. */
  automation: automationSettingsSchema.optional(),
  /** What is told to the webhook. Absent: alarms. */
  hooks: hookSettingsSchema.optional(),
  /** ffmpeg to use, absolute. Absent or empty: the one that is found. */
  ffmpegPath: z.string().trim().max(4096).optional(),
  /** All uploads together send no more than this, bytes/s, on average. Absent or 0: as fast as it goes. */
  uploadBytesPerSecond: z.int('Enter whole bytes per second.').min(0).max(1e10, 'Enter at most 10 GB/s.').optional(),
});
export type Settings = z.infer<typeof settingsSchema>;
/** Settings of a first start; the recordings folder depends on the machine. */
export const DEFAULT_SETTINGS: Omit<Settings, 'recordingsFolder'> = {
  splitSeconds: DEFAULT_SPLIT_SECONDS,
  filenamePattern: DEFAULT_FILENAME_PATTERN,
  tagStreams: true,
  theme: 'system',
  resumeArmed: true,
  minFreeBytes: 1e9,
  warnFreeBytes: 2e9,
  keepAwake: true,
  markShortcut: '',
  splitShortcut: '',
  pauseShortcut: '',
  whenClosed: 'stay',
  startAtLogin: false,
  startHidden: 'atLogin',
  armAtStart: false,
  alarms: DEFAULT_ALARM_SETTINGS,
  retention: {},
  trashDays: DEFAULT_TRASH_DAYS,
  detection: DEFAULT_DETECTION,
  analyseOnBattery: true,
};

export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;
