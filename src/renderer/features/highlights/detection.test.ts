import { describe, expect, it } from 'vitest';
import { DEFAULT_DETECTION } from '../../../shared/domain/section.ts';
import { analysisWords } from './analysisWords.ts';
import { overridesOf, parseDetection, textsOf } from './detectionForm.ts';

describe('the state of the analysis', () => {
  it('is told while there is something to do', () => {
    expect(analysisWords({ waiting: 0, done: 40 })).toBeUndefined();
    expect(analysisWords({ waiting: 28, done: 12 })?.line).toBe('Analysing 13 of 40');
    expect(analysisWords({ waiting: 28, done: 12, held: 'paused' })?.line).toBe('Paused: 28 not analysed');
    expect(analysisWords({ waiting: 1, done: 0, held: 'no decoder' })?.explanation).toContain('ffmpeg');
  });
});

describe('what makes a section', () => {
  const texts = textsOf(DEFAULT_DETECTION);
  it('is read from what is typed', () => {
    expect(parseDetection({ ...texts, graceSeconds: '0,5' })).toEqual({
      detection: { ...DEFAULT_DETECTION, graceSeconds: 0.5 },
    });
    expect(parseDetection({ ...texts, marginDb: '', minSeconds: '-1' })).toEqual({
      errors: { marginDb: 'Enter a number of dB.', minSeconds: 'Enter 0 or more.' },
    });
  });
  it('is kept for a source only where it differs', () => {
    expect(overridesOf({ ...DEFAULT_DETECTION, marginDb: 6 }, DEFAULT_DETECTION)).toEqual({ marginDb: 6 });
    expect(overridesOf(DEFAULT_DETECTION, DEFAULT_DETECTION)).toBeUndefined();
  });
});
