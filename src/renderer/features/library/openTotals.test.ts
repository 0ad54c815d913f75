import { describe, expect, it } from 'vitest';
import type { Gap, Recording } from '../../../shared/domain/recording.ts';
import { localDay } from '../../format/time.ts';
import { day as asDay, gapId, recordingId, sourceId } from '../../../shared/units.ts';
import { openGapMs, openTotals } from './openTotals.ts';

const startedAt = Date.UTC(2026, 10, 21, 12);
const day = localDay(startedAt);
const id = recordingId('open');

const open = { id, path: 'a.wav', startedAt, durationMs: 5000, bytes: 480_044, nextBoundaryAt: 0 };

const listed: Recording = {
  id,
  sourceId: sourceId('a'),
  sourceName: 'A',
  sourceKind: 'soundcard',
  root: '/r',
  path: 'a.wav',
  startedAt,
  offsetMinutes: 0,
  zone: 'UTC',
  day: asDay(day),
  container: 'wav',
  format: { codec: 'pcm', sampleRate: 48_000, channels: 1, bitDepth: 16 },
  samples: 48_000,
  bytes: 96_044,
  state: 'recording',
  seam: 'first',
};

describe('openTotals', () => {
  it('adds what was captured since the library counted', () => {
    expect(openTotals([open], [undefined, listed], day)).toEqual({ ms: 4000, bytes: 384_000 });
  });
  it('adds nothing once the recording is closed, or before it is listed, or on another day', () => {
    expect(openTotals([open], [{ ...listed, state: 'complete' }], day)).toEqual({ ms: 0, bytes: 0 });
    expect(openTotals([open], [undefined], day)).toEqual({ ms: 0, bytes: 0 });
    expect(openTotals([open], [listed], '2020-01-01')).toEqual({ ms: 0, bytes: 0 });
  });
});

describe('openGapMs', () => {
  const gap = (from: number, to?: number): Gap => ({
    id: gapId(`gap-${from}`),
    sourceId: sourceId('a'),
    sourceName: 'A',
    cause: 'stream lost',
    detail: '',
    from,
    ...(to === undefined ? {} : { to }),
    day: asDay(day),
  });
  it('counts the gaps that last, up to now', () => {
    expect(openGapMs([gap(4000), gap(3000), gap(1000, 2000)], 5999)).toBe(3000);
    expect(openGapMs([gap(6000)], 5000)).toBe(0);
  });
});
