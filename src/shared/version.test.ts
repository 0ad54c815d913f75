import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { VERSION } from './version.ts';

test('the version is that of the package', () => {
  const file: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(z.object({ version: z.string() }).parse(file).version).toBe(VERSION);
});
