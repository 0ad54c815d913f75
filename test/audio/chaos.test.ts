import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chaosPrograms } from '../../scripts/testing/chaos-programs.mjs';
import { buildPrograms } from '../../scripts/testing/programs.mjs';
import { runChaos } from '../chaos/chaos.ts';

const PROJECT = join(import.meta.dirname, '../..');

describe('recordings in a world where everything goes wrong', () => {
  // `npm run chaos` does this for as many rounds as are wanted, with what a seed decides.
  it('accounts for every second of ten inputs, in files that all decode', async () => {
    const programs = await buildPrograms('chaos-test', chaosPrograms);
    const lines: string[] = [];
    const report = await runChaos({
      rounds: 2,
      seed: 7,
      severity: { longest: 2500 },
      programs: { product: join(PROJECT, 'out', 'main'), host: join(programs, 'host.js'), recorder: programs },
      keep: join(PROJECT, 'test-output', 'chaos'),
      tell: (line) => lines.push(line),
      kinds: [
        ['recorder killed', 'card unplugged', 'stream garbage'],
        ['main killed', 'server killed', 'stream stalled'],
      ],
    });
    expect(report.failures, lines.join('\n')).toEqual([]);
    expect(report.filesChecked).toBeGreaterThan(20);
    // What was lost is told; a gap keeps its first cause, so which other causes there are depends on the moment.
    expect(Object.keys(report.faults)).toHaveLength(6);
    expect(report.lostSeconds.accounted['crash']).toBeGreaterThan(0);
    expect(report.lostSeconds.unaccounted).toBe(0);
  });
});
