import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LINUX_PROGRAM } from '../../scripts/packaging/launcher.mjs';
import { commandLine } from '../../src/main/commandLine.ts';
import { makeProfile, removeProfile } from '../support/electron.ts';
import { probe } from '../support/ffmpeg.ts';
import { Headless } from '../support/headless.ts';

const run = promisify(execFile);
const program = inject('launcher');

describe('the longtake command of the package, without a display', () => {
  let profile: string;
  let env: Record<string, string>;
  const started: Headless[] = [];
  beforeAll(async () => {
    profile = await makeProfile();
    // Chromium's own files of commands go here, too.
    env = {
      LONGTAKE_USER_DATA: profile,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
      TMPDIR: await mkdtemp(join(profile, 'tmp-')),
    };
  });
  afterAll(async () => {
    for (const command of started) await command.stop();
    await removeProfile(profile);
  });

  function start(...args: readonly string[]): Headless {
    const command = new Headless(args, { folder: profile, env, program });
    started.push(command);
    return command;
  }
  async function end(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const command = start(...args);
    const code = await command.ended();
    return { code, out: command.stdout, err: command.stderr };
  }

  it('prints its version, its help and inputs, and nothing of the runtime', async () => {
    expect(await end('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
    const devices = await end('devices', '--json');
    expect(devices).toMatchObject({ code: 0, err: '' });
    for (const line of devices.out.split('\n').slice(0, -1)) expect(JSON.parse(line)).toMatchObject({ type: 'device' });
  });

  it('refuses what it does not know', async () => {
    expect(await end('devices', '--loud')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining("'--loud'"),
    });
    expect(await end('sing')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--help') });
  });

  it('records until Ctrl+C, tells of it, and checks what was recorded', async () => {
    const add = ['sources', 'add', 'signal', '--name', 'Signal', '--split', '86400'];
    expect(await end(...add)).toMatchObject({ code: 0, err: '' });
    const record = start('record', 'Signal');
    await record.until('a file is open', () => record.stdout.includes('Signal: recording'));
    expect(await end('status')).toMatchObject({ code: 0, out: expect.stringMatching(/Signal +recording/) });
    record.signal('SIGINT');
    expect(await record.ended()).toBe(0);
    expect(record.stdout).toContain('Every file is closed.');
    const folder = join(profile, 'Recordings');
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.wav'));
    expect(files).toHaveLength(1);
    expect(await probe(join(folder, files[0] ?? ''))).toMatchObject({ container: 'wav' });
    expect(await end('verify')).toMatchObject({ code: 0, out: expect.stringContaining('all in order') });
  });

  it('serves the studio, and leaves nothing of the runtime behind', async () => {
    const serve = start('serve', '--port', '0');
    await serve.until('it listens', () => serve.stdout.includes('Press Ctrl+C'));
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(serve.stdout)?.[0] ?? '';
    expect((await fetch(`${address}/health`)).status).toBe(200);
    expect(await (await fetch(address)).text()).toContain('<html');
    serve.signal('SIGTERM');
    expect(await serve.ended()).toBe(0);
    expect(await readdir(env['TMPDIR'] ?? '')).toEqual([]);
  });

  it('is had by every word that the help names', async () => {
    const { out } = await end('--help');
    const words = [...(out.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(
      ([, word]) => word ?? '',
    );
    expect(words).toContain('serve-sessions');
    for (const word of words) expect(commandLine(['longtake', word, '--json']), word).toEqual([word, '--json']);
    const folder = await mkdtemp(join(tmpdir(), 'longtake-launcher-'));
    try {
      await copyFile(program, join(folder, 'longtake'));
      const printer = join(folder, LINUX_PROGRAM);
      await writeFile(printer, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
      await chmod(printer, 0o755);
      const given = async (...args: readonly string[]): Promise<string[]> =>
        (await run(join(folder, 'longtake'), args, { cwd: folder })).stdout.split('\n').slice(0, -1);
      // A file of a command's name is no reason to open it.
      for (const word of words) {
        await writeFile(join(folder, word), '');
        const all = await given(word, '--profile', 'a folder');
        expect(all, word).toContain('--longtake-command');
        expect(commandLine(['longtake', ...all]), word).toEqual([word, '--profile', 'a folder']);
      }
      expect(await given('sing')).toContain('--longtake-command');
      await writeFile(join(folder, 'dawn.wav'), '');
      for (const opened of [['dawn.wav'], ['/x/y.wav'], ['longtake://recording/x'], ['--hidden', 'record']]) {
        expect(await given(...opened)).toEqual(opened);
        expect(commandLine([join(dirname(program), LINUX_PROGRAM), ...opened])).toBeUndefined();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
