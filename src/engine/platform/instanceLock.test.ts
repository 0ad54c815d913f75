import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock } from './instanceLock.ts';

/** Another process that has the lock, as a killed one left it. */
async function holder(name: string): Promise<ChildProcess> {
  const id = createHash('sha256').update(name).digest('hex').slice(0, 24);
  const path = JSON.stringify(join(tmpdir(), `longtake-${id}.sock`));
  const script = `require('net').createServer(() => {}).listen(${path}, () => console.log('here'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

describe('acquireLock', () => {
  it('is given to one at a time, and again after its release', async () => {
    const name = randomUUID();
    const first = await acquireLock(name);
    expect(first).toBeDefined();
    expect(await acquireLock(name)).toBeUndefined();
    expect(await acquireLock(`${name} another`)).toBeDefined();
    first?.release();
    expect(await acquireLock(name)).toBeDefined();
  });

  it('outlives no process that was killed', async () => {
    const name = randomUUID();
    const child = await holder(name);
    expect(await acquireLock(name)).toBeUndefined();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await acquireLock(name)).toBeDefined();
  });
});
