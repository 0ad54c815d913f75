import { type Alarm, type AlarmKind, alarmNames, type AlarmRules } from '../../../shared/domain/alarm.ts';
import { duration, localDay, wallTime } from '../../format/time.ts';

/** The local wall clock of this computer; with the day where that is another one than `now`'s. */
export function clockTime(instant: number, now: number): string {
  const time = wallTime(instant, -new Date(instant).getTimezoneOffset());
  const day = localDay(instant);
  return day === localDay(now) ? time : `${day} ${time}`;
}

/** How an alarm stands: how long it lasts, or how it ended. */
export function stateText({ since, clearedAt, end }: Alarm, now: number): string {
  if (clearedAt === undefined) return `for ${duration(now - since)}`;
  const lasted = duration(clearedAt - since);
  switch (end) {
    case 'dropped':
      return `${lasted}, until recording stopped`;
    case 'quit':
      return `${lasted}, until Longtake ended`;
    default:
      return `${lasted}, over`;
  }
}

/** What an alarm is about: `Silence, Studio A`. */
export function alarmTitle({ kind, sourceName }: Alarm): string {
  return sourceName === undefined ? alarmNames[kind] : `${alarmNames[kind]}, ${sourceName}`;
}

/** One number of a rule, with the words around it. */
export interface RulePart {
  readonly key: string;
  readonly before: string;
  readonly after: string;
  /** For assistive technology. */
  readonly label: string;
}

export type RuleKind = keyof AlarmRules;

export const RULE_KINDS = [
  'silence',
  'clipping',
  'deadChannel',
  'sourceDown',
  'frozen',
  'lowCoverage',
] as const satisfies readonly RuleKind[];

/** How each rule reads: `every channel below [-60] dBFS for [60] s`. */
export const ruleParts: Readonly<Record<RuleKind, readonly RulePart[]>> = {
  silence: [
    { key: 'levelDbfs', before: 'every channel below', after: 'dBFS', label: 'level in dBFS' },
    { key: 'seconds', before: 'for', after: 's', label: 'seconds' },
  ],
  clipping: [{ key: 'windows', before: 'in', after: 'of 100 windows of 0.1 s', label: 'windows of 100' }],
  deadChannel: [
    { key: 'silentDbfs', before: 'one below', after: 'dBFS,', label: 'level of the dead channel in dBFS' },
    { key: 'liveDbfs', before: 'another above', after: 'dBFS', label: 'level of the other channel in dBFS' },
    { key: 'seconds', before: 'for', after: 's', label: 'seconds' },
  ],
  sourceDown: [{ key: 'seconds', before: 'nothing captured for', after: 's', label: 'seconds' }],
  frozen: [{ key: 'seconds', before: 'the same audio again for', after: 's', label: 'seconds' }],
  lowCoverage: [
    { key: 'percent', before: 'less than', after: '% captured', label: 'percent' },
    { key: 'hours', before: 'of the last', after: 'h', label: 'hours' },
  ],
};

/** A number as a rule shows it, with a true minus sign. */
const shown = (value: unknown): string => String(value).replace('-', '−');

/** A rule in words: `every channel below −60 dBFS for 60 s`, or `off`. */
export function ruleText<Kind extends RuleKind>(kind: Kind, rule: AlarmRules[Kind]): string {
  if (!rule.enabled) return 'off';
  const values = rule as Readonly<Record<string, unknown>>;
  return ruleParts[kind].map(({ key, before, after }) => `${before} ${shown(values[key])} ${after}`).join(' ');
}

export const alarmName = (kind: AlarmKind): string => alarmNames[kind];
