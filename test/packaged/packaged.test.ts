import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DRIVABLE_FUSES, SHIPPING_FUSES } from '../../scripts/packaging/fuses.mjs';
import { MODULES } from '../../scripts/packaging/modules.mjs';
import { sizeOf } from '../../scripts/packaging/package.mjs';
import { makeProfile, removeProfile } from '../support/electron.ts';
import { decode, probe } from '../support/ffmpeg.ts';
import { keptPort } from '../support/ports.ts';
import { filesOfArchive } from './asar.ts';

const run = promisify(execFile);
const shipped = inject('shipped');
const resources = join(dirname(shipped), 'resources');

/** The digits that stand for a fuse in a program. */
const [FUSE_OFF, FUSE_ON] = [0x30, 0x31];
/** What is ours, and the packages that it needs, in bytes. */
const MOST_BYTES = 22e6;
const IS_ROOT = process.getuid?.() === 0;
/** As somebody may write it who has no window; what is left out is as it is without a file. */
const SETTINGS = {
  version: 1,
  settings: { resumeArmed: true, splitSeconds: 86_400 },
  sources: [
    {
      id: '3d5c1b9e-52f4-4a35-9f07-7c3f2c1b0a11',
      kind: 'generator',
      name: 'Signal',
      programme: 'mixed',
      seed: 7,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 1,
    },
  ],
  armed: [] as string[],
};

describe('the package', () => {
  it('has the fuses that it is to have, read from the program itself', async () => {
    for (const [program, wanted] of [
      [shipped, SHIPPING_FUSES],
      [inject('drivable'), DRIVABLE_FUSES],
    ] as const) {
      const wire = await getCurrentFuseWire(program);
      const found = Object.keys(wanted).map((fuse) => [fuse, wire[Number(fuse) as keyof typeof wire]]);
      const states = Object.entries(wanted).map(([fuse, on]) => [fuse, on ? FUSE_ON : FUSE_OFF]);
      expect(found).toEqual(states);
    }
  });

  it('holds what runs, and little of that', async () => {
    const files = await filesOfArchive(join(resources, 'app.asar'));
    const idle = files.filter(({ path }) => /\.(?:ts|map|h|c|cc|cpp|gyp|o)$|(?:^|\/)tests?\//.test(path));
    expect(idle).toEqual([]);
    // Of the window, on Linux.
    expect(files.map(({ path }) => path)).toContain('out/icons/256x256.png');
    const native = files.filter(({ path }) => /\.(?:node|dll|dylib)$|\.so(?:\.\d+)?$/.test(path));
    expect(native.map(({ isUnpacked }) => isUnpacked)).toEqual([true, true, true]);
    expect(await readdir(resources)).toEqual(['app.asar', 'app.asar.unpacked']);
    expect(await sizeOf(resources)).toBeLessThan(MOST_BYTES);
  });

  it('holds every package that its own ask for', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-modules-'));
    try {
      // Away from the project, where whatever is missing would be found.
      await symlink(MODULES, join(folder, 'node_modules'));
      const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: object };
      // Two are no package for Node alone, and the program starts with them below; of hls.js, a page gets one file.
      const asked = Object.keys(dependencies).filter(
        (name) => existsSync(join(MODULES, name)) && !['naudiodon', 'electron-store', 'hls.js'].includes(name),
      );
      expect(asked).toContain('zod');
      const script = asked.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
      await writeFile(join(folder, 'ask.mjs'), script);
      await run(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', join(folder, 'ask.mjs')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the program as it is given to people, told by whoever starts it to be something else', () => {
  const token = 'a-token-for-programs-outside';
  const foreign = join(resources, 'app');
  let profile: string;
  let marker: string;
  let inspector: number;
  let api: string;
  let child: ChildProcess;
  let ended: Promise<unknown[]>;
  let printed = '';
  beforeAll(async () => {
    profile = await makeProfile();
    await writeFile(join(profile, 'settings.json'), JSON.stringify(SETTINGS));
    marker = join(profile, 'ran');
    const foreignCode = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'foreign code');`;
    await mkdir(foreign, { recursive: true });
    await writeFile(join(foreign, 'package.json'), '{"name":"foreign","main":"index.js"}');
    await writeFile(join(foreign, 'index.js'), foreignCode);
    const preload = join(profile, 'preload.cjs');
    await writeFile(preload, foreignCode);
    inspector = await keptPort();
    const port = await keptPort();
    api = `http://127.0.0.1:${port}`;
    child = spawn(
      inject('launcher'),
      [...(IS_ROOT ? ['--no-sandbox'] : []), '--disable-gpu', `--inspect=127.0.0.1:${inspector}`, '-e', foreignCode],
      {
        env: {
          ...process.env,
          LONGTAKE_USER_DATA: profile,
          LONGTAKE_NO_DIALOGS: '1',
          LONGTAKE_API_PORT: String(port),
          LONGTAKE_API_TOKEN: token,
          ELECTRON_RUN_AS_NODE: '1',
          NODE_OPTIONS: `--require=${preload}`,
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    ended = once(child, 'exit');
    child.stdout?.on('data', (data: Buffer) => (printed += data.toString()));
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(foreign, { recursive: true, force: true });
    await removeProfile(profile);
  });

  async function ask(method: 'GET' | 'POST', path: string, body?: object, bearer = token): Promise<unknown> {
    const response = await fetch(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return [response.status, text.startsWith('{') ? JSON.parse(text) : text];
  }
  const isSource = (state: string): unknown => [
    200,
    expect.objectContaining({ healthy: true, sources: [expect.objectContaining({ name: 'Signal', state })] }),
  ];

  it('runs nothing of it', async () => {
    await expect.poll(() => printed).toContain('is running');
    expect(await listens(inspector)).toBe(false);
    await expect(access(marker)).rejects.toThrow('ENOENT');
  });

  it('records, marks, begins new files and stops by its HTTP API', async () => {
    await expect.poll(() => ask('GET', '/api/v1/status')).toEqual(isSource('disarmed'));
    expect(await ask('GET', '/api/v1/status', undefined, 'a-wrong-token')).toMatchObject([401, {}]);
    expect(await ask('POST', '/api/v1/start', { sources: ['Signal'] })).toMatchObject([200, {}]);
    await expect.poll(() => ask('GET', '/api/v1/status')).toEqual(isSource('recording'));
    expect(await ask('GET', '/health')).toMatchObject([
      200,
      { status: 'ok', sources: [{ source: 'Signal', ok: true }] },
    ]);
    expect(await ask('GET', '/metrics')).toEqual([200, expect.stringMatching(/^longtake_\w+.*source="Signal"/m)]);
    expect(await ask('POST', '/api/v1/mark', { label: 'Owl', source: 'Signal' })).toMatchObject([200, {}]);
    expect(await ask('POST', '/api/v1/split')).toMatchObject([200, {}]);
    await expect.poll(async () => (await recordings(profile)).length).toBeGreaterThan(1);
    // What is answered is done.
    expect(await ask('POST', '/api/v1/stop')).toMatchObject([200, {}]);
    expect(await ask('GET', '/api/v1/status')).toEqual(isSource('disarmed'));
    for (const path of await recordings(profile)) {
      expect(await probe(path)).toMatchObject({
        container: 'wav',
        codec: 'pcm_s16le',
        sampleRate: 48_000,
        channels: 1,
      });
      expect((await decode(path)).complaints, path).toBe('');
    }
  });

  it('ends with its files closed when it is asked to by a signal', async () => {
    const before = await recordings(profile);
    expect(await ask('POST', '/api/v1/start')).toMatchObject([200, {}]);
    await expect.poll(() => recordings(profile).then((files) => files.length)).toBeGreaterThan(before.length);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    for (const path of await recordings(profile)) {
      const { complaints, pcm } = await decode(path);
      expect(complaints, path).toBe('');
      // The header tells of every sample: 44 bytes and more, and two for each.
      expect((await stat(path)).size - pcm.length, path).toBeLessThan(1024);
      expect(pcm.length, path).toBeGreaterThan(0);
    }
    const settings = JSON.parse(await readFile(join(profile, 'settings.json'), 'utf8')) as typeof SETTINGS;
    expect(settings.armed).toEqual(SETTINGS.sources.map(({ id }) => id));
    await expect(access(marker)).rejects.toThrow('ENOENT');
  });
});

async function recordings(profile: string): Promise<string[]> {
  const folder = join(profile, 'Recordings');
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith('.wav')).map((name) => join(folder, name));
}

/** Whether a program takes connections at this port of this computer. */
async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Refused: nobody is there.
    return false;
  } finally {
    socket.destroy();
  }
}
