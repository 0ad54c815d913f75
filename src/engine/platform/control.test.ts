import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/turnedClock.ts';
import { answer, type Handlers } from '../../shared/contract/handlers.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { findControl } from './controlClient.ts';
import { controlPath } from './controlPath.ts';
import { type Control, type ControlOptions, openControl } from './controlServer.ts';

/** Events go to whoever listens. */
class Studio {
  readonly listeners = new Set<(name: 'notice', payload: never) => void>();
  readonly handlers = {
    'settings.previewPattern': ({ pattern }: { pattern: string }) => ({ path: pattern }),
    'sources.remove': () => {
      throw new LongtakeError('NOT_FOUND', 'It is gone.', { details: { field: 'id' } });
    },
    'library.recordingAt': () => {
      throw new LongtakeError('NOT_FOUND', 'There is none.');
    },
    'storage.get': () => {
      throw new Error('a secret path');
    },
  } as unknown as Handlers;
  onEvent(listener: (name: never, payload: never) => void): () => void {
    this.listeners.add(listener as never);
    return () => this.listeners.delete(listener as never);
  }
}

let folder: string;
let open: Control[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longtake-control-'));
  open = [];
});
afterEach(() => {
  for (const control of open) control.close();
  rmSync(folder, { recursive: true, force: true });
});

const take = async (options: Partial<ControlOptions> = {}): Promise<Control> => {
  const control = await openControl({ folder, kind: 'desktop', log: silentLog, ...options });
  open.push(control);
  return control;
};

describe('the control socket', () => {
  it('is for its owner alone, and says who holds the profile', async () => {
    await take({ kind: 'serve' });
    if (process.platform !== 'win32') {
      expect(statSync(controlPath(folder)).mode & 0o777).toBe(0o600);
      expect(statSync(dirname(controlPath(folder))).mode & 0o777).toBe(0o700);
    }
    const link = await findControl(folder);
    expect(link?.hello).toMatchObject({ kind: 'serve', pid: process.pid });
    link?.close();
  });

  it('answers the contract, with its codes and its checks', async () => {
    await take({ studio: new Studio() });
    const link = await findControl(folder);
    const asked = link?.request('settings.previewPattern', { pattern: '%Y', sourceName: 'A' });
    expect(await asked).toEqual({ path: '%Y' });
    const removed = link?.request('sources.remove', { id: '1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d' });
    await expect(removed).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'It is gone.',
      details: { field: 'id' },
    });
    await expect(link?.request('sources.remove', { id: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(link?.request('library.recordingAt', { path: '/a' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const broken = link?.request('storage.get', {});
    await expect(broken).rejects.toMatchObject({ code: 'INTERNAL', message: expect.not.stringContaining('secret') });
    link?.close();
  });

  it('lets places be named through it, and through nothing else', async () => {
    const { handlers } = new Studio();
    const asked = await answer(handlers, 'library.recordingAt', { path: '/a' }, () => undefined);
    expect(asked).toMatchObject({ ok: false, error: { code: 'NOT_ALLOWED' } });
  });

  it('tells events to those who listen, and forgets who has gone', async () => {
    const studio = new Studio();
    await take({ studio });
    const link = await findControl(folder);
    const heard: unknown[] = [];
    link?.onEvent((name, payload) => heard.push([name, payload]));
    await expect.poll(() => studio.listeners.size).toBe(1);
    for (const listener of studio.listeners) listener('notice', { severity: 'info', message: 'Hé' } as never);
    await expect.poll(() => heard).toEqual([['notice', { severity: 'info', message: 'Hé' }]]);
    link?.close();
    await expect.poll(() => studio.listeners.size).toBe(0);
  });

  it('is held by one at a time; a command is waited for', async () => {
    const held = await take();
    await expect(take({ kind: 'record' })).rejects.toMatchObject({ code: 'CONFLICT' });
    held.close();
    const command = await take({ kind: 'command' });
    const link = await findControl(folder);
    await expect(link?.request('storage.get', {})).rejects.toMatchObject({ code: 'CONFLICT' });
    link?.close();
    await expect(take({ patienceMs: 1 })).rejects.toMatchObject({ code: 'CONFLICT' });
    const next = take({ patienceMs: 100_000 });
    command.close();
    await next;
  });

  it('ends for whoever speaks something else, and goes on for the others', async () => {
    await take({ studio: new Studio() });
    for (const line of [
      'GET / HTTP/1.1\r\n\r\n',
      '{"id":1}\n',
      '[]\n',
      '{"id":1,"request":"x","input":{},"more":1}\n',
    ]) {
      const socket = connect(controlPath(folder), () => socket.write(line));
      socket.resume();
      await once(socket, 'close');
    }
    const link = await findControl(folder);
    expect(await link?.request('settings.previewPattern', { pattern: 'b', sourceName: 'A' })).toEqual({ path: 'b' });
    link?.close();
  });

  it('is handed on among many that want it, to one at a time', async () => {
    let holders = 0;
    const want = async (): Promise<void> => {
      for (;;) {
        try {
          const control = await openControl({ folder, kind: 'command', log: silentLog, patienceMs: 60_000 });
          holders += 1;
          expect(holders).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          holders -= 1;
          control.close();
          return;
        } catch (error) {
          if (!(error instanceof LongtakeError) || error.code !== 'CONFLICT') throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: 12 }, want));
    expect(holders).toBe(0);
  });

  it('outlives no program that was killed', async () => {
    if (process.platform === 'win32') return;
    const path = controlPath(folder);
    mkdirSync(dirname(path), { recursive: true });
    const script = `require('net').createServer(() => {}).listen(${JSON.stringify(path)}, () => console.log('here'))`;
    const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout) await once(child.stdout, 'data');
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(await findControl(folder)).toBeUndefined();
    // Of two that find it so, one has it.
    const both = await Promise.allSettled([take(), take()]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('has a place also where the path of the profile is too long, and says so where it may not be opened', async () => {
    const long = join(folder, 'x'.repeat(120));
    mkdirSync(long);
    await take({ folder: long });
    const link = await findControl(long);
    expect(link?.hello.kind).toBe('desktop');
    link?.close();
    if (process.getuid?.() === 0 || process.platform === 'win32') return;
    await take();
    chmodSync(dirname(controlPath(folder)), 0o000);
    await expect(findControl(folder)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    chmodSync(dirname(controlPath(folder)), 0o700);
  });
});
