import { describe, expect, it } from 'vitest';
import { type SoundEvent, soundEventSchema } from '../../shared/domain/section.ts';
import type { SectionId } from '../../shared/units.ts';
import { SOURCE_ID } from '../../../test/support/makeRecording.ts';
import { byVerdict, countChange, formerVerdicts, withVerdicts } from './verdicts.ts';

const RECORDING = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d12';
const id = (window: number): SectionId => `${RECORDING}:${window}` as SectionId;

function event(...verdicts: (string | undefined)[]): SoundEvent {
  const sections = verdicts.map((verdict, window) => ({
    id: id(window),
    recordingId: RECORDING,
    sourceId: SOURCE_ID,
    sourceName: 'Studio A',
    from: 0,
    to: 500,
    fromSeconds: 0,
    toSeconds: 0.5,
    offsetMinutes: 0,
    day: '2026-11-21',
    peakAt: 0,
    peakDb: -20,
    floorDb: -50,
    score: 30 - window,
    ...(verdict === undefined ? {} : { verdict }),
  }));
  return soundEventSchema.parse({ id: id(0), from: 0, to: 500, score: 30, sections });
}

describe('verdicts', () => {
  it('are those of the loudest section that has one', () => {
    const one = withVerdicts(event(undefined, undefined), new Map([[id(1), 'keep']]));
    expect(one.verdict).toBe('keep');
    expect(withVerdicts(one, new Map([[id(0), 'star']])).verdict).toBe('star');
  });
  it('are taken back without a trace', () => {
    const before = event(undefined, 'keep');
    const former = formerVerdicts(before);
    const judged = withVerdicts(before, new Map([id(0), id(1)].map((one) => [one, 'discard'] as const)));
    expect(judged.sections.map(({ verdict }) => verdict)).toEqual(['discard', 'discard']);
    const back = withVerdicts(judged, former);
    expect(back.sections).toEqual(before.sections);
    expect(byVerdict(former)).toEqual(
      new Map([
        [null, [id(0)]],
        ['keep', [id(1)]],
      ]),
    );
  });
  it('leave events alone that they are not about', () => {
    const other = event('keep');
    expect(withVerdicts(other, new Map([[id(7), 'star']]))).toBe(other);
  });
  it('change the totals', () => {
    expect(countChange(undefined, 'star')).toEqual({ reviewed: 1, starred: 1 });
    expect(countChange('star', 'keep')).toEqual({ reviewed: 0, starred: -1 });
    expect(countChange('keep', undefined)).toEqual({ reviewed: -1, starred: 0 });
  });
});
