import { expect, it } from 'vitest';
import { explanationWords } from './useExplanation.ts';

it('says why a spot is in no section', () => {
  expect(explanationWords({ level: -48.24, missingDb: 8.31, section: undefined, tooShort: false })).toBe(
    '−48.2 dBFS, 8.3 dB too quiet for a section',
  );
  expect(explanationWords({ level: -20, missingDb: -3, section: undefined, tooShort: true })).toBe(
    '−20.0 dBFS, loud enough, but too short',
  );
});
