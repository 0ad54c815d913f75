import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const PROJECT = resolve(import.meta.dirname, '../..');
/** As many points as Electron's list has. */
const POINTS = 20;

const read = (path: string): Promise<string> => readFile(join(PROJECT, path), 'utf8');

describe('SECURITY.md', () => {
  it('goes through every point of the checklist, each with a test', async () => {
    const rows = (await read('SECURITY.md')).matchAll(/^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$/gm);
    const points = [...rows].map(([, number, point, , test]) => ({ number: Number(number), point, test }));
    expect(points.map(({ number }) => number)).toEqual(Array.from({ length: POINTS }, (_, index) => index + 1));
    expect(points.filter(({ test }) => !/security: "|the same|\.test\.ts`/.test(test ?? ''))).toEqual([]);
  });

  it('names tests that there are', async () => {
    const text = await read('SECURITY.md');
    const security = await read('test/e2e/security.test.ts');
    const [, checklist = ''] = /## Electron's checklist\n([^]+?)\n## /.exec(text) ?? [];
    const titles = [...checklist.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
    expect(titles.length).toBeGreaterThan(10);
    expect(titles.filter((title) => !security.includes(`  it('${title}`))).toEqual([]);
    // A name without a folder stands after one with it.
    const files = [...text.matchAll(/`([\w./*-]+\/[\w.-]+\.test\.ts)`/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((path) => !path.includes('*') && !existsSync(join(PROJECT, path)))).toEqual([]);
  });
});
