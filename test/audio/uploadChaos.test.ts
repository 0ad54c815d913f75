import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chaosPrograms } from '../../scripts/testing/chaos-programs.mjs';
import { buildPrograms } from '../../scripts/testing/programs.mjs';
import { runUploadChaos } from '../chaos/upload/uploadChaos.ts';

const PROJECT = join(import.meta.dirname, '../..');

// `npm run chaos -- upload` does this for as many rounds as are wanted.
it('brings every recording to the server once, through a bad line and kills of either side', async () => {
  const programs = await buildPrograms('upload-chaos-test', chaosPrograms);
  const lines: string[] = [];
  const report = await runUploadChaos({
    rounds: 4,
    seed: 3,
    programs: { host: join(programs, 'host.js'), product: join(PROJECT, 'out', 'main') },
    keep: join(PROJECT, 'test-output', 'chaos'),
    tell: (line) => lines.push(line),
    ends: ['main', 'server', 'back-up', 'recorder'],
  });
  expect(report.failures, lines.join('\n')).toEqual([]);
  expect(report.recordings).toBeGreaterThan(5);
  expect(Object.keys(report.faults).length).toBeGreaterThan(2);
});
