import { beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import { type AlarmRules, DEFAULT_ALARM_SETTINGS } from '../../shared/domain/alarm.ts';
import type { SignalReport } from '../../shared/domain/signal.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { sourceId } from '../../shared/units.ts';
import { StreamSampler } from './streamSampler.ts';

const { rules: RULES } = DEFAULT_ALARM_SETTINGS;
const HEARD = { rms: [-20, -21], windows: 50, clippedWindows: 2 };

let clock: TurnedClock;
let rules: AlarmRules;
let names: string[];
let asked: string[];
let heard: SignalReport[];
let sample: () => Promise<typeof HEARD>;
let sampler: StreamSampler;

beforeEach(() => {
  clock = new TurnedClock('2026-11-21T12:00:00Z');
  rules = RULES;
  names = ['a'];
  asked = [];
  heard = [];
  sample = () => Promise.resolve(HEARD);
  sampler = new StreamSampler({
    clock,
    log: silentLog,
    streams: () => names.map((name) => ({ id: sourceId(name), rules })),
    sample: (id) => {
      asked.push(id);
      return sample();
    },
    onSignal: (report) => heard.push(report),
  });
});

/** So many seconds of ticks, two seconds apart; what was asked for answers between them. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 2) {
    sampler.tick();
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2000);
  }
}

describe('listening to streams now and then', () => {
  it('takes a sample of each once a minute and hands on what it heard', async () => {
    await pass(180);
    expect(asked).toEqual(['a', 'a', 'a']);
    expect(heard[0]).toEqual({ sourceId: 'a', ...HEARD });
  });
  it('takes them more often when a rule is shorter', async () => {
    rules = { ...RULES, silence: { ...RULES.silence, seconds: 10 } };
    await pass(60);
    expect(asked).toHaveLength(6);
  });
  it('listens to one at a time, and to all in turn', async () => {
    names = Array.from({ length: 60 }, (_, index) => `s${index}`);
    await pass(120);
    expect(asked).toHaveLength(60);
    expect(new Set(asked).size).toBe(60);
  });
  it('waits for a sample that takes long', async () => {
    names = ['a', 'b'];
    sample = () => new Promise(() => undefined);
    await pass(60);
    expect(asked).toEqual(['a']);
  });
  it('leaves streams alone whose rules need no decoding', async () => {
    const off = { enabled: false };
    rules = {
      ...RULES,
      silence: { ...RULES.silence, ...off },
      deadChannel: { ...RULES.deadChannel, ...off },
      clipping: { ...RULES.clipping, ...off },
    };
    await pass(120);
    expect(asked).toEqual([]);
  });
  it('goes on after audio that cannot be decoded, and ends without a decoder', async () => {
    sample = () => Promise.reject(new LongtakeError('DAMAGED', 'No.'));
    await pass(120);
    expect(asked).toHaveLength(2);
    sample = () => Promise.reject(new LongtakeError('DECODER_MISSING', 'No ffmpeg.'));
    await pass(180);
    expect(asked).toHaveLength(3);
    expect(heard).toEqual([]);
  });
});
