import { z } from 'zod';
import { alarmSchema } from '../domain/alarm.ts';
import { gapSchema, recordingSchema } from '../domain/recording.ts';
import { removedIdSchema } from '../domain/removal.ts';
import { settingsSchema } from '../domain/settings.ts';
import { deviceSchema, levelsSchema, sourceStatusSchema } from '../domain/source.ts';
import { titleSchema } from '../domain/title.ts';
import { analysisEvents, reviewEvents } from './review.ts';
import { desktopEvents } from './desktop.ts';
import { drillEvents } from './drill.ts';
import { exportEvents } from './exports.ts';
import { openingEvents } from './opening.ts';
import { uploadEvents } from './uploads.ts';

/** Every event that the studio sends to its faces. */
export const events = {
  ...reviewEvents,
  ...analysisEvents,
  ...exportEvents,
  ...openingEvents,
  ...desktopEvents,
  ...drillEvents,
  ...uploadEvents,
  /** A source's state, reason, title or open recording changed; also once a second while it records. */
  'sources.status': sourceStatusSchema,
  /** The list of sources changed (added, edited, removed); ask for it again. */
  'sources.changed': z.object({}),
  /** 10 times a second for watched sources that record. */
  levels: z.array(levelsSchema),
  /** Inputs that the operating system offers now; only while they are watched. */
  'devices.changed': z.object({ devices: z.array(deviceSchema) }),
  'preview.levels': z.object({ previewId: z.string(), peak: z.array(z.number()), rms: z.array(z.number()) }),
  /** The preview ended by itself. */
  'preview.failed': z.object({ previewId: z.string(), message: z.string() }),
  'recordings.opened': recordingSchema,
  /** Closed, repaired or found damaged. */
  'recordings.closed': recordingSchema,
  /** Locked, unlocked or restored. */
  'recordings.changed': recordingSchema,
  /** Deleted. */
  'recordings.removed': z.object({ recordings: z.array(removedIdSchema) }),
  /** What is in the trash changed; ask for it again. */
  'trash.changed': z.object({}),
  /** A gap began or ended. */
  'gaps.changed': gapSchema,
  /** A title came on air in an open recording. */
  'titles.added': titleSchema,
  /** An alarm was raised, cleared or acknowledged. */
  'alarms.changed': alarmSchema,
  'settings.changed': settingsSchema,
  'rescan.progress': z.object({ files: z.number(), done: z.boolean() }),
  /** Something that a person should know but need not answer. */
  notice: z.object({ severity: z.enum(['info', 'warning', 'error']), message: z.string() }),
} as const;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<Name extends EventName> = z.output<Events[Name]>;

export function isEventName(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(events, name);
}
