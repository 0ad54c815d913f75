import type { AlarmRules } from '../../shared/domain/alarm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { SourceState } from '../../shared/domain/source.ts';
import type { Finding } from './hysteresis.ts';

/** What one look at a source or a disk says about one kind of alarm. */
export interface Judgement {
  readonly finding: Finding;
  readonly value: number;
  readonly threshold: number;
  /** Index from 0, where one channel is meant. */
  readonly channel?: number;
  readonly channels?: number;
}

/** A level must be so much better than its threshold before an alarm is over, dB. */
export const LEVEL_MARGIN_DB = 3;
/** A share or a size must be so much better, as a part of its threshold. */
const MARGIN = 0.1;

export function judgeSilence(rule: AlarmRules['silence'], { rms }: SignalReport): Judgement | undefined {
  if (rms.length === 0) return undefined;
  const loudest = Math.max(...rms);
  const limit = rule.levelDbfs;
  const finding = loudest < limit ? 'bad' : loudest < limit + LEVEL_MARGIN_DB ? 'between' : 'good';
  return { finding, value: loudest, threshold: limit };
}

/** Nothing is said while no channel is loud: in a pause, every channel looks dead. */
export function judgeDeadChannel(rule: AlarmRules['deadChannel'], { rms }: SignalReport): Judgement | undefined {
  if (rms.length < 2 || Math.max(...rms) < rule.liveDbfs) return undefined;
  const quietest = Math.min(...rms);
  const limit = rule.silentDbfs;
  const finding = quietest < limit ? 'bad' : quietest < limit + LEVEL_MARGIN_DB ? 'between' : 'good';
  return { finding, value: quietest, threshold: limit, channel: rms.indexOf(quietest), channels: rms.length };
}

/** `clippedWindows`: of the last 10 s. */
export function judgeClipping(rule: AlarmRules['clipping'], clippedWindows: number): Judgement {
  const finding = clippedWindows >= rule.windows ? 'bad' : clippedWindows > 0 ? 'between' : 'good';
  return { finding, value: clippedWindows, threshold: rule.windows };
}

/** Silence repeats itself, too, but is no frozen signal: below the level of silence nothing counts as frozen. */
export function judgeFrozen(
  rule: AlarmRules['frozen'],
  silenceDbfs: number,
  { repeatedMs, rms }: SignalReport,
): Judgement | undefined {
  if (repeatedMs === undefined) return undefined;
  const isSilent = rms.length > 0 && Math.max(...rms) < silenceDbfs;
  const repeated = isSilent ? 0 : repeatedMs / 1000;
  const finding = repeated >= rule.seconds ? 'bad' : repeated > 0 ? 'between' : 'good';
  return { finding, value: repeated, threshold: rule.seconds };
}

/** Undefined: the source is not asked to capture now. `forMs`: how long it has been in this state. */
export function judgeDown(rule: AlarmRules['sourceDown'], state: SourceState, forMs: number): Judgement | undefined {
  const value = { value: Math.max(0, forMs) / 1000, threshold: rule.seconds };
  if (isDown(state)) return { finding: 'bad', ...value };
  return state === 'recording' ? { finding: 'good', ...value, value: 0 } : undefined;
}

/** Asked to capture, and capturing nothing. */
export function isDown(state: SourceState): boolean {
  return state === 'arming' || state === 'reconnecting' || state === 'failed';
}

/** `missingMs`: not captured although armed, within the last `windowMs`. */
export function judgeCoverage(rule: AlarmRules['lowCoverage'], missingMs: number, windowMs: number): Judgement {
  const missing = (missingMs / windowMs) * 100;
  const allowed = 100 - rule.percent;
  const finding = missing > allowed ? 'bad' : missing > allowed * (1 - MARGIN) ? 'between' : 'good';
  return { finding, value: 100 - missing, threshold: rule.percent };
}

export interface DiskState {
  readonly freeBytes: number;
  /** Kept free: recording ends when no more than this is left. */
  readonly keptBytes: number;
  /** Of all that records now; 0 when nothing does. */
  readonly bytesPerSecond: number;
}

export interface DiskRule {
  /** Bytes. */
  readonly warnBytes: number;
  /** 0: only the free space counts. */
  readonly hours: number;
}

/** Judges by the hours that are left where they are few, otherwise by the free space. */
export function judgeDisk(
  rule: DiskRule,
  { freeBytes, keptBytes, bytesPerSecond }: DiskState,
): Judgement & { unit: 'bytes' | 'h' } {
  const hoursLeft =
    bytesPerSecond > 0 ? Math.max(0, freeBytes - keptBytes) / bytesPerSecond / 3600 : Number.POSITIVE_INFINITY;
  if (freeBytes < rule.warnBytes) return { finding: 'bad', value: freeBytes, threshold: rule.warnBytes, unit: 'bytes' };
  if (hoursLeft < rule.hours) return { finding: 'bad', value: hoursLeft, threshold: rule.hours, unit: 'h' };
  const near = freeBytes < rule.warnBytes * (1 + MARGIN) || hoursLeft < rule.hours * (1 + MARGIN);
  return { finding: near ? 'between' : 'good', value: freeBytes, threshold: rule.warnBytes, unit: 'bytes' };
}
