import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, longtake } from '../support/command.ts';
import { ServeProcess } from '../support/serveProcess.ts';

const run = promisify(execFile);
const PROGRAM = resolve(import.meta.dirname, '../../out/main/longtake.js');

describe('longtake settings, all of them to a file and back', () => {
  let folder: string;
  let file: string;
  const at = (...path: readonly string[]): string => join(folder, ...path);
  const on = (profile: string, ...args: readonly string[]): Promise<Ended> =>
    longtake(args, { cwd: folder, profile: at(profile) });
  const ok = async (profile: string, ...args: readonly string[]): Promise<Ended> => {
    const ended = await on(profile, ...args);
    expect(ended, args.join(' ')).toMatchObject({ code: 0 });
    return ended;
  };
  const splitOf = async (profile: string): Promise<unknown> => {
    const { settings } = JSON.parse(await readFile(join(profile, 'settings.json'), 'utf8')) as {
      settings: { splitSeconds: number };
    };
    return settings.splitSeconds;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-settings-'));
    file = at('all.json');
    await longtake(
      ['sources', 'add', 'stream', '--name', 'Radio', '--url', 'http://127.0.0.1:1/x?token=hush', '--password-stdin'],
      { cwd: folder, profile: at('one'), input: 'geheim\n' },
    );
    await ok('one', 'settings', 'set', 'splitSeconds', '1800');
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

  it('says what is set, what it is by default and what it does', async () => {
    const { out } = await ok('one', 'settings', 'show', 'splitSeconds');
    expect(out).toMatch(/^splitSeconds: 1800 \(default: 3600\)\n {2}A new file every\. Counted from midnight/);
    const all = (await ok('one', 'settings', 'show', '--json')).objects();
    expect(all).toContainEqual(
      expect.objectContaining({ type: 'setting', key: 'splitSeconds', value: 1800, default: 3600 }),
    );
    expect(all).toContainEqual(
      expect.objectContaining({ key: 'recordingsFolder', default: join(at('one'), 'Recordings') }),
    );
    expect((await on('one', 'settings', 'show', 'nonsense')).code).toBe(2);
  });

  it('writes one file without a secret, and none over another', async () => {
    const first = await ok('one', 'settings', 'export', 'all.json');
    expect(first.err).toContain('Left out: What is secret in the address of Radio.');
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/geheim|hush/);
    expect(await on('one', 'settings', 'export', 'all.json')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--force'),
    });
    expect(await on('one', 'settings', 'export', 'missing/all.json')).toMatchObject({ code: 2 });
    await ok('one', 'settings', 'export', 'all.json', '--force');
    expect((await ok('one', 'settings', 'export')).out).toBe(text);
    expect((await ok('one', 'settings', 'export', '--json')).objects()).toMatchObject([
      { type: 'settings', event: 'exported', settings: JSON.parse(text) as object },
    ]);
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('changes nothing before somebody has agreed', async () => {
    const preview = await on('two', 'settings', 'import', 'all.json');
    expect(preview).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
    expect(preview.out).toContain('splitSeconds: 3600 -> 1800\n');
    expect(preview.out).toContain('The source "Radio" is added, not armed.');
    const dry = await ok('two', 'settings', 'import', 'all.json', '--dry-run', '--json');
    expect(dry.objects()).toContainEqual({
      type: 'change',
      of: 'setting',
      path: 'splitSeconds',
      before: 3600,
      after: 1800,
    });
    expect(dry.objects().at(-1)).toMatchObject({ type: 'settings', event: 'would be imported', problems: [] });
    expect(await splitOf(at('two'))).toBe(3600);
  });

  it('asks at a terminal', async () => {
    const answer = async (words: string): Promise<string> => {
      const command = `printf '${words}' | script -qec "'${process.execPath}' '${PROGRAM}' settings import '${file}' --profile '${at('asked')}'" /dev/null`;
      return (await run('sh', ['-c', command], { cwd: folder })).stdout;
    };
    expect(await answer('n\\n')).toMatch(/Make \d+ changes\?[\s\S]*Nothing was changed\./);
    expect(await splitOf(at('asked'))).toBe(3600);
    expect(await answer('y\\n')).toContain('was taken over');
    expect(await splitOf(at('asked'))).toBe(1800);
  });

  it('takes over what can be used, and tells the rest', async () => {
    const content = JSON.parse(await readFile(file, 'utf8')) as { settings: object };
    const own = { ...content.settings, recordingsFolder: join(at('three'), 'Recordings') };
    const bent = { ...content, settings: { ...own, trashDays: -3 } };
    await writeFile(at('bent.json'), JSON.stringify(bent));
    const taken = await on('three', 'settings', 'import', 'bent.json', '--yes', '--json');
    expect(taken.code).toBe(4);
    expect(taken.objects()).toContainEqual({ type: 'problem', message: expect.stringContaining('trashDays') });
    expect(await splitOf(at('three'))).toBe(1800);
    expect((await ok('three', 'sources')).out).toContain('Radio');
    await writeFile(at('good.json'), JSON.stringify({ ...content, settings: own }));
    expect((await ok('three', 'settings', 'import', 'good.json', '--yes')).out).toContain('changes nothing here');
    const wrong = await Promise.all(
      [
        ['missing.json', 'cannot be read (ENOENT)'],
        ['text.json', 'not JSON'],
        ['other.json', 'no file of settings'],
      ].map(async ([name = '', words = '']) => {
        if (name === 'text.json') await writeFile(at(name), '[general]\n');
        if (name === 'other.json') await writeFile(at(name), '{}');
        return { words, ended: await on(`wrong-${name}`, 'settings', 'import', name, '--yes', '--json') };
      }),
    );
    for (const { words, ended } of wrong) {
      expect(ended.code).toBe(2);
      expect(ended.objects()).toMatchObject([
        { type: 'error', code: 'INVALID_INPUT', message: expect.stringContaining(words) },
      ]);
    }
  });

  it('asks the studio that runs', async () => {
    const serve = await ServeProcess.start();
    try {
      const own = join(serve.profile, 'Recordings');
      const content = JSON.parse(await readFile(file, 'utf8')) as { settings: object };
      const text = JSON.stringify({ ...content, settings: { ...content.settings, recordingsFolder: own } });
      const taken = await longtake(['settings', 'import', '-', '--yes'], {
        cwd: folder,
        profile: serve.profile,
        input: text,
      });
      expect(taken).toMatchObject({ code: 0, out: expect.stringContaining('was taken over') });
      const sources = await longtake(['sources', '--json'], { cwd: folder, profile: serve.profile });
      expect(sources.objects()).toMatchObject([{ type: 'source', name: 'Radio', armed: false }]);
      expect(await splitOf(serve.profile)).toBe(1800);
      const back = await longtake(['settings', 'export'], { cwd: folder, profile: serve.profile });
      expect(JSON.parse(back.out)).toMatchObject({ settings: { splitSeconds: 1800, recordingsFolder: own } });
    } finally {
      await serve.remove();
    }
  });
});
