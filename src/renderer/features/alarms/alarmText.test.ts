import { describe, expect, it } from 'vitest';
import { type Alarm, DEFAULT_ALARM_SETTINGS } from '../../../shared/domain/alarm.ts';
import { alarmId } from '../../../shared/units.ts';
import { alarmTitle, clockTime, RULE_KINDS, ruleText, stateText } from './alarmText.ts';

const NOON = new Date(2026, 10, 21, 12, 0, 0).getTime();
const alarm: Alarm = {
  id: alarmId('a'),
  kind: 'deadChannel',
  sourceName: 'Studio A',
  since: NOON,
  raisedAt: NOON + 60_000,
  value: -90,
  threshold: -70,
  unit: 'dBFS',
  message: '',
  advice: '',
};

describe('words about alarms', () => {
  it('name what it is and of what', () => {
    expect(alarmTitle(alarm)).toBe('Dead channel, Studio A');
    const { sourceName: _, ...disk } = { ...alarm, kind: 'lowDisk' as const };
    expect(alarmTitle(disk)).toBe('Low disk');
  });
  it('tell how long it lasts or how it ended', () => {
    expect(stateText(alarm, NOON + 90_000)).toBe('for 0:01:30');
    const cleared = { ...alarm, clearedAt: NOON + 3_600_000 };
    expect(stateText({ ...cleared, end: 'over' }, NOON)).toBe('1:00:00, over');
    expect(stateText({ ...cleared, end: 'dropped' }, NOON)).toBe('1:00:00, until recording stopped');
    expect(stateText({ ...cleared, end: 'quit' }, NOON)).toBe('1:00:00, until Longtake ended');
  });
  it('leave out the day where it is today', () => {
    expect(clockTime(NOON, NOON + 1000)).toBe('12:00:00');
    expect(clockTime(NOON, NOON + 86_400_000)).toBe('2026-11-21 12:00:00');
  });
  it('read every rule as a sentence', () => {
    expect(RULE_KINDS.map((kind) => ruleText(kind, DEFAULT_ALARM_SETTINGS.rules[kind]))).toEqual([
      'every channel below −60 dBFS for 60 s',
      'in 10 of 100 windows of 0.1 s',
      'one below −70 dBFS, another above −50 dBFS for 60 s',
      'nothing captured for 10 s',
      'the same audio again for 10 s',
      'less than 99 % captured of the last 1 h',
    ]);
    expect(ruleText('silence', { enabled: false, levelDbfs: -60, seconds: 60 })).toBe('off');
  });
});
