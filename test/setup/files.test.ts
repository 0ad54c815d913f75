import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashOfSources } from '../../scripts/setup/app-build.mjs';
import { fillFolder, readJsonIfThere, writeJson } from '../../scripts/setup/files.mjs';
import { withLock } from '../../scripts/setup/lock.mjs';
import { cacheFolder } from '../../scripts/setup/paths.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-setup-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder of the cache', () => {
  it('appears complete', async () => {
    const target = join(folder, 'deep', 'runtime');
    await fillFolder(target, async (temporary) => {
      await writeFile(join(temporary, 'a'), '1');
      expect(existsSync(target)).toBe(false);
    });
    expect(await readdir(target)).toEqual(['a']);
    expect(await readdir(join(folder, 'deep'))).toEqual(['runtime']);
  });

  it('does not appear at all when filling it fails', async () => {
    const target = join(folder, 'runtime');
    const broken = fillFolder(target, async (temporary) => {
      await writeFile(join(temporary, 'a'), '1');
      throw new Error('disk full');
    });
    await expect(broken).rejects.toThrow('disk full');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is that of the first to finish when two make it', async () => {
    const target = join(folder, 'runtime');
    await fillFolder(target, async (temporary) => {
      await writeFile(join(temporary, 'a'), 'second to start');
      await fillFolder(target, (other) => writeFile(join(other, 'a'), 'first to finish'));
    });
    expect(await readFile(join(target, 'a'), 'utf8')).toBe('first to finish');
    expect(await readdir(folder)).toEqual(['runtime']);
  });

  it('is cleared of what was left unfinished long ago', async () => {
    const old = join(folder, '.unfinished-1-old');
    const young = join(folder, '.unfinished-1-young');
    await mkdir(old);
    await mkdir(young);
    await utimes(old, new Date(0), new Date(0));
    await fillFolder(join(folder, 'runtime'), async () => undefined);
    expect((await readdir(folder)).toSorted()).toEqual(['.unfinished-1-young', 'runtime']);
  });
});

describe('a note of work done', () => {
  it('comes back as it was', async () => {
    const path = join(folder, 'deep', 'stamp.json');
    await writeJson(path, { lock: 'abc' });
    expect(await readJsonIfThere(path)).toEqual({ lock: 'abc' });
    expect(await readdir(join(folder, 'deep'))).toEqual(['stamp.json']);
  });

  it('that was cut short counts as missing', async () => {
    const path = join(folder, 'stamp.json');
    await writeFile(path, '{"lock": "a');
    expect(await readJsonIfThere(path)).toBeUndefined();
  });
});

describe('the hash of the sources', () => {
  const inputs = [
    'electron.vite.config.ts',
    'package.json',
    'package-lock.json',
    'tsconfig.base.json',
    'README.md',
    ...['help', 'licences', 'plugin'].map((name) => `scripts/pages/${name}.mjs`),
  ];
  beforeEach(async () => {
    await mkdir(join(folder, 'src', 'main'), { recursive: true });
    await mkdir(join(folder, 'scripts', 'pages'), { recursive: true });
    for (const name of [...inputs, 'src/main/index.ts']) await writeFile(join(folder, name), name);
  });

  it.each([
    ['a source changes', 'src/main/index.ts'],
    ['a source is added', 'src/main/tray.ts'],
    ['the lock file changes', 'package-lock.json'],
  ])('differs when %s', async (_name, path) => {
    const before = await hashOfSources(folder);
    await writeFile(join(folder, path), 'changed');
    expect(await hashOfSources(folder)).not.toBe(before);
  });

  it('is the same when a test changes', async () => {
    const before = await hashOfSources(folder);
    await writeFile(join(folder, 'src', 'main', 'index.test.ts'), 'a test');
    expect(await hashOfSources(folder)).toBe(before);
  });
});

describe('a lock', () => {
  it('lets one work at a time', async () => {
    const path = join(folder, 'locks', 'one');
    const onWait = vi.fn();
    const happened: string[] = [];
    const work = (name: string) => async () => {
      happened.push(`${name} begins`);
      await readdir(folder);
      happened.push(`${name} ends`);
    };
    await Promise.all([withLock(path, onWait, work('a')), withLock(path, onWait, work('b'))]);
    expect(happened).toHaveLength(4);
    expect(happened[1]?.split(' ')[0]).toBe(happened[0]?.split(' ')[0]);
    expect(onWait).toHaveBeenCalledExactlyOnceWith(process.pid);
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that is gone is taken over', async () => {
    const path = join(folder, 'one');
    // Above the highest number that Linux gives to a process.
    await writeFile(path, '4194305');
    const onWait = vi.fn();
    expect(await withLock(path, onWait, async () => 'done')).toBe('done');
    expect(onWait).not.toHaveBeenCalled();
  });

  it('of another process that had the same number is taken over', async () => {
    const path = join(folder, 'one');
    await writeFile(path, `${process.pid} 1`);
    const onWait = vi.fn();
    expect(await withLock(path, onWait, async () => 'done')).toBe('done');
    expect(onWait).not.toHaveBeenCalled();
  });

  it('is given back when the work fails', async () => {
    const path = join(folder, 'one');
    const broken = withLock(path, vi.fn(), async () => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    expect(existsSync(path)).toBe(false);
  });
});

it('the cache is where the XDG base directory specification says', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me' })).toBe(join('/var/cache/me', 'longtake'));
  expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/[/\\]\.cache[/\\]longtake$/);
  expect(cacheFolder({})).toMatch(/[/\\]\.cache[/\\]longtake$/);
});
