import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { supervise } from '../../scripts/setup/supervise.mjs';
import { groupsOf } from '../../scripts/testing/suites.mjs';

const quick = { name: 'quick', needsApp: false };
const waiting = { name: 'waiting', needsApp: true };
const computing = { name: 'computing', needsApp: false, beside: 'waiting' };

describe('suites', () => {
  it('that compute run beside the one that waits, when that one runs', () => {
    expect(groupsOf([quick, waiting, computing])).toEqual([[quick], [waiting, computing]]);
    expect(groupsOf([quick, computing])).toEqual([[quick], [computing]]);
    expect(groupsOf([computing])).toEqual([[computing]]);
  });
});

describe('a program beside others', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says what it says into a file, and gives way', async () => {
    const path = join(folder, 'said');
    const file = await open(path, 'w');
    // It is begun before it is told to give way, so it waits until that has come.
    const script = `const { getPriority } = require('node:os');
      const timer = setInterval(() => {
        if (getPriority() === ${getPriority()}) return;
        clearInterval(timer);
        console.log(getPriority());
        console.error('done');
      }, 10);`;
    const ending = await supervise(process.execPath, ['-e', script], {
      env: process.env,
      graceMs: 0,
      output: file.fd,
      niceness: 3,
    });
    await file.close();
    expect(ending).toMatchObject({ code: 0, interrupted: false });
    expect(await readFile(path, 'utf8')).toBe(`${Math.min(19, getPriority() + 3)}\ndone\n`);
  });
});
