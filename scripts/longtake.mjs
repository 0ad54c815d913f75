#!/usr/bin/env node
// The `longtake` command: makes sure that what it runs is there, and runs it in this process.
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { main, watchNpm } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';

/** Longer than the command gives itself to close its files, ms. */
const END_MS = 8000;

let isReady = false;
const release = await main(async () => {
  // What it prints itself belongs to programs that read along.
  const own = { serve: plans.serve, 'serve-sessions': plans.server };
  const plan = Object.entries(own).find(([name]) => name === process.argv[2])?.[1] ?? plans.headless;
  await prepare(plan, { stream: process.stderr, isPatient: true });
  isReady = true;
  return 0;
});

if (isReady) {
  // From here on signals belong to the command itself.
  release();
  watchNpm(async () => {
    process.kill(process.pid, 'SIGTERM');
    await wait(END_MS, undefined, { ref: false });
    process.exit(1);
  });
  await import(pathToFileURL(join(root, 'out', 'main', 'longtake.js')).href);
}
