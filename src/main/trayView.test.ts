import { describe, expect, it } from 'vitest';
import type { Alarm } from '../shared/domain/alarm.ts';
import type { SourceState, SourceStatus } from '../shared/domain/source.ts';
import { alarmId, sourceId } from '../shared/units.ts';
import { tooltipOf, trayMenu, trayView } from './trayView.ts';

const status = (state: SourceState): SourceStatus => ({ sourceId: sourceId('a'), state, since: 0 });
const alarm = (over: Partial<Alarm> = {}): Alarm => ({
  id: alarmId('a'),
  kind: 'silence',
  sourceName: 'Studio A',
  since: 0,
  raisedAt: 0,
  value: -90,
  threshold: -60,
  unit: 'dBFS',
  message: '',
  advice: '',
  ...over,
});

describe('the tray', () => {
  it('tells whether anything is recorded', () => {
    expect(trayView([], [])).toEqual({ face: 'idle', headline: 'not recording', alarms: [] });
    expect(trayView([status('disarmed'), status('paused')], []).face).toBe('idle');
    expect(trayView([status('recording'), status('recording')], [])).toMatchObject({
      face: 'recording',
      headline: 'recording 2 sources',
    });
    expect(trayView([status('recording'), status('failed')], []).headline).toBe('recording 1 of 2 sources');
    expect(trayView([status('failed')], []).headline).toBe('nothing is being recorded');
  });
  it('shows a problem until a person has seen it, and names it until it is over', () => {
    expect(trayView([status('recording')], [alarm()])).toMatchObject({
      face: 'problem',
      alarms: ['Silence: Studio A'],
    });
    expect(trayView([status('recording')], [alarm({ acknowledgedAt: 1 })])).toMatchObject({
      face: 'recording',
      alarms: ['Silence: Studio A'],
    });
  });
  it('has a menu that tells how it is, sets a marker, opens and quits', () => {
    const [told, done] = trayMenu(trayView([status('recording')], [alarm()]));
    expect(told.map(({ label }) => label)).toEqual(['Recording 1 source', 'Silence: Studio A']);
    expect(done.map(({ does }) => does)).toEqual(['mark', 'open', 'quit']);
  });
  it('fits its tooltip into what every system shows', () => {
    const many = Array.from({ length: 20 }, () => alarm({ sourceName: 'A source with a long name' }));
    const view = trayView([status('recording')], many);
    expect(view.alarms).toHaveLength(9);
    expect(view.alarms.at(-1)).toBe('and 12 more');
    expect(tooltipOf(view).length).toBeLessThanOrEqual(127);
    expect(tooltipOf(trayView([status('recording')], [alarm()]))).toBe(
      'Longtake: recording 1 source\nSilence: Studio A',
    );
  });
});
