import { describe, expect, it } from 'vitest';
import { draftOf, parseRules, rulesWords } from './ruleWords.ts';

const A = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11';
const B = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d22';

describe('typed rules', () => {
  it('come back as they were', () => {
    const rules = {
      maxAgeDays: 30,
      maxTotalBytes: 2_500_000_000,
      sources: { [A]: { keep: true }, [B]: { maxAgeDays: 0.5 } },
    };
    expect(parseRules(draftOf(rules))).toEqual({ rules });
    expect(parseRules(draftOf({}))).toEqual({ rules: {} });
  });

  it('are refused with the field that is wrong', () => {
    const draft = draftOf({ sources: { [A]: { maxAgeDays: 3 } } });
    expect(parseRules({ ...draft, minFreeGb: 'much' })).toMatchObject({ field: 'minFreeGb' });
    expect(parseRules({ ...draft, maxAgeDays: '0.01' })).toMatchObject({ field: 'maxAgeDays' });
    const own = { mode: 'own' as const, maxAgeDays: '-1', maxTotalGb: '' };
    expect(parseRules({ ...draft, sources: { [A]: own } })).toMatchObject({ field: `${A}.maxAgeDays` });
    expect(parseRules({ ...draft, maxAgeDays: '2,5' })).toMatchObject({ rules: { maxAgeDays: 2.5 } });
  });

  it('are told in a sentence', () => {
    expect(rulesWords({})).toBe('Nothing is deleted by itself.');
    expect(rulesWords({ maxAgeDays: 30, minFreeBytes: 5e9, sources: { [A]: { keep: true } } })).toBe(
      'Deleted: older than 30 days, when less than 5.0 GB is free. 1 source has a rule of its own.',
    );
  });
});
