import { logFlags, sandboxOf, sharedMemoryFlags } from './setup/chromium.mjs';
import { provideDisplay } from './setup/display.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';

/** The studio closes its files in this time, or is killed. */
const GRACE_MS = 10_000;

await main(async () => {
  const runtime = await prepare(plans.start);
  if (!runtime) return 1;
  const display = await provideDisplay();
  try {
    const sandbox = await sandboxOf(runtime.executable);
    const memory = await sharedMemoryFlags();
    if (display.isVirtual) console.log('There is no display here: the studio runs on a virtual one.');
    if (sandbox.note !== undefined) console.log(sandbox.note);
    console.log('Press Ctrl+C to stop.');
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const flags = [
      ...sandbox.flags,
      ...memory,
      ...display.flags,
      ...logFlags(process.argv, env),
      ...process.argv.slice(2),
    ];
    const ending = await supervise(runtime.executable, [root, ...flags], {
      env: { ...env, ...display.env },
      graceMs: GRACE_MS,
    });
    return ending.code;
  } finally {
    await display.close();
  }
});
