import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { millis } from '../../shared/units.ts';
import { type Finding, Hysteresis, type Timing } from './hysteresis.ts';

const timing: Timing = { raiseAfterMs: 3000, clearAfterMs: 5000, staleMs: 2000 };

function run(findings: readonly Finding[], stepMs = 1000, used = timing) {
  const hysteresis = new Hysteresis();
  return findings.flatMap((finding, index) => {
    const change = hysteresis.observe(finding, millis(index * stepMs), used);
    return change ? [`${change} at ${index}`] : [];
  });
}

describe('hysteresis', () => {
  it('raises when the condition was bad for long enough, once', () => {
    expect(run(['bad', 'bad', 'bad', 'bad', 'bad', 'bad'])).toEqual(['raise at 3']);
  });
  it('begins anew after a look that was not bad', () => {
    expect(run(['bad', 'bad', 'bad', 'between', 'bad', 'bad', 'bad'])).toEqual([]);
    expect(run(['bad', 'bad', 'bad', 'between', 'bad', 'bad', 'bad', 'bad'])).toEqual(['raise at 7']);
  });
  it('clears only after it was good without a break', () => {
    const raised: Finding[] = ['bad', 'bad', 'bad', 'bad'];
    const good = (count: number): Finding[] => Array.from({ length: count }, () => 'good');
    expect(run([...raised, ...good(5)])).toEqual(['raise at 3']);
    expect(run([...raised, ...good(6)])).toEqual(['raise at 3', 'clear at 9']);
    expect(run([...raised, ...good(5), 'between', ...good(5)])).toEqual(['raise at 3']);
  });
  it('does not add up looks that lie too far apart', () => {
    expect(run(['bad', 'bad', 'bad'], 10_000)).toEqual([]);
  });

  it('never raises twice without a clear, never flaps, whatever it sees', () => {
    const finding = fc.constantFrom<Finding>('bad', 'between', 'good');
    const look = fc.record({ finding, afterMs: fc.integer({ min: 1, max: 4000 }) });
    const times = fc.record({
      raiseAfterMs: fc.integer({ min: 0, max: 5000 }),
      clearAfterMs: fc.integer({ min: 1, max: 5000 }),
      staleMs: fc.integer({ min: 1, max: 6000 }),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 300 }), times, (looks, used) => {
        const hysteresis = new Hysteresis();
        let now = 0;
        let last: { readonly change: string; readonly at: number } | undefined;
        const history: { readonly finding: Finding; readonly at: number }[] = [];
        for (const { finding: found, afterMs } of looks) {
          now += afterMs;
          history.push({ finding: found, at: now });
          const change = hysteresis.observe(found, millis(now), used);
          expect(hysteresis.raised).toBe(change === 'raise' || (change === undefined && last?.change === 'raise'));
          if (!change) continue;
          expect(change).toBe(last?.change === 'raise' ? 'clear' : 'raise');
          const needed = change === 'raise' ? used.raiseAfterMs : used.clearAfterMs;
          if (last) expect(now - last.at).toBeGreaterThanOrEqual(needed);
          // Every look within that time said the same.
          const looked = history.filter(({ at }) => at >= now - needed);
          expect(new Set(looked.map((entry) => entry.finding))).toEqual(new Set([change === 'raise' ? 'bad' : 'good']));
          last = { change, at: now };
        }
      }),
      { numRuns: 500 },
    );
  });
});
