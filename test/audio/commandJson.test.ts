import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, longtake } from '../support/command.ts';
import { toneWav } from '../support/serverRecording.ts';

/** Run at the same time, on profiles of their own. */
const AT_ONCE = 4;
/** What makes a command end at once where it would work for long. */
const MORE: Readonly<Record<string, readonly string[]>> = { drill: ['--fault', 'nonsense'] };

describe('longtake --json', () => {
  let folder: string;
  const run = (args: readonly string[], profile: string): Promise<Ended> =>
    longtake(args, { cwd: folder, profile: join(folder, profile) });

  /** Every line on stdout is an object that says what it is. */
  const objectsOf = (ended: Ended, what: string): readonly Record<string, unknown>[] => {
    const objects = ended.objects();
    for (const object of objects) expect(object, what).toMatchObject({ type: expect.any(String) });
    return objects;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-json-'));
    await writeFile(join(folder, 'a.wav'), toneWav(1));
    await writeFile(join(folder, 'junk.wav'), 'no audio');
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));

  it('is one object a line of every command, also where the command line is wrong', async () => {
    const { out } = await longtake(['completion', 'bash'], { cwd: folder });
    const cases = out.matchAll(/^ {4}'([^']*)'\) words='([^']*)'/gm);
    const paths = [...cases]
      .filter(([, , words = '']) => words.split(' ').includes('--json'))
      .map(([, path = '']) => path);
    expect(paths).toEqual(expect.arrayContaining(['devices', 'record', 'settings import', 'sources add stream']));
    const left = paths.map((path) => [...path.split(' '), '--json', ...(MORE[path] ?? [])]);
    left.push(['status', '--json', '--nonsense'], ['nonsense', '--json']);
    const work = async (worker: number): Promise<void> => {
      for (let args = left.shift(); args; args = left.shift()) {
        const ended = await run(args, `profile-${worker}`);
        const objects = objectsOf(ended, args.join(' '));
        if (ended.code === 0 || ended.code === 4) continue;
        expect(objects.at(-1), args.join(' ')).toMatchObject({
          type: 'error',
          code: expect.any(String),
          message: expect.stringMatching(/\w/),
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)));
  });

  it('is one object a line of what works on files', async () => {
    const commands = [
      ['analyse', 'a.wav', 'junk.wav', 'missing.wav'],
      ['verify', 'a.wav', 'junk.wav'],
      ['cut', 'a.wav', '--from', '0', '--to', '0.5'],
      ['cut', 'junk.wav', '--from', '0', '--to', '0.5'],
      ['export', 'convert', 'a.wav', '--format', 'flac'],
      ['export', 'csv', '2026-11-21'],
      ['import', 'a.wav'],
      ['import', 'missing.wav'],
      ['rescan'],
      ['verify', '--deep'],
    ];
    const told: string[] = [];
    for (const args of commands) {
      const objects = objectsOf(await run([...args, '--json'], 'files'), args.join(' '));
      told.push(`${args[0] ?? ''}: ${objects.map(({ type }) => String(type)).join(' ')}`);
    }
    expect(told).toEqual([
      'analyse: analysis analysis analysis',
      'verify: file file summary',
      'cut: cut',
      'cut: error',
      'export: export',
      'export: error',
      'import: file summary rescan',
      'import: error',
      'rescan: rescan',
      'verify: file summary',
    ]);
  });
});
