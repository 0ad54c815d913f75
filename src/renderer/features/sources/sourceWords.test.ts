import { describe, expect, it } from 'vitest';
import type { SourceConfig, SourceStatus } from '../../../shared/domain/source.ts';
import { recordingId, sourceId } from '../../../shared/units.ts';
import { cardFacts, fileName, openLength, retryWords, sourceFormat } from './sourceWords.ts';

const id = sourceId('3b241101-e2bb-4255-8caf-4136c566a962');
const status = (fields: Partial<SourceStatus>): SourceStatus => ({
  sourceId: id,
  state: 'reconnecting',
  since: 0,
  ...fields,
});

describe('cardFacts', () => {
  it('tells of arecord and of the clock while it is recorded', () => {
    const backend = { name: 'arecord', reason: 'PortAudio does not list this device.' } as const;
    const card = status({ state: 'recording', backend, driftPpm: -12.34, driftUncertaintyPpm: 0.5 });
    expect(cardFacts(card).map(({ text }) => text)).toEqual(['with arecord', 'clock −12.3 ppm']);
    expect(cardFacts(card)[0]?.detail).toBe('Captured with arecord. PortAudio does not list this device.');
    expect(cardFacts(card)[1]?.detail).toContain('give or take 0.5 ppm: 1.07 s a day');
    expect(cardFacts({ ...card, state: 'reconnecting' })).toEqual([]);
    expect(cardFacts(status({ state: 'recording', backend: { ...backend, name: 'portaudio' } }))).toEqual([]);
  });
});

describe('retryWords', () => {
  it('counts down and numbers the try', () => {
    expect(retryWords(status({ nextTryAt: 5000, attempt: 3 }), 1)).toBe('Trying again in 5 s (3rd try).');
    expect(retryWords(status({ nextTryAt: 300_000, attempt: 12 }), 0)).toBe('Trying again in 5:00 (12th try).');
  });
  it('says when it is tried at this moment', () => {
    expect(retryWords(status({ nextTryAt: 5000, attempt: 1 }), 5000)).toBe('Trying now (1st try).');
    expect(retryWords(status({}), 0)).toBe('Trying now.');
  });
});

describe('sourceFormat', () => {
  const stream: SourceConfig = { id, name: 'Radio', kind: 'stream', url: 'http://x/', username: '', format: 'auto' };
  it('is what is delivered, else what is asked for', () => {
    expect(sourceFormat(stream, status({}))).toBe('Stream');
    expect(
      sourceFormat(stream, status({ format: { codec: 'mp3', sampleRate: 0, channels: 2, bitrate: 192_000 } })),
    ).toBe('MP3 192 kbit/s stereo');
  });
});

describe('openLength', () => {
  const open = (durationMs: number) => ({
    id: recordingId(id),
    path: 'a.wav',
    startedAt: 0,
    durationMs,
    bytes: 0,
    nextBoundaryAt: 0,
  });
  it('runs with the clock between reports', () => expect(openLength(open(1000), 1900)).toBe(1900));
  it('stops when reports stop', () => expect(openLength(open(1000), 60_000)).toBe(2500));
  it('is never less than what was captured', () => expect(openLength(open(5000), 4000)).toBe(5000));
});

describe('fileName', () => {
  it('is the last part of a path', () => expect(['a/b.wav', 'b.wav'].map(fileName)).toEqual(['b.wav', 'b.wav']));
});
