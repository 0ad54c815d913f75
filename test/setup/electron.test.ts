import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { choose, startProblem } from '../../scripts/setup/electron.mjs';
import { recentFailure, rememberFailure } from '../../scripts/setup/electron-download.mjs';
import { checkIntegrity, refreshDefaultApp } from '../../scripts/setup/electron-fallback.mjs';
import { SetupProblem } from '../../scripts/setup/problem.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe('the runtime is', () => {
  const nothing = () => ({
    override: undefined,
    wanted: '45.4.1',
    fallbackFits: true,
    isInstalled: async () => false,
    isCached: async () => false,
    recentFailure: async (): Promise<string | undefined> => undefined,
    download: vi.fn(async (): Promise<string | undefined> => 'no network'),
  });

  it('the one that the person names, before all others', async () => {
    const edges = { ...nothing(), override: '/opt/electron', isInstalled: async () => true };
    expect(await choose(edges)).toMatchObject({ kind: 'override' });
  });

  it('the installed one, without asking the network', async () => {
    const edges = { ...nothing(), isInstalled: async () => true, isCached: async () => true };
    expect(await choose(edges)).toMatchObject({ kind: 'installed', version: '45.4.1' });
    expect(edges.download).not.toHaveBeenCalled();
  });

  it('the cached one, without asking the network', async () => {
    const edges = { ...nothing(), isCached: async () => true };
    expect(await choose(edges)).toMatchObject({ kind: 'cached', version: '45.4.1' });
    expect(edges.download).not.toHaveBeenCalled();
  });

  it('the downloaded one', async () => {
    const edges = { ...nothing(), download: async () => undefined };
    expect(await choose(edges)).toMatchObject({ kind: 'cached', version: '45.4.1' });
  });

  it('the fall-back when the download fails, and it says why', async () => {
    expect(await choose(nothing())).toMatchObject({
      kind: 'fallback',
      version: '33.2.1',
      why: '45.4.1 could not be downloaded: no network',
      failure: 'no network',
    });
  });

  it('the fall-back without another try when the download failed today', async () => {
    const edges = { ...nothing(), recentFailure: async () => 'no network' };
    expect(await choose(edges)).toEqual({ kind: 'fallback', version: '33.2.1', why: expect.any(String) });
    expect(edges.download).not.toHaveBeenCalled();
  });

  it('none where the fall-back does not run, and it says what to do', async () => {
    const failure = await choose({ ...nothing(), fallbackFits: false }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SetupProblem);
    expect(failure).toMatchObject({ why: 'no network', todo: expect.stringContaining('ELECTRON_MIRROR') });
  });
});

describe('a failed download', () => {
  const day = 24 * 60 * 60 * 1000;

  it('is remembered for a day', async () => {
    await rememberFailure('45.4.1', 'no network', 1000);
    expect(await recentFailure('45.4.1', 1000 + day - 1)).toBe('no network');
    expect(await recentFailure('45.4.1', 1000 + day)).toBeUndefined();
  });

  it('counts for its own version only', async () => {
    await rememberFailure('45.4.1', 'no network', 1000);
    expect(await recentFailure('45.4.2', 1000)).toBeUndefined();
  });

  it('is forgotten when the clock has been set back', async () => {
    await rememberFailure('45.4.1', 'no network', 1000);
    expect(await recentFailure('45.4.1', 999)).toBeUndefined();
  });
});

describe('the downloaded package', () => {
  it('is taken when its integrity is the expected one', async () => {
    const path = join(folder, 'good.tgz');
    await writeFile(path, 'the runtime');
    const integrity = `sha512-${createHash('sha512').update('the runtime').digest('base64')}`;
    await expect(checkIntegrity(path, integrity)).resolves.toBeUndefined();
  });

  it('is refused when one byte differs', async () => {
    const path = join(folder, 'bad.tgz');
    await writeFile(path, 'the runtimE');
    const integrity = `sha512-${createHash('sha512').update('the runtime').digest('base64')}`;
    await expect(checkIntegrity(path, integrity)).rejects.toThrow(SetupProblem);
  });
});

describe('the default app of an unpacked fall-back', () => {
  it('is put in, and replaced when it is another one', async () => {
    await refreshDefaultApp(folder);
    const main = join(folder, 'resources', 'app', 'main.mjs');
    const wanted = await readFile(main, 'utf8');
    expect(wanted).toContain('setAppPath');
    await writeFile(main, 'of long ago');
    await refreshDefaultApp(folder);
    expect(await readFile(main, 'utf8')).toBe(wanted);
  });
});

it('an Electron that lacks a library is told by the name of the library', () => {
  const line = '/x/electron: error while loading shared libraries: libnss3.so: cannot open shared object file';
  expect(startProblem('/x/electron', [line]).todo).toContain('libnss3.so');
});
