import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DRIVABLE_FUSES, SHIPPING_FUSES } from '../../scripts/packaging/fuses.mjs';
import { MODULES } from '../../scripts/packaging/modules.mjs';
import { sizeOf } from '../../scripts/packaging/package.mjs';
import { makeProfile, removeProfile, RunningApp } from '../support/electron.ts';
import { decode } from '../support/ffmpeg.ts';
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
      // The two that are no package for Node alone; the program starts with them below.
      const asked = Object.keys(dependencies).filter(
        (name) => existsSync(join(MODULES, name)) && !['naudiodon', 'electron-store'].includes(name),
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
  let profile: string;
  const foreign = join(resources, 'app');
  beforeAll(async () => {
    profile = await makeProfile();
    // Set up by the one that can be driven: it is the same program.
    const app = await RunningApp.launch(profile);
    await app.request('settings.update', { splitSeconds: 5 });
    const { config } = await app.request('sources.add', {
      kind: 'generator',
      name: 'Signal',
      programme: 'mixed',
      seed: 7,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 1,
    });
    await app.request('sources.arm', { ids: [config.id] });
    await app.kill();
  });
  afterAll(async () => {
    await rm(foreign, { recursive: true, force: true });
    await removeProfile(profile);
  });

  it('records all the same, and ends with its files closed', async () => {
    const marker = join(profile, 'ran');
    const foreignCode = `require('node:fs').writeFileSync(${JSON.stringify(marker)}, 'foreign code');`;
    await mkdir(foreign, { recursive: true });
    await writeFile(join(foreign, 'package.json'), '{"name":"foreign","main":"index.js"}');
    await writeFile(join(foreign, 'index.js'), foreignCode);
    const preload = join(profile, 'preload.cjs');
    await writeFile(preload, foreignCode);
    const port = await keptPort();

    const child = spawn(
      shipped,
      [...(IS_ROOT ? ['--no-sandbox'] : []), '--disable-gpu', `--inspect=127.0.0.1:${port}`, '-e', foreignCode],
      {
        env: {
          ...process.env,
          LONGTAKE_USER_DATA: profile,
          LONGTAKE_NO_DIALOGS: '1',
          ELECTRON_RUN_AS_NODE: '1',
          NODE_OPTIONS: `--require=${preload}`,
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const ended = once(child, 'exit');
    let printed = '';
    child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
    await expect.poll(() => printed).toContain('is running');
    expect(await listens(port)).toBe(false);
    await expect.poll(() => recordings(profile).then((files) => files.length)).toBeGreaterThan(2);
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);

    await expect(access(marker)).rejects.toThrow('ENOENT');
    for (const path of await recordings(profile)) {
      const { complaints, pcm } = await decode(path);
      expect(complaints, path).toBe('');
      expect(pcm.length, path).toBeGreaterThan(0);
    }
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
