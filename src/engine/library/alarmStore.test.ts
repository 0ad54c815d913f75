import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SOURCE_ID } from '../../../test/support/makeRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { type Alarm, MAX_ALARM_AGE_MS, MAX_ALARM_HISTORY } from '../../shared/domain/alarm.ts';
import { alarmId, sourceId } from '../../shared/units.ts';
import { type Library, openLibrary } from './library.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

let folder: string;
let library: Library;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-alarms-'));
  library = openLibrary(join(folder, 'library.db'), silentLog).library;
});
afterEach(async () => {
  library.close();
  await rm(folder, { recursive: true, force: true });
});

const alarm = (over: Partial<Alarm> = {}): Alarm => ({
  id: alarmId(randomUUID()),
  kind: 'silence',
  sourceId: sourceId(SOURCE_ID),
  sourceName: 'Studio A',
  since: NOON - 60_000,
  raisedAt: NOON,
  value: -90.25,
  threshold: -60,
  unit: 'dBFS',
  message: 'Studio A is silent.',
  advice: 'Check the cable.',
  ...over,
});

describe('the history of alarms', () => {
  test('gives back what was saved, and its newest state', () => {
    const raised = alarm();
    const disk: Alarm = {
      id: alarmId(randomUUID()),
      kind: 'lowDisk',
      since: NOON,
      raisedAt: NOON + 1,
      value: 1e9,
      threshold: 2e9,
      unit: 'bytes',
      message: 'Low.',
      advice: 'Free some.',
    };
    library.saveAlarm(raised);
    library.saveAlarm(disk);
    const cleared: Alarm = { ...raised, clearedAt: NOON + 5000, end: 'over', acknowledgedAt: NOON + 2000 };
    library.saveAlarm(cleared);
    expect(library.alarms.history({ limit: 10 })).toEqual([disk, cleared]);
    expect(library.alarms.alarm(raised.id)).toEqual(cleared);
  });
  test('is paged without leaving out what was raised at one instant', () => {
    const all = Array.from({ length: 7 }, () => alarm());
    for (const each of all) library.saveAlarm(each);
    const pages: Alarm[] = [];
    for (;;) {
      const page = library.alarms.history({ before: pages.at(-1)?.id, limit: 3 });
      if (page.length === 0) break;
      pages.push(...page);
    }
    expect(new Set(pages.map(({ id }) => id))).toEqual(new Set(all.map(({ id }) => id)));
    expect(pages).toHaveLength(7);
  });
  test('is bounded in number and age', () => {
    library.saveAlarm(alarm({ raisedAt: NOON - MAX_ALARM_AGE_MS - 1 }));
    library.saveAlarm(alarm());
    expect(library.alarms.history({ limit: 10 })).toHaveLength(1);
    for (let number = 0; number < MAX_ALARM_HISTORY; number += 1)
      library.saveAlarm(alarm({ raisedAt: NOON + number + 1 }));
    const kept = library.alarms.history({ limit: MAX_ALARM_HISTORY + 10 });
    expect(kept).toHaveLength(MAX_ALARM_HISTORY);
    expect(kept.at(-1)?.raisedAt).toBe(NOON + 1);
  });
  test('closes what a crash left open', () => {
    library.saveAlarm(alarm());
    library.alarms.closeLeft(NOON + 9000);
    expect(library.alarms.history({ limit: 1 })).toMatchObject([{ clearedAt: NOON + 9000, end: 'quit' }]);
  });
});

describe('messages to the webhook', () => {
  test('wait in order until they are removed, also over a restart', () => {
    for (const [index, id] of ['b', 'a', 'c'].entries()) {
      library.alarms.saveDelivery({ id, madeAt: NOON + index, body: `{"n":${index}}` });
    }
    library.alarms.removeDelivery('a');
    library.close();
    library = openLibrary(join(folder, 'library.db'), silentLog).library;
    expect(library.alarms.deliveries()).toEqual([
      { id: 'b', madeAt: NOON, body: '{"n":0}' },
      { id: 'c', madeAt: NOON + 2, body: '{"n":2}' },
    ]);
  });
});
