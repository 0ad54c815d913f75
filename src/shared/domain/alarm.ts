import { z } from 'zod';
import type { AlarmId, SourceId } from '../units.ts';

export const alarmKindSchema = z.enum([
  'silence',
  'clipping',
  'deadChannel',
  'sourceDown',
  'frozen',
  'lowDisk',
  'lowCoverage',
]);
export type AlarmKind = z.infer<typeof alarmKindSchema>;

/** For people. */
export const alarmNames: Readonly<Record<AlarmKind, string>> = {
  silence: 'Silence',
  clipping: 'Clipping',
  deadChannel: 'Dead channel',
  sourceDown: 'Source down',
  frozen: 'Frozen signal',
  lowDisk: 'Low disk',
  lowCoverage: 'Low coverage',
};

const enabled = z.boolean();
const levelDbfs = z.number('Enter a level in dBFS.').min(-120, 'At least −120 dBFS.').max(0, 'At most 0 dBFS.');
const seconds = z.int('Enter whole seconds.').min(1, 'At least 1 second.').max(86_400, 'At most 24 hours.');

const silenceRuleSchema = z.object({
  enabled,
  /** The RMS of every channel is below this... */
  levelDbfs,
  /** ...for so long. */
  seconds,
});
const clippingRuleSchema = z.object({
  enabled,
  /** At least so many windows of 100 ms within 10 s hold three or more full-scale samples in a row. */
  windows: z.int('Enter a whole number.').min(1, 'At least 1.').max(100, 'At most 100.'),
});
const deadChannelRuleSchema = z.object({
  enabled,
  /** The RMS of one channel is below this... */
  silentDbfs: levelDbfs,
  /** ...while that of another one is above this... */
  liveDbfs: levelDbfs,
  /** ...for so long. */
  seconds,
});
const sourceDownRuleSchema = z.object({
  enabled,
  /** Armed, and nothing is captured for so long. */
  seconds,
});
const frozenRuleSchema = z.object({
  enabled,
  /** The same audio comes again and again for so long. */
  seconds,
});
const lowCoverageRuleSchema = z.object({
  enabled,
  /** Less than this share of the armed time was captured... */
  percent: z.number('Enter a number.').min(0, 'At least 0 %.').max(100, 'At most 100 %.'),
  /** ...within the last hours. */
  hours: z.int('Enter whole hours.').min(1, 'At least 1 hour.').max(24, 'At most 24 hours.'),
});

/** When a source raises which alarm. */
export const alarmRulesSchema = z.object({
  silence: silenceRuleSchema,
  clipping: clippingRuleSchema,
  deadChannel: deadChannelRuleSchema,
  sourceDown: sourceDownRuleSchema,
  frozen: frozenRuleSchema,
  lowCoverage: lowCoverageRuleSchema,
});
export type AlarmRules = z.infer<typeof alarmRulesSchema>;

/** Rules that a source has instead of the general ones. */
export const alarmOverridesSchema = z.object({
  silence: silenceRuleSchema.optional(),
  clipping: clippingRuleSchema.optional(),
  deadChannel: deadChannelRuleSchema.optional(),
  sourceDown: sourceDownRuleSchema.optional(),
  frozen: frozenRuleSchema.optional(),
  lowCoverage: lowCoverageRuleSchema.optional(),
});
export type AlarmOverrides = z.infer<typeof alarmOverridesSchema>;

export const alarmSettingsSchema = z.object({
  rules: alarmRulesSchema,
  lowDisk: z.object({
    enabled,
    /** The disk is full in less than this at the present rate. 0: only the free space counts. */
    hours: z.int('Enter whole hours.').min(0).max(720, 'At most 30 days.'),
  }),
  /** An alarm ends when its condition was over for so long without a break. */
  clearSeconds: seconds,
  /** Raised alarms are shown as notifications of the desktop. */
  notify: z.boolean(),
  /** Raised and cleared alarms are posted there; empty: nowhere. */
  webhookUrl: z.union([
    z.literal(''),
    z.url({ protocol: /^https?$/, error: 'Enter an address that starts with http:// or https://.' }).max(2000),
  ]),
});
export type AlarmSettings = z.infer<typeof alarmSettingsSchema>;

export const DEFAULT_ALARM_SETTINGS: AlarmSettings = {
  rules: {
    silence: { enabled: true, levelDbfs: -60, seconds: 60 },
    clipping: { enabled: true, windows: 10 },
    deadChannel: { enabled: true, silentDbfs: -70, liveDbfs: -50, seconds: 60 },
    sourceDown: { enabled: true, seconds: 10 },
    frozen: { enabled: true, seconds: 10 },
    lowCoverage: { enabled: true, percent: 99, hours: 1 },
  },
  lowDisk: { enabled: true, hours: 24 },
  clearSeconds: 10,
  notify: true,
  webhookUrl: '',
};

/** Why an alarm ended. */
export const alarmEndSchema = z.enum([
  /** Its condition was over for long enough. */
  'over',
  /** The source was disarmed, paused or removed, or the rule switched off: nobody asks any more. */
  'dropped',
  /** Longtake ended; at its next start the alarm is raised anew if its condition holds. */
  'quit',
]);
export type AlarmEnd = z.infer<typeof alarmEndSchema>;

const instant = z.number().min(0);

export const alarmSchema = z.object({
  id: z.uuid().transform((value) => value as AlarmId),
  kind: alarmKindSchema,
  /** Absent for what concerns all sources, such as the disk. */
  sourceId: z
    .uuid()
    .transform((value) => value as SourceId)
    .optional(),
  sourceName: z.string().optional(),
  /** When its condition began; ms since 1970 UTC, as all instants here. */
  since: instant,
  raisedAt: instant,
  clearedAt: instant.optional(),
  end: alarmEndSchema.optional(),
  /** A person has seen it. */
  acknowledgedAt: instant.optional(),
  /** What was measured when it was raised, and the threshold of the rule. */
  value: z.number(),
  threshold: z.number(),
  unit: z.enum(['dBFS', 'windows', 's', 'bytes', 'h', '%']),
  /** What is wrong, as a sentence. */
  message: z.string(),
  /** What to do, as a sentence. */
  advice: z.string(),
});
export type Alarm = z.infer<typeof alarmSchema>;

/** Oldest alarms make room above this number, and after this time. */
export const MAX_ALARM_HISTORY = 10_000;
export const MAX_ALARM_AGE_MS = 366 * 86_400_000;
