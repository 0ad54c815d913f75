import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { HookScript } from '../../shared/domain/hooks.ts';
import { ScriptRunner } from './scriptRunner.ts';

let folder: string;
let problems: string[];
let runner: ScriptRunner;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-script-'));
  problems = [];
  runner = new ScriptRunner({ log: silentLog, folder, onProblem: (sentence) => problems.push(sentence) });
});
afterEach(async () => {
  await runner.stop();
  await rm(folder, { recursive: true, force: true });
});

const node = (code: string, more: Partial<HookScript> = {}): HookScript => ({
  program: process.execPath,
  args: ['-e', code],
  ...more,
});
const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8').catch(() => '');

describe('a script', () => {
  it('gets the message on stdin and its type in the environment, and none of our secrets', async () => {
    vi.stubEnv('LONGTAKE_API_TOKEN', 'a-secret-of-this-process');
    const code = `let all = ''; process.stdin.on('data', (piece) => (all += piece)).on('end', () =>
      require('fs').writeFileSync('told', JSON.stringify([all, process.env.LONGTAKE_EVENT, process.env.LONGTAKE_API_TOKEN])));`;
    runner.add({ script: node(code), type: 'closed', body: '{"type":"closed","name":"Ä $(id)"}' });
    await expect
      .poll(() => text('told'))
      .toBe(JSON.stringify(['{"type":"closed","name":"Ä $(id)"}\n', 'closed', null]));
    vi.unstubAllEnvs();
    await expect.poll(() => runner.status).toEqual({ waiting: 0, runs: 1, failures: 0 });
  });

  it('that fails, or is not there, is told once until it works again', async () => {
    runner.add({ script: node('process.exit(3)'), type: 'opened', body: '' });
    await expect.poll(() => problems.length).toBe(1);
    expect(problems[0]).toContain('ended with 3');
    runner.add({ script: { program: join(folder, 'nothing') }, type: 'opened', body: '' });
    await expect.poll(() => runner.status.problem).toContain('ENOENT');
    expect(problems).toHaveLength(1);
    runner.add({ script: node(''), type: 'opened', body: '' });
    await expect.poll(() => runner.status).toEqual({ waiting: 0, runs: 3, failures: 2 });
  });

  it('that hangs is killed with what it started', async () => {
    const child = `require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000);`;
    const code = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'ignore' }); setInterval(() => {}, 1000);`;
    runner.add({ script: node(code, { timeoutSeconds: 30 }), type: 'section', body: '' });
    await expect.poll(() => text('pid')).toMatch(/^\d+$/);
    const pid = Number(await text('pid'));
    await runner.stop();
    const isAlive = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive).toBe(false);
  });

  it('that takes longer than it may is killed and told', async () => {
    runner.add({ script: node('setInterval(() => {}, 1000)', { timeoutSeconds: 1 }), type: 'section', body: '' });
    await expect.poll(() => problems.join()).toContain('took longer than 1 s');
  });

  it('runs twice at a time and no more; the rest waits its turn', async () => {
    const code = `const fs = require('fs'); fs.appendFileSync('log', '+'); const at = setInterval(() => {
      if (fs.existsSync('go')) { fs.appendFileSync('log', '-'); clearInterval(at); } }, 20);`;
    for (let count = 0; count < 5; count += 1) runner.add({ script: node(code), type: 'opened', body: '' });
    await expect.poll(() => text('log')).toBe('++');
    expect(runner.status).toMatchObject({ waiting: 5, runs: 2 });
    runner.add({ script: node(`require('fs').writeFileSync('last', '')`), type: 'opened', body: '' });
    await writeFile(join(folder, 'go'), '');
    await expect.poll(() => runner.status).toEqual({ waiting: 0, runs: 6, failures: 0 });
    expect((await text('log')).replaceAll('+', '')).toBe('-----');
  });

  it('makes room for an alarm', async () => {
    const code = `const fs = require('fs'); const at = setInterval(() => {
      if (fs.existsSync('go')) clearInterval(at); }, 20);`;
    const quick = node(`require('fs').appendFileSync('types', process.env.LONGTAKE_EVENT + ' ')`);
    for (let count = 0; count < 2; count += 1) runner.add({ script: node(code), type: 'opened', body: '' });
    runner.add({ script: quick, type: 'raised', body: '' });
    for (let count = 0; count < 200; count += 1) runner.add({ script: { program: '/' }, type: 'section', body: '' });
    expect(runner.status).toMatchObject({ waiting: 202, failures: 1, dropped: 1 });
    await writeFile(join(folder, 'go'), '');
    await expect.poll(() => text('types')).toBe('raised ');
  });
});
