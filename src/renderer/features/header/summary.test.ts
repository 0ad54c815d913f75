import { describe, expect, it } from 'vitest';
import type { Source } from '../../bridge/bridge.ts';
import type { SourceState } from '../../../shared/domain/source.ts';
import { sourceId } from '../../../shared/units.ts';
import { diskWords, isShort, summarise } from './summary.ts';

const source = (name: string, state: SourceState): Source => ({
  config: {
    id: sourceId(name),
    name,
    kind: 'soundcard',
    device: 'default',
    sampleRate: 48_000,
    bitDepth: 24,
    channels: 2,
  },
  status: {
    sourceId: sourceId(name),
    state,
    since: 0,
    format: { codec: 'pcm', sampleRate: 48_000, channels: 2, bitDepth: 24 },
  },
  hasPassword: false,
});

describe('summarise', () => {
  it('says that all is well', () => {
    expect(summarise([source('A', 'recording'), source('B', 'recording'), source('C', 'disarmed')])).toEqual({
      tone: 'recording',
      headline: 'Recording 2 sources',
      trouble: '',
    });
  });
  it('names what is not recorded although it should be', () => {
    const some = [source('A', 'recording'), source('B', 'reconnecting')];
    expect(summarise(some)).toMatchObject({ headline: 'Recording 1 of 2 sources', trouble: 'B is not being recorded' });
    expect(summarise([...some, source('C', 'failed')]).trouble).toBe('2 sources are not being recorded');
    expect(summarise([source('B', 'failed')])).toMatchObject({
      tone: 'attention',
      headline: 'Nothing is being recorded',
    });
  });
  it('shows what is paused', () => {
    const paused = [source('A', 'paused'), source('B', 'paused')];
    expect(summarise(paused)).toEqual({ tone: 'attention', headline: 'Paused: 2 sources', trouble: '' });
    expect(summarise([...paused, source('C', 'recording'), source('D', 'failed')])).toMatchObject({
      headline: 'Recording 1 of 4 sources',
      trouble: 'D is not being recorded, 2 paused',
    });
  });
  it('is quiet when nothing is armed', () => {
    expect(summarise([])).toEqual({ tone: 'idle', headline: 'Not recording', trouble: '' });
    expect(summarise([source('A', 'arming')]).headline).toBe('Opening 1 source');
  });
});

describe('disk', () => {
  const day = 86_400 * 288_000;
  it('forecasts from what is recorded now', () => {
    expect(diskWords(12_400_000_000, [])).toEqual({ free: '12.4 GB free', lasts: '' });
    expect(diskWords(day * 9, [source('A', 'recording'), source('B', 'disarmed')]).lasts).toBe('9 days at this rate');
  });
  it('is short below a day, and below 2 GB', () => {
    expect(isShort(day - 1, [source('A', 'recording')])).toBe(true);
    expect(isShort(day - 1, [source('A', 'disarmed')])).toBe(false);
    expect(isShort(1_999_999_999, [])).toBe(true);
  });
});
