import { describe, expect, it } from 'vitest';
import { parseSplit, typedSplit } from './split.ts';

describe('parseSplit', () => {
  it('takes minutes and seconds', () => {
    expect(parseSplit(' 5 ', 'seconds')).toEqual({ seconds: 5 });
    expect(parseSplit('0.5', 'minutes')).toEqual({ seconds: 30 });
    expect(parseSplit('0.1', 'minutes')).toEqual({ seconds: 6 });
    expect(parseSplit('1440', 'minutes')).toEqual({ seconds: 86_400 });
  });
  it('says what is wrong', () => {
    expect(parseSplit('', 'minutes')).toEqual({ error: 'Enter a number.' });
    expect(parseSplit('4', 'seconds')).toEqual({ error: 'A split takes at least 5 seconds.' });
    expect(parseSplit('1441', 'minutes')).toEqual({ error: 'A split takes at most 24 hours.' });
    expect(parseSplit('5.5', 'seconds')).toHaveProperty('error');
  });
});

describe('typedSplit', () => {
  it('prefers whole minutes', () => {
    expect(typedSplit(3600)).toEqual({ text: '60', unit: 'minutes' });
    expect(typedSplit(90)).toEqual({ text: '90', unit: 'seconds' });
  });
});
