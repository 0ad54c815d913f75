import { describe, expect, it } from 'vitest';
import type { Alarm } from '../shared/domain/alarm.ts';
import type { SourceState } from '../shared/domain/source.ts';
import { alarmId, sourceId } from '../shared/units.ts';
import type { BookedSource } from './sourceBook.ts';
import { tooltipOf, type TrayLine, trayMenu, trayView } from './trayView.ts';

const source = (state: SourceState, name = 'Studio A'): BookedSource => {
  const id = sourceId(name);
  return { id, name, status: { sourceId: id, state, since: 0 } };
};
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
const does = (lines: readonly TrayLine[] | undefined) => lines?.map(({ action }) => action?.does);

describe('the tray', () => {
  it('tells whether anything is recorded', () => {
    expect(trayView([], [])).toEqual({ face: 'idle', headline: 'not recording', alarms: [], sources: [] });
    expect(trayView([source('disarmed'), source('paused')], [])).toMatchObject({ face: 'idle', headline: 'paused' });
    expect(trayView([source('recording'), source('recording')], [])).toMatchObject({
      face: 'recording',
      headline: 'recording 2 sources',
    });
    expect(trayView([source('recording'), source('failed')], []).headline).toBe('recording 1 of 2 sources');
    expect(trayView([source('failed')], []).headline).toBe('nothing is being recorded');
  });
  it('shows a problem until a person has seen it, and names it until it is over', () => {
    expect(trayView([source('recording')], [alarm()])).toMatchObject({
      face: 'problem',
      alarms: ['Silence: Studio A'],
    });
    expect(trayView([source('recording')], [alarm({ acknowledgedAt: 1 })])).toMatchObject({
      face: 'recording',
      alarms: ['Silence: Studio A'],
    });
  });
  it('fits its tooltip into what every system shows', () => {
    const many = Array.from({ length: 20 }, () => alarm({ sourceName: 'A source with a long name' }));
    const view = trayView([source('recording')], many);
    expect(view.alarms).toHaveLength(9);
    expect(view.alarms.at(-1)).toBe('and 12 more');
    expect(tooltipOf(view).length).toBeLessThanOrEqual(127);
    expect(tooltipOf(trayView([source('recording')], [alarm()]))).toBe(
      'Longtake: recording 1 source\nSilence: Studio A',
    );
  });
});

describe('its menu', () => {
  it('tells how it is, and what can be done with each source and with all', () => {
    const problem = { code: 'NOT_FOUND', message: 'It is unplugged.', details: {} } as const;
    const down = source('reconnecting', 'Line in');
    const sources = [
      source('recording'),
      source('paused', 'Radio'),
      source('disarmed', 'Spare'),
      { ...down, status: { ...down.status, problem } },
    ];
    const [told, each, all, program] = trayMenu(trayView(sources, [alarm()], 'Exporting, 40 %'));
    expect(told?.map(({ label }) => label)).toEqual([
      'Recording 1 of 2 sources',
      'Exporting, 40 %',
      'Silence: Studio A',
    ]);
    expect(each?.map(({ label, lines }) => [label, does(lines)])).toEqual([
      ['Studio A: recording', ['split', 'pause', 'disarm']],
      ['Radio: paused', ['resume', 'disarm']],
      ['Spare: off', ['arm']],
      ['Line in: trying again', [undefined, 'retry', 'pause', 'disarm']],
    ]);
    expect(each?.[3]?.lines?.[0]?.label).toBe('It is unplugged.');
    expect(does(all)).toEqual(['mark', 'splitAll', 'pauseAll']);
    expect(does(program)).toEqual(['open', 'quit']);
  });
  it('offers what can be done only', () => {
    const controls = (...states: readonly SourceState[]) =>
      does(
        trayMenu(
          trayView(
            states.map((state) => source(state)),
            [],
          ),
        ).at(-2),
      );
    expect(controls()).toEqual(['mark', undefined, undefined]);
    expect(controls('disarmed')).toEqual(['mark', undefined, undefined]);
    expect(controls('paused', 'disarmed')).toEqual(['mark', undefined, 'resumeAll']);
    expect(controls('paused', 'reconnecting')).toEqual(['mark', undefined, 'pauseAll']);
  });
  it('stays on the screen with many sources', () => {
    const many = Array.from({ length: 40 }, (_, index) => source('recording', `Source ${index + 1}`));
    const [, each] = trayMenu(trayView(many, []));
    expect(each).toHaveLength(17);
    expect(each?.at(-1)?.label).toBe('24 more sources');
    expect(each?.at(-1)?.lines).toHaveLength(24);
  });
});
