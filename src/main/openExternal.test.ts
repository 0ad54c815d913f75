import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('one place opens an address in another program, and looks at it first', () => {
  const source = join(import.meta.dirname, '..');
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
  const callers = files
    .filter((name) => !name.endsWith('openExternal.test.ts'))
    .filter((name) => readFileSync(join(source, name), 'utf8').includes('openExternal('))
    .map((name) => name.replaceAll('\\', '/'));
  expect(files.length).toBeGreaterThan(100);
  expect(callers).toEqual(['main/desktop.ts']);
  const code = readFileSync(join(source, 'main/desktop.ts'), 'utf8');
  expect(code).toMatch(/if \(!isPage\(url\)\) throw .+\n\s*await shell\.openExternal\(url\.href\);/);
});
