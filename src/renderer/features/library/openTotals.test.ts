import { describe, expect, it } from 'vitest';
import type { Source } from '../../bridge/bridge.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { localDay } from '../../format/time.ts';
import { day as asDay, recordingId, sourceId } from '../../../shared/units.ts';
import { openTotals } from './openTotals.ts';

const startedAt = Date.UTC(2026, 10, 21, 12);
const day = localDay(startedAt);
const id = recordingId('open');

const source: Source = {
  config: {
    id: sourceId('a'),
    name: 'A',
    kind: 'soundcard',
    device: 'default',
    sampleRate: 48_000,
    bitDepth: 16,
    channels: 1,
  },
  status: {
    sourceId: sourceId('a'),
    state: 'recording',
    since: 0,
    recording: { id, path: 'a.wav', startedAt, durationMs: 5000, bytes: 480_044, nextBoundaryAt: 0 },
  },
  hasPassword: false,
};

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
    expect(openTotals([source], [undefined, listed], day)).toEqual({ ms: 4000, bytes: 384_000 });
  });
  it('adds nothing once the recording is closed, or before it is listed, or on another day', () => {
    expect(openTotals([source], [{ ...listed, state: 'complete' }], day)).toEqual({ ms: 0, bytes: 0 });
    expect(openTotals([source], [undefined], day)).toEqual({ ms: 0, bytes: 0 });
    expect(openTotals([source], [listed], '2020-01-01')).toEqual({ ms: 0, bytes: 0 });
  });
});
