import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge, lastLine, sum, summary } from '../../scripts/testing/tally.mjs';

const ended = { code: 0, timedOut: false };

describe('a suite', () => {
  it('comes to what its tests came to', () => {
    const tally = { passed: 3, failures: [], skips: ['a > b: no soundcard'] };
    expect(judge('unit', tally, ended)).toEqual(tally);
  });

  it.each([
    ['wrote nothing', undefined, { code: 1, timedOut: false }, 'ended without a result (exit code 1)'],
    ['had no test', { passed: 0, failures: [], skips: [] }, ended, 'there was no test to run'],
    ['crashed at the end', { passed: 2, failures: [], skips: [] }, { code: 1, timedOut: false }, 'exit code 1'],
    ['took too long', { passed: 2, failures: [], skips: [] }, { code: 143, timedOut: true }, 'took too long'],
  ])('that %s is a failure', (_name, written, ending, sentence) => {
    const { failures } = judge('unit', written, ending);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(sentence);
  });
});

it('the last line has the sums', () => {
  const total = sum([
    { passed: 5, failures: [], skips: ['x: why'] },
    { passed: 2, failures: ['y: broke\n  at line 3'], skips: [] },
  ]);
  expect(lastLine(total)).toBe('7 passed, 1 failed, 1 skipped');
  expect(summary(total)).toEqual(['', 'Skipped', '  x: why', '', 'Failed', '  y: broke', '']);
});

describe('the reporter, with a real run', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('tells passed, failed, skipped with its reason, and crashed', async () => {
    await writeFile(
      join(folder, 'some.test.js'),
      `describe('some', () => {
         it('passes', () => {});
         it('fails', () => { throw new Error('broke'); });
         it('skips', (context) => context.skip('no soundcard'));
         it.skip('skips silently', () => {});
       });`,
    );
    await writeFile(join(folder, 'crash.test.js'), `throw new Error('at load');`);
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
    const reporter = fileURLToPath(new URL('../../scripts/testing/tally-reporter.mjs', import.meta.url));
    const tallyFile = join(folder, 'tally.json');
    const child = spawn(process.execPath, [vitest, 'run', '--root', folder, '--globals', `--reporter=${reporter}`], {
      env: { ...process.env, LONGTAKE_TALLY_FILE: tallyFile },
      stdio: 'ignore',
    });
    const [code]: unknown[] = await once(child, 'close');
    expect(code).toBe(1);
    const tally: unknown = JSON.parse(await readFile(tallyFile, 'utf8'));
    expect(tally).toEqual({
      passed: 1,
      failures: expect.arrayContaining(['some.test.js > some > fails: broke', 'crash.test.js: at load']),
      skips: ['some.test.js > some > skips: no soundcard', 'some.test.js > some > skips silently: no reason given'],
    });
  });
});
