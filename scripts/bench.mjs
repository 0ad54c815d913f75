import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';

const FOLDER = join(root, 'test', 'bench');
const ENDING = '.bench.ts';
const GRACE_MS = 5000;

await main(async () => {
  const all = existsSync(FOLDER) ? (await readdir(FOLDER)).filter((file) => file.endsWith(ENDING)) : [];
  const names = all.map((file) => file.slice(0, -ENDING.length));
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    console.error(`There is no bench ${unknown.join(', ')}. Choose from: ${names.join(', ') || '(none)'}.`);
    return 1;
  }
  await prepare(plans.bench);
  const files = (wanted.length > 0 ? wanted : names).map((name) => join('test', 'bench', `${name}${ENDING}`));
  const folder = await mkdtemp(join(tmpdir(), 'longtake-bench-'));
  const results = join(folder, 'results.jsonl');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const ending = await supervise(
    process.execPath,
    // Figures are printed as they come, without vitest's frame around them. The flag
    // comes last: it would take a file for its value.
    [vitest, 'run', '--project', 'bench', ...files, '--reporter=verbose', '--disable-console-intercept'],
    { cwd: root, env: { ...process.env, CI: 'true', LONGTAKE_BENCH_RESULTS: results }, graceMs: GRACE_MS },
  );
  // All figures once more, in the last line, for programs.
  const lines = existsSync(results) ? (await readFile(results, 'utf8')).trim().split('\n') : [];
  console.log(`[${lines.join(',')}]`);
  await rm(folder, { recursive: true });
  return ending.code;
});
