import { describe, expect, it } from 'vitest';
import { soakSimulated } from '../soak/simulated.ts';

describe('hours of recording under a turned clock', () => {
  // `npm run soak` does 24 hours of it, and one in real time.
  it('goes through the night of a clock change without growing', async () => {
    const report = await soakSimulated({ hours: 2, splitSeconds: 300, start: '2026-10-25T00:00:00Z' });
    expect(report.failures).toEqual([]);
    expect(report.unaccountedSeconds).toBe(0);
    expect(report.boundaries).toBe(23);
    expect(report.gaps).toBe(report.losses);
  });
});
