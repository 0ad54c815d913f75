import { join } from 'node:path';
import { buildEnv } from './setup/app-build.mjs';
import { launch } from './setup/launch.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';

const GRACE_MS = 10_000;
const BUILDER = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');

await main(() =>
  launch(plans.dev, 'Changed sources are loaded at once. Press Ctrl+C to stop.', async (executable, flags, env) => {
    const ending = await supervise(process.execPath, [BUILDER, 'dev', '--watch', '--', ...flags], {
      cwd: root,
      env: { ...env, ...buildEnv, ELECTRON_EXEC_PATH: executable },
      graceMs: GRACE_MS,
      // The builder ends before the studio that it started.
      lingerMs: GRACE_MS,
    });
    return ending.code;
  }),
);
