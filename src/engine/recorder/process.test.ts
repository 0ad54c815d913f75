import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** What a file brings along when it is loaded; types alone bring nothing. */
const IMPORT = /^(?:import|export) (?!type )(?:[^;']*? from )?'([^']+)';/gm;

function packagesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    if (!name.startsWith('.')) packages.add(name);
    else for (const found of packagesOf(join(dirname(file), name), seen)) packages.add(found);
  }
  return packages;
}

test('a recorder begins with small packages alone: what is seldom needed is loaded when it is', () => {
  const packages = [...packagesOf(join(import.meta.dirname, 'process.ts'))].filter((name) => !name.startsWith('node:'));
  // A schema checks nothing here, and loading that package takes longer than all else together.
  expect(packages.toSorted()).toEqual(['cockatiel', 'filenamify', 'strftime']);
});
