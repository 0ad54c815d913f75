import { describe, expect, it } from 'vitest';
import { day as asDay, gapId, sourceId } from '../../../shared/units.ts';
import { makeGap } from '../../../../test/support/makeRecording.ts';
import type { Gap } from '../../../shared/domain/recording.ts';
import { detailBeyond, gapDetails, gapTone } from './words.ts';

describe('detailBeyond', () => {
  it('leaves out what the cause says already', () => {
    expect(detailBeyond('disk full', 'The disk is full. Free some space.')).toBe('Free some space.');
    expect(detailBeyond('device lost', 'The device was lost.')).toBe('');
  });
  it('keeps what says more', () => {
    expect(detailBeyond('stream lost', 'No data for 12 s.')).toBe('No data for 12 s.');
    expect(detailBeyond('crash', '')).toBe('');
  });
});

describe('gapTone', () => {
  it('is a fault, but for a pause and an input that is being opened', () => {
    const tone = (cause: Gap['cause'], to?: number) => gapTone(makeGap({ cause, to }));
    expect([tone('paused'), tone('paused', 2e12), tone('starting')]).toEqual(['paused', 'paused', 'opening']);
    expect([tone('starting', 2e12), tone('stream lost'), tone('crash', 2e12)]).toEqual(Array(3).fill('fault'));
  });
});

describe('gapDetails', () => {
  const gap = {
    id: gapId('gap'),
    sourceId: sourceId('a'),
    sourceName: 'Radio 1',
    cause: 'disk full',
    detail: 'The disk is full. Free some space.',
    from: Date.UTC(2026, 10, 21, 13),
    day: asDay('2026-11-21'),
  } as const;
  it('say source, time, zone, length and why', () => {
    expect(gapDetails({ ...gap, to: gap.from + 12_000 }, 60)).toMatch(
      /^Radio 1: gap on .+, 14:00:00 to 14:00:12 \(UTC\+1\), 0:00:12\. Disk full\. Free some space\.$/,
    );
  });
  it('say that a gap lasts', () => {
    expect(gapDetails(gap, 0)).toMatch(/13:00:00 to now \(UTC\)\. Disk full\./);
  });
});
