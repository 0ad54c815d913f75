import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Handlers } from '../../shared/contract/handlers.ts';
import { sourceId } from '../../shared/units.ts';
import { tarOf } from './tar.ts';
import { Watching } from './watching.ts';
import { WebAccess } from './webAccess.ts';
import { readTls, readWebConfig } from './webConfig.ts';

const run = promisify(execFile);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-web-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('who may use the studio in a browser', () => {
  const path = (): string => join(folder, 'web.json');

  it('has the password, for as long as nobody sets another one or ends the log-in', async () => {
    let now = 1e12;
    const access = new WebAccess(path(), () => now);
    expect(access.hasPassword()).toBe(false);
    const made = await access.makePassword();
    expect(made).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    expect(await access.login('something else')).toBeUndefined();
    const cookie = await access.login(made);
    expect(access.isSession(cookie)).toBe(true);
    expect(access.isSession(`${cookie}x`)).toBe(false);
    // Another process, such as `longtake serve --end-sessions`.
    const other = new WebAccess(path(), () => now);
    expect(other.isSession(cookie)).toBe(true);
    await other.endAll();
    expect(access.isSession(cookie)).toBe(false);
    const next = await access.login(made);
    await access.keepPassword(made);
    expect(access.isSession(next)).toBe(true);
    await access.keepPassword('another password');
    expect(access.isSession(next)).toBe(false);
    const last = await access.login('another password');
    now += 31 * 86_400_000;
    expect(access.isSession(last)).toBe(false);
    await expect(access.setPassword('short')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('finds neither password nor cookie in a file that is its owner’s alone', async () => {
    const access = new WebAccess(path());
    await access.setPassword('correct horse battery');
    const cookie = (await access.login('correct horse battery')) ?? '';
    const kept = await readFile(path(), 'utf8');
    expect(kept).not.toContain('correct horse');
    expect(kept).not.toContain(cookie);
    expect((await stat(path())).mode & 0o777).toBe(0o600);
  });
});

describe('where it listens', () => {
  it('is loopback, and elsewhere only with TLS, behind a proxy, or by an explicit word', async () => {
    const file = join(folder, 'pem');
    await writeFile(file, '', { mode: 0o600 });
    expect(readWebConfig({}, {})).toMatchObject({
      host: '127.0.0.1',
      port: 8486,
      trustProxy: false,
      warning: undefined,
    });
    expect(() => readWebConfig({ host: '0.0.0.0' }, {})).toThrow('--tls-cert');
    expect(() => readWebConfig({}, { LONGTAKE_SERVE_HOST: '192.168.1.5' })).toThrow('--plain-http');
    expect(readWebConfig({ host: '0.0.0.0', plainHttp: true }, {}).warning).toContain('Without TLS');
    expect(readWebConfig({ host: '0.0.0.0', tlsCert: file, tlsKey: file }, {}).warning).toBeUndefined();
    expect(readWebConfig({ host: '::', trustProxy: '10.0.0.0/8' }, {})).toMatchObject({ trustProxy: '10.0.0.0/8' });
  });

  it.skipIf(process.getuid === undefined)('warns of a key that others can read', async () => {
    const file = join(folder, 'pem');
    await writeFile(file, '');
    await chmod(file, 0o644);
    expect(readWebConfig({ tlsCert: file, tlsKey: file }, {}).warning).toMatch(/--tls-key: .*chmod 600/);
  });

  it('takes no certificate that is none', async () => {
    const file = join(folder, 'pem');
    await writeFile(file, 'no certificate', { mode: 0o600 });
    expect(() => readTls({ certPath: file, keyPath: file })).toThrow('are no certificate with its key');
  });

  it.each([
    [{ port: '70000' }, 'port'],
    [{ tlsCert: '/x' }, '--tls-key'],
    [{ trustProxy: 'everybody' }, '--trust-proxy'],
    [{ tlsCert: '/does/not/exist', tlsKey: '/does/not/exist' }, 'cannot be read'],
  ])('says what is wrong with %j', (flags, word) => {
    expect(() => readWebConfig(flags, {})).toThrow(word);
  });
});

describe('several pages', () => {
  it('each get the levels that they watch, and the studio the levels that any of them watches', async () => {
    const [one, two] = [
      sourceId('1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d'),
      sourceId('2b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d'),
    ];
    const asked: unknown[] = [];
    const handlers = {
      'levels.watch': (input: unknown) => void asked.push(input),
      'devices.watch': (input: unknown) => void asked.push(input),
    } as unknown as Handlers;
    const watching = new Watching(handlers);
    const [first, second] = [watching.join(), watching.join()];
    await first.handlers['levels.watch']({ ids: [one] });
    await second.handlers['levels.watch']({ ids: [one, two] });
    const levels = [one, two].map((id) => ({ sourceId: id, peak: [-1], rms: [-2] }));
    expect(first.filter('levels', levels)).toEqual([levels[0]]);
    expect(second.filter('levels', levels)).toEqual(levels);
    second.leave();
    expect(second.filter('levels', levels)).toBeUndefined();
    await first.handlers['devices.watch']({ watch: true });
    first.leave();
    expect(asked).toEqual([
      { ids: [one] },
      { ids: [one, two] },
      { ids: [one] },
      { watch: true },
      { ids: [] },
      { watch: false },
    ]);
  });
});

it('an archive of several files is one that tar unpacks', async () => {
  const names = ['a.wav', `${'long '.repeat(30)}name.flac`, 'Öffnung.csv'];
  for (const name of names) await writeFile(join(folder, name), `${name} holds this`.repeat(60));
  const pieces: Buffer[] = [];
  for await (const piece of tarOf(names.map((name) => join(folder, name)))) pieces.push(piece);
  await writeFile(join(folder, 'all.tar'), Buffer.concat(pieces));
  await run('mkdir', [join(folder, 'out')]);
  await run('tar', ['-xf', join(folder, 'all.tar'), '-C', join(folder, 'out')]);
  for (const name of names) {
    expect(await readFile(join(folder, 'out', name), 'utf8')).toBe(await readFile(join(folder, name), 'utf8'));
  }
});
