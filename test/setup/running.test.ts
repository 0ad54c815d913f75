import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { supervise } from '../../scripts/setup/supervise.mjs';
import { checkNode } from '../../scripts/setup/node.mjs';
import { run } from '../../scripts/setup/run.mjs';
import { sandboxOf, sharedMemoryFlags } from '../../scripts/setup/chromium.mjs';

const scripts = new URL('../../scripts/setup/', import.meta.url).href;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a command', () => {
  it('has its output, line by line, and its exit code told', async () => {
    const lines: string[] = [];
    const script = "console.log('one'); console.error('two'); process.exitCode = 3;";
    const result = await run(process.execPath, ['-e', script], { onLine: (line: string) => lines.push(line) });
    expect(result).toMatchObject({ code: 3, timedOut: false, stdout: 'one\n' });
    expect(lines.toSorted()).toEqual(['one', 'two']);
  });

  it('finds nobody at stdin', async () => {
    const script = "process.stdin.on('data', () => {}).on('end', () => console.log('end of input'));";
    expect((await run(process.execPath, ['-e', script])).stdout).toBe('end of input\n');
  });

  it('that hangs is ended', async () => {
    const result = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 });
    expect(result.timedOut).toBe(true);
  });
});

describe('a program in the foreground', () => {
  const supervisor = (program: string, graceMs: number) => `
    import { main } from '${scripts}main.mjs';
    import { supervise } from '${scripts}supervise.mjs';
    await main(async () => {
      const ending = await supervise(process.execPath, ['${program}'], { env: process.env, graceMs: ${graceMs} });
      console.log('ended', ending.code, ending.interrupted);
      return ending.code;
    });`;
  // The grandchild keeps a connection to this test open for as long as it lives.
  const family = (port: number, atSignal: string) => `
    import { spawn } from 'node:child_process';
    const life = "process.on('SIGTERM', () => {}); require('node:net').connect(${port}, '127.0.0.1');";
    spawn(process.execPath, ['-e', life], { stdio: 'ignore' });
    process.on('SIGTERM', () => { ${atSignal} });
    setInterval(() => {}, 1000);`;

  async function startFamily(atSignal: string, graceMs: number) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const program = join(folder, 'program.mjs');
    const outer = join(folder, 'outer.mjs');
    await writeFile(program, family(address.port, atSignal));
    await writeFile(outer, supervisor(program, graceMs));
    const child = spawn(process.execPath, [outer], { stdio: 'ignore' });
    const exited = once(child, 'exit');
    const [grandchild] = (await once(server, 'connection')) as [Socket];
    server.close();
    const grandchildGone = once(
      grandchild.resume().on('error', () => undefined),
      'close',
    );
    return { child, exited, grandchildGone };
  }

  it('is asked to end once, though the signal comes twice, and its family goes with it', async () => {
    const { child, exited, grandchildGone } = await startFamily(
      'if (globalThis.asked) process.exit(9); globalThis.asked = true; setTimeout(() => process.exit(7), 200);',
      60_000,
    );
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const [code]: unknown[] = await exited;
    expect(code).toBe(7);
    await grandchildGone;
  });

  it('ends with the npm that started it, though the shell between them passes no signal on', async (context) => {
    if (process.platform === 'win32') context.skip('npm uses another shell there');
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const program = join(folder, 'program.mjs');
    const outer = join(folder, 'outer.mjs');
    await writeFile(program, `import { connect } from 'node:net'; connect(${address.port}, '127.0.0.1');`);
    await writeFile(outer, supervisor(program, 5000));
    // A shell with something left to do after the program waits for it, and does not become it.
    const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" "${outer}"; true`], {
      stdio: 'ignore',
      env: { ...process.env, npm_lifecycle_event: 'start' },
    });
    const [life] = (await once(server, 'connection')) as [Socket];
    server.close();
    const gone = once(
      life.resume().on('error', () => undefined),
      'close',
    );
    shell.kill('SIGTERM');
    await gone;
    expect(shell.signalCode).toBe('SIGTERM');
  });

  it('may be outlived by what closes its files', async () => {
    const closing = `process.on('SIGTERM', () => setTimeout(() => {
      require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'closed'))}, '');
      process.exit();
    }, 200)); setInterval(() => {}, 1000); console.log('up');`;
    const program = join(folder, 'program.mjs');
    await writeFile(
      program,
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ['-e', ${JSON.stringify(closing)}], { stdio: ['ignore', 'pipe', 'ignore'] });
       child.stdout.once('data', () => process.exit(0));`,
    );
    await supervise(process.execPath, [program], { env: process.env, graceMs: 0, lingerMs: 60_000 });
    expect(existsSync(join(folder, 'closed'))).toBe(true);
  });

  it('that does not end in its time is killed with its family', async () => {
    const { child, exited, grandchildGone } = await startFamily('', 200);
    child.kill('SIGTERM');
    const [code]: unknown[] = await exited;
    expect(code).toBe(137);
    await grandchildGone;
  });
});

describe('Node', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0'])('%s is new enough', (version) => {
    expect(checkNode(version)).toBe(version);
  });

  it.each(['20.18.9', '18.20.0'])('%s is too old, and it says so', (version) => {
    expect(() => checkNode(version)).toThrow(`Node ${version} is too old`);
  });
});

describe("Chromium's sandbox", () => {
  const debian = {
    platform: 'linux',
    isRoot: false,
    read: async (): Promise<string | undefined> => undefined,
    makesNamespaces: async () => true,
    isSetuidRoot: async () => false,
  } as const;

  it('is on for a person', async () => {
    expect(await sandboxOf('/x/electron', debian)).toEqual({ flags: [], note: undefined });
  });

  it('is off for root, and it says so', async () => {
    const { flags, note } = await sandboxOf('/x/electron', { ...debian, isRoot: true });
    expect(flags).toEqual(['--no-sandbox']);
    expect(note).toContain('root');
  });

  it.each([
    ['Ubuntu keeps user namespaces to itself', { read: async () => '1\n' }],
    ['no user namespace can be made', { makesNamespaces: async () => false }],
  ])('is off where %s, and it says how to have it', async (_name, forbidden) => {
    const edges = { ...debian, ...forbidden };
    const { flags, note } = await sandboxOf('/x/electron', edges);
    expect(flags).toEqual(['--no-sandbox']);
    expect(note).toContain("chmod 4755 '/x/chrome-sandbox'");
    expect(await sandboxOf('/x/electron', { ...edges, isSetuidRoot: async () => true })).toMatchObject({ flags: [] });
  });

  it('is left alone elsewhere', async () => {
    expect(await sandboxOf('/x/electron', { ...debian, platform: 'darwin', isRoot: true })).toMatchObject({
      flags: [],
    });
  });
});

it('Chromium goes without shared memory where there is none', async () => {
  const expected = process.platform === 'linux' ? ['--disable-dev-shm-usage'] : [];
  expect(await sharedMemoryFlags(join(folder, 'nothing'))).toEqual(expected);
});
