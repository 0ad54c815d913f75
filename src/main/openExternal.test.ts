import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('nothing of this program opens an address in another one', () => {
  const source = join(import.meta.dirname, '..');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const callers = files
    .filter((name) => !name.endsWith('openExternal.test.ts'))
    .filter((name) => readFileSync(join(source, name), 'utf8').includes('openExternal'));
  expect(files.length).toBeGreaterThan(100);
  expect(callers).toEqual([]);
});
