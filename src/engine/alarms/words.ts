import { assertNever } from '../../shared/assertNever.ts';
import type { Alarm, AlarmKind } from '../../shared/domain/alarm.ts';

/** What a sentence about an alarm is made of. */
export interface AlarmFacts {
  readonly kind: AlarmKind;
  /** Of the source; the recordings folder of a disk. */
  readonly name: string;
  readonly value: number;
  readonly threshold: number;
  readonly unit: Alarm['unit'];
  /** How long the condition must last before it is raised, s; of coverage: the window that is looked at. */
  readonly seconds: number;
  /** Index from 0, of `channels`. */
  readonly channel?: number | undefined;
  readonly channels?: number | undefined;
  /** Why nothing is captured, as a sentence. */
  readonly problem?: string | undefined;
}

/** What is wrong and what to do, each as a sentence or two. */
export function alarmWords(facts: AlarmFacts): { readonly message: string; readonly advice: string } {
  const { kind, name, value, threshold, seconds } = facts;
  switch (kind) {
    case 'silence':
      return {
        message: `${name} is silent: ${level(value)} for ${span(seconds)}, the limit is ${level(threshold)}.`,
        advice: 'Check what is played, its fader and its cable.',
      };
    case 'clipping':
      return {
        message: `${name} clips: full scale in ${value} of the last 100 windows of 0.1 s.`,
        advice: 'Turn the input down. What is clipped already cannot be mended.',
      };
    case 'deadChannel':
      return {
        message: `${name} has a dead channel: ${channelName(facts.channel, facts.channels)} is at ${level(value)} for ${span(seconds)}, another one is not.`,
        advice: 'Check the cable and the plug of that channel. Should it be unused, record one channel only.',
      };
    case 'sourceDown':
      return {
        message: `${name} has not been recorded for ${span(seconds)}.${facts.problem === undefined ? '' : ` ${facts.problem}`}`,
        advice: 'It is tried again by itself. Check the cable, the device or the stream.',
      };
    case 'frozen':
      return {
        message: `${name} is frozen: the same audio comes again and again for ${span(seconds)}.`,
        advice: 'Restart the device, its driver or what sends the stream.',
      };
    case 'lowDisk':
      return facts.unit === 'h'
        ? {
            message: `The disk of ${name} is full in ${hours(value)} at this rate.`,
            advice: 'Free some space, or move the recordings folder to a larger disk.',
          }
        : {
            message: `The disk of ${name} has only ${bytes(value)} left.`,
            advice: 'Free some space, or move the recordings folder to a larger disk.',
          };
    case 'lowCoverage':
      return {
        message: `${name} has gaps: ${missing(value, seconds)} are missing of the last ${seconds === 3600 ? 'hour' : hours(seconds / 3600)}, at most ${percent(100 - threshold)} may be.`,
        advice: 'The list of recordings shows each gap with its cause.',
      };
    default:
      return assertNever(kind);
  }
}

const level = (dbfs: number): string =>
  dbfs <= -150 ? 'digital silence' : `${dbfs < 0 ? '−' : ''}${Math.abs(dbfs).toFixed(1)} dBFS`;

const bytes = (count: number): string =>
  count < 1e9 ? `${Math.max(0, count / 1e6).toFixed(0)} MB` : `${(count / 1e9).toFixed(1)} GB`;

const percent = (share: number): string => `${Number(share.toFixed(2))} %`;

const missing = (coverage: number, windowSeconds: number): string =>
  span(Math.round(((100 - coverage) / 100) * windowSeconds));

function hours(count: number): string {
  if (count < 1) return `${Math.max(1, Math.floor(count * 60))} min`;
  return count < 1.95 ? `${count.toFixed(1)} hours` : `${Math.floor(count)} hours`;
}

function span(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds % 3600 === 0 ? `${seconds / 3600} h` : `${Math.floor(seconds / 60)} minutes`;
}

function channelName(channel = 0, channels = 1): string {
  if (channels === 2) return channel === 0 ? 'the left one' : 'the right one';
  return `channel ${channel + 1}`;
}
