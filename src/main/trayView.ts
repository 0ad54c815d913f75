import { type Alarm, alarmNames } from '../shared/domain/alarm.ts';
import type { SourceStatus } from '../shared/domain/source.ts';
import type { TrayFace } from './trayIcon.ts';

export interface TrayView {
  readonly face: TrayFace;
  /** How it is, in a few words. */
  readonly headline: string;
  /** One line for each alarm, newest first. */
  readonly alarms: readonly string[];
}

/** Lines in the menu; the others are counted. */
const MOST_LINES = 8;
/** Windows cuts what is longer. */
const LONGEST_TOOLTIP = 127;

/** What the tray shows. An alarm that a person has seen is no news, but is still named. */
export function trayView(statuses: Iterable<SourceStatus>, alarms: readonly Alarm[]): TrayView {
  let armed = 0;
  let recording = 0;
  for (const { state } of statuses) {
    if (state !== 'disarmed' && state !== 'paused') armed += 1;
    if (state === 'recording') recording += 1;
  }
  const isProblem = alarms.some(({ acknowledgedAt }) => acknowledgedAt === undefined);
  const lines = alarms.slice(0, MOST_LINES).map(line);
  if (alarms.length > MOST_LINES) lines.push(`and ${alarms.length - MOST_LINES} more`);
  return {
    face: isProblem ? 'problem' : recording > 0 ? 'recording' : 'idle',
    headline: headline(armed, recording),
    alarms: lines,
  };
}

/** A line of the menu; without `does` it only tells. */
export interface TrayLine {
  readonly label: string;
  readonly does?: 'mark' | 'open' | 'quit';
}

/** The menu, in two groups: how it is, and what can be done. */
export function trayMenu({ headline: first, alarms }: TrayView): readonly [readonly TrayLine[], readonly TrayLine[]] {
  const told = [first.charAt(0).toUpperCase() + first.slice(1), ...alarms];
  return [
    told.map((label) => ({ label })),
    [
      { label: 'Set a marker now', does: 'mark' },
      { label: 'Open Longtake', does: 'open' },
      { label: 'Quit', does: 'quit' },
    ],
  ];
}

export function tooltipOf({ headline: first, alarms }: TrayView): string {
  const text = [`Longtake: ${first}`, ...alarms].join('\n');
  return text.length <= LONGEST_TOOLTIP ? text : `${text.slice(0, LONGEST_TOOLTIP - 1)}…`;
}

function headline(armed: number, recording: number): string {
  if (armed === 0) return 'not recording';
  const sources = armed === 1 ? 'source' : 'sources';
  if (recording === armed) return `recording ${recording} ${sources}`;
  return recording === 0 ? 'nothing is being recorded' : `recording ${recording} of ${armed} ${sources}`;
}

function line({ kind, sourceName }: Alarm): string {
  return sourceName === undefined ? alarmNames[kind] : `${alarmNames[kind]}: ${sourceName}`;
}
