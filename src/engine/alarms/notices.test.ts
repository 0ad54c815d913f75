import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alarm } from '../../shared/domain/alarm.ts';
import { Scope } from '../../shared/scope.ts';
import { alarmId } from '../../shared/units.ts';
import type { NoticeAction, Notifier } from '../../shared/ports/notifier.ts';
import { AlarmNotices } from './notices.ts';

let scope: Scope;
let told: { readonly title: string; readonly body: string; readonly urgent: boolean }[];
let actions: readonly NoticeAction[];
let seen: string[];
let notices: AlarmNotices;

beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
  told = [];
  seen = [];
  const notify = ({ actions: offered = [], ...notice }: Parameters<Notifier['notify']>[0]): void => {
    told.push(notice);
    actions = offered;
  };
  const onSeen = (alarms: readonly Alarm[]): void => void seen.push(...alarms.map(({ sourceName = '' }) => sourceName));
  notices = new AlarmNotices({ notify }, scope, onSeen);
});
afterEach(async () => {
  await scope.dispose();
  vi.useRealTimers();
});

const alarm = (name: string): Alarm => ({
  id: alarmId(randomUUID()),
  kind: 'sourceDown',
  sourceName: name,
  since: 0,
  raisedAt: 0,
  value: 10,
  threshold: 10,
  unit: 's',
  message: `${name} is down.`,
  advice: 'Check the cable.',
});

describe('notifications about alarms', () => {
  it('tell one by its source, what is wrong and what to do', () => {
    notices.raised(alarm('Studio A'));
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([{ title: 'Alarm: Studio A', body: 'Studio A is down. Check the cable.', urgent: true }]);
  });
  it('tell many at once together, and later ones anew', () => {
    for (let number = 1; number <= 7; number += 1) notices.raised(alarm(`S${number}`));
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([
      { title: '7 alarms', body: 'S1 is down.\nS2 is down.\nS3 is down.\nS4 is down.\nAnd 3 more.', urgent: true },
    ]);
    notices.raised(alarm('S8'));
    vi.advanceTimersByTime(2000);
    expect(told.map(({ title }) => title)).toEqual(['7 alarms', 'Alarm: S8']);
  });
  it('can be answered: those that it told of were seen', () => {
    notices.raised(alarm('S1'));
    notices.raised(alarm('S2'));
    vi.advanceTimersByTime(2000);
    const [first] = actions;
    notices.raised(alarm('S3'));
    vi.advanceTimersByTime(2000);
    expect([first?.label, actions[0]?.label]).toEqual(['Seen all', 'Seen']);
    first?.run();
    expect(seen).toEqual(['S1', 'S2']);
  });
});
