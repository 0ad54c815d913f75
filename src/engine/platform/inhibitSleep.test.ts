import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../test/support/turnedClock.ts';
import { createSleepInhibitor } from './inhibitSleep.ts';

describe.skipIf(process.platform !== 'linux')('the sleep inhibitor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-inhibit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const text = (): Promise<string> => readFile(join(folder, 'said'), 'utf8').catch(() => '');

  it('holds a lock from hold to release', async () => {
    const command = join(folder, 'inhibit');
    await writeFile(command, `#!/bin/sh\necho "$1" > ${folder}/said\ncat\necho released >> ${folder}/said\n`);
    await chmod(command, 0o755);
    const inhibitor = createSleepInhibitor(silentLog, command);
    inhibitor.hold();
    await expect.poll(text).toBe('--what=sleep:idle\n');
    inhibitor.release();
    await expect.poll(text).toBe('--what=sleep:idle\nreleased\n');
  });

  it('says once that there is none', async () => {
    const warn = vi.fn();
    const inhibitor = createSleepInhibitor({ ...silentLog, warn }, join(folder, 'missing'));
    inhibitor.hold();
    await expect.poll(() => warn.mock.calls.length).toBe(1);
    inhibitor.release();
    inhibitor.hold();
    inhibitor.release();
    expect(warn).toHaveBeenCalledOnce();
  });
});
