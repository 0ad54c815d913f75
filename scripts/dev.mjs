import { join } from 'node:path';
import { buildEnv } from './setup/app-build.mjs';
import { logFlags, sandboxOf, sharedMemoryFlags } from './setup/chromium.mjs';
import { provideDisplay } from './setup/display.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';

const GRACE_MS = 10_000;

await main(async () => {
  const runtime = await prepare(plans.dev);
  if (!runtime) return 1;
  const display = await provideDisplay();
  try {
    const sandbox = await sandboxOf(runtime.executable);
    const memory = await sharedMemoryFlags();
    if (display.isVirtual) console.log('There is no display here: the studio runs on a virtual one.');
    if (sandbox.note !== undefined) console.log(sandbox.note);
    console.log('Changed sources are loaded at once. Press Ctrl+C to stop.');
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const flags = [
      ...sandbox.flags,
      ...memory,
      ...display.flags,
      ...logFlags(process.argv, env),
      ...process.argv.slice(2),
    ];
    const script = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
    const ending = await supervise(process.execPath, [script, 'dev', '--watch', '--', ...flags], {
      cwd: root,
      env: { ...env, ...display.env, ...buildEnv, ELECTRON_EXEC_PATH: runtime.executable },
      graceMs: GRACE_MS,
      // The builder ends before the studio that it started.
      lingerMs: GRACE_MS,
    });
    return ending.code;
  } finally {
    await display.close();
  }
});
