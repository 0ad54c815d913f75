import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import {
  type Alarm,
  type AlarmOverrides,
  type AlarmSettings,
  DEFAULT_ALARM_SETTINGS,
} from '../../shared/domain/alarm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import type { SourceKind, SourceState } from '../../shared/domain/source.ts';
import { alarmId, sourceId } from '../../shared/units.ts';
import { AlarmWatch } from './alarmWatch.ts';

const ID = sourceId('7b0f6a4e-5b39-4f55-9d4a-0c3f0d2b1a10');
const SILENT = [-90, -90];
const LOUD = [-20, -20];

let clock: TurnedClock;
let settings: AlarmSettings;
let source: { name: string; kind: SourceKind; alarms?: AlarmOverrides } | undefined;
let changes: Alarm[];
let watch: AlarmWatch;
/** Of every source, within every window. */
let missing: number | undefined;

beforeEach(() => {
  clock = new TurnedClock('2026-11-21T12:00:00Z');
  settings = DEFAULT_ALARM_SETTINGS;
  source = { name: 'Studio A', kind: 'soundcard' };
  changes = [];
  missing = 0;
  watch = new AlarmWatch({
    clock,
    newId: () => alarmId(randomUUID()),
    settings: () => settings,
    source: () => source,
    missingMs: () => missing,
    onChange: (alarm) => changes.push(alarm),
  });
});

const told = (): string[] =>
  changes.map(({ kind, clearedAt }) => `${kind} ${clearedAt === undefined ? 'raised' : 'cleared'}`);

function enter(state: SourceState): void {
  watch.onStatus({ sourceId: ID, state, since: clock.now() });
}

function hear(over: Partial<SignalReport> = {}): void {
  watch.onSignal({ sourceId: ID, rms: LOUD, windows: 10, clippedWindows: 0, repeatedMs: 0, ...over });
}

/** So many seconds of the same. */
function pass(seconds: number, over?: Partial<SignalReport>): void {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000);
    watch.tick();
    if (over) hear(over);
  }
}

describe('silence', () => {
  beforeEach(() => enter('recording'));

  it('is raised after a minute, tells since when, and is cleared by sound that lasts', () => {
    pass(5, { rms: LOUD });
    pass(60, { rms: SILENT });
    expect(told()).toEqual([]);
    pass(1, { rms: SILENT });
    expect(told()).toEqual(['silence raised']);
    expect(changes[0]).toMatchObject({ value: -90, threshold: -60, unit: 'dBFS', sourceName: 'Studio A' });
    expect(changes[0]?.since).toBe(clock.now() - 60_000);
    pass(200, { rms: SILENT });
    pass(10, { rms: LOUD });
    expect(told()).toEqual(['silence raised']);
    pass(1, { rms: LOUD });
    expect(told()).toEqual(['silence raised', 'silence cleared']);
    expect(changes[1]).toMatchObject({ id: changes[0]?.id, end: 'over' });
    expect(watch.active()).toEqual([]);
  });
  it('is not cleared just above its level, nor by one sound', () => {
    pass(61, { rms: SILENT });
    pass(60, { rms: [-58.5, -90] });
    pass(5, { rms: LOUD });
    pass(1, { rms: SILENT });
    pass(9, { rms: LOUD });
    expect(told()).toEqual(['silence raised']);
  });
  it('needs every channel, and every second', () => {
    pass(50, { rms: SILENT });
    pass(1, { rms: [-90, -55] });
    pass(50, { rms: SILENT });
    pass(100, { rms: [-90, -55] });
    expect(told()).toEqual([]);
  });
  it('follows rules of its own, and rules that change', () => {
    source = {
      name: 'Studio A',
      kind: 'soundcard',
      alarms: { silence: { enabled: true, levelDbfs: -30, seconds: 2 } },
    };
    pass(3, { rms: [-40, -40] });
    expect(told()).toEqual(['silence raised']);
    source = {
      name: 'Studio A',
      kind: 'soundcard',
      alarms: { silence: { enabled: false, levelDbfs: -30, seconds: 2 } },
    };
    pass(1, { rms: [-40, -40] });
    expect(told()).toEqual(['silence raised', 'silence cleared']);
    expect(changes[1]).toMatchObject({ end: 'dropped' });
  });
  it('is heard in samples that lie a minute apart', () => {
    source = { name: 'Radio 1', kind: 'stream' };
    for (let minute = 0; minute < 2; minute += 1) {
      hear({ rms: SILENT, windows: 50 });
      pass(60);
    }
    expect(told()).toEqual(['silence raised']);
    hear({ rms: LOUD, windows: 50 });
    pass(60);
    hear({ rms: LOUD, windows: 50 });
    expect(told()).toEqual(['silence raised', 'silence cleared']);
  });
  it('of a test signal is meant to be', () => {
    source = { name: 'Test', kind: 'generator' };
    pass(200, { rms: SILENT });
    expect(told()).toEqual([]);
  });
});

describe('other signal alarms', () => {
  beforeEach(() => enter('recording'));

  it('tells which channel is dead, but nothing while all are quiet', () => {
    pass(100, { rms: [-80, -55] });
    pass(30, { rms: [-20, -90] });
    pass(3, { rms: [-90, -90] });
    pass(31, { rms: [-20, -90] });
    expect(told()).toEqual(['deadChannel raised']);
    expect(changes[0]?.message).toContain('the right one');
    pass(11, { rms: [-20, -30] });
    expect(told()).toEqual(['deadChannel raised', 'deadChannel cleared']);
  });
  it('counts clipping over ten seconds', () => {
    pass(30, { clippedWindows: 0 });
    pass(4, { clippedWindows: 2 });
    pass(30, { clippedWindows: 0 });
    expect(told()).toEqual([]);
    pass(5, { clippedWindows: 2 });
    expect(told()).toEqual(['clipping raised']);
    pass(18, { clippedWindows: 0 });
    expect(told()).toEqual(['clipping raised']);
    pass(3, { clippedWindows: 0 });
    expect(told()).toEqual(['clipping raised', 'clipping cleared']);
  });
  it('is frozen when audio repeats itself, unless that is silence', () => {
    for (let ms = 1000; ms <= 20_000; ms += 1000) pass(1, { rms: SILENT, repeatedMs: ms });
    expect(told()).toEqual([]);
    for (let ms = 1000; ms <= 12_000; ms += 1000) pass(1, { rms: LOUD, repeatedMs: ms });
    expect(told()).toEqual(['frozen raised']);
    pass(11, { rms: LOUD, repeatedMs: 0 });
    expect(told()).toEqual(['frozen raised', 'frozen cleared']);
  });
});

describe('a source', () => {
  it('is down when it is armed and nothing is captured', () => {
    enter('arming');
    pass(8);
    enter('recording');
    pass(60, {});
    enter('reconnecting');
    const lostAt = clock.now();
    pass(11);
    expect(told()).toEqual(['sourceDown raised']);
    expect(changes[0]?.since).toBe(lostAt);
    enter('recording');
    pass(5, {});
    enter('reconnecting');
    pass(30);
    enter('recording');
    pass(11, {});
    expect(told()).toEqual(['sourceDown raised', 'sourceDown cleared']);
  });
  it('raises nothing once it is disarmed, and clears what it had', () => {
    enter('recording');
    pass(61, { rms: SILENT });
    enter('disarmed');
    expect(changes.at(-1)).toMatchObject({ kind: 'silence', end: 'dropped' });
    pass(200, { rms: SILENT });
    expect(told()).toEqual(['silence raised', 'silence cleared']);
  });
  it('that is removed has no alarms', () => {
    enter('reconnecting');
    pass(11);
    source = undefined;
    pass(1);
    expect(told()).toEqual(['sourceDown raised', 'sourceDown cleared']);
  });
  it('has too little coverage when more is missing in an hour than allowed', () => {
    enter('recording');
    missing = 36_000;
    pass(60, {});
    expect(told()).toEqual([]);
    missing = 38_000;
    pass(20, {});
    expect(told()).toEqual(['lowCoverage raised']);
    expect(changes[0]?.value).toBeCloseTo(100 - (38 / 3600) * 100);
    expect(changes[0]?.message).toBe('Studio A has gaps: 38 s are missing of the last hour, at most 1 % may be.');
    missing = 35_000;
    pass(60, {});
    expect(told()).toEqual(['lowCoverage raised']);
    missing = 10_000;
    pass(60, {});
    expect(told()).toEqual(['lowCoverage raised', 'lowCoverage cleared']);
  });
  it('whose coverage is not known has no alarm for it', () => {
    enter('recording');
    missing = undefined;
    pass(60, {});
    expect(told()).toEqual([]);
  });
});

describe('the disk', () => {
  const disk = (freeBytes: number, bytesPerSecond = 0): void => {
    clock.advance(15_000);
    watch.onDisk({ freeBytes, keptBytes: 1e9, bytesPerSecond }, '/recordings', 2e9);
  };

  it('is low by its space or by what it lasts for, and not again for a few bytes', () => {
    disk(2.1e9);
    expect(told()).toEqual([]);
    disk(1.9e9);
    expect(changes[0]).toMatchObject({ kind: 'lowDisk', unit: 'bytes', value: 1.9e9 });
    disk(2.1e9);
    disk(2.1e9);
    expect(told()).toEqual(['lowDisk raised']);
    disk(3e9);
    disk(3e9);
    expect(told()).toEqual(['lowDisk raised', 'lowDisk cleared']);
    disk(80e9, 1e6);
    expect(changes.at(-1)).toMatchObject({ kind: 'lowDisk', unit: 'h', threshold: 24 });
    expect(changes.at(-1)?.message).toMatch(/full in 21 hours/);
  });
});

describe('an alarm', () => {
  it('is acknowledged once, and stays raised', () => {
    enter('reconnecting');
    pass(11);
    const [raised] = watch.active();
    expect(watch.acknowledge(raised?.id ?? alarmId(''))).toBe(true);
    expect(watch.acknowledge(raised?.id ?? alarmId(''))).toBe(true);
    expect(changes).toHaveLength(2);
    expect(watch.active()).toMatchObject([{ id: raised?.id, acknowledgedAt: clock.now() }]);
    expect(watch.acknowledge(alarmId(randomUUID()))).toBe(false);
  });

  it('of a kind is never raised twice without a clear, whatever happens', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('enter' as const),
        state: fc.constantFrom<SourceState>('disarmed', 'arming', 'recording', 'reconnecting', 'failed'),
      }),
      fc.record({
        do: fc.constant('pass' as const),
        seconds: fc.integer({ min: 1, max: 70 }),
        rms: fc.constantFrom([-90, -90], [-20, -90], [-20, -20], []),
        clippedWindows: fc.integer({ min: 0, max: 10 }),
        repeatedMs: fc.constantFrom(0, 5000, 20_000),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        changes.length = 0;
        enter('disarmed');
        for (const each of steps) {
          if (each.do === 'enter') enter(each.state);
          else pass(each.seconds, each);
        }
        enter('disarmed');
        expect(watch.active()).toEqual([]);
        const raised = new Map<string, string>();
        for (const { kind, id, clearedAt } of changes) {
          if (clearedAt === undefined) {
            expect(raised.has(kind)).toBe(false);
            raised.set(kind, id);
          } else {
            expect(raised.get(kind)).toBe(id);
            raised.delete(kind);
          }
        }
        expect(raised.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
