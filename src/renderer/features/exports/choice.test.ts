import { describe, expect, it } from 'vitest';
import { EMPTY_CHOICE, formatOf, problemsOf } from './choice.ts';

describe('what is chosen for an export', () => {
  it('becomes a format, with a comma as good as a point', () => {
    expect(formatOf(EMPTY_CHOICE)).toEqual({ kind: 'cut' });
    const choice = { ...EMPTY_CHOICE, format: 'mp3' as const, fadeIn: '0,5', gain: ' -3 ' };
    expect(formatOf(choice)).toEqual({ kind: 'convert', to: 'mp3', fadeInMs: 500, gainDb: -3 });
  });

  it('is refused with a sentence where it makes no sense', () => {
    const choice = { ...EMPTY_CHOICE, format: 'mp3' as const, fadeOut: 'long', gain: '61' };
    expect(formatOf(choice)).toBeUndefined();
    expect(problemsOf(choice)).toEqual({
      fadeIn: undefined,
      fadeOut: 'Enter 0 to 60 seconds.',
      gain: 'Enter -60 to 60 dB.',
    });
  });
});
