import { logFlags, sandboxOf, sharedMemoryFlags } from './chromium.mjs';
import { provideDisplay } from './display.mjs';
import { prepare } from './prepare.mjs';

/**
 * Prepares the studio and runs it where people can see it, or on a virtual display where there is none.
 * @param {Parameters<typeof prepare>[0]} plan what must be ready
 * @param {string} hint how to stop, said before it runs
 * @param {(executable: string, flags: string[], env: NodeJS.ProcessEnv) => Promise<number>} run returns the exit code
 * @returns {Promise<number>}
 */
export async function launch(plan, hint, run) {
  const runtime = await prepare(plan);
  if (!runtime) return 1;
  const display = await provideDisplay();
  try {
    const sandbox = await sandboxOf(runtime.executable);
    const memory = await sharedMemoryFlags();
    if (display.isVirtual) console.log('There is no display here: the studio runs on a virtual one.');
    if (sandbox.note !== undefined) console.log(sandbox.note);
    console.log(hint);
    const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
    const flags = [
      ...sandbox.flags,
      ...memory,
      ...display.flags,
      ...logFlags(process.argv, env),
      ...process.argv.slice(2),
    ];
    return await run(runtime.executable, flags, { ...env, ...display.env });
  } finally {
    await display.close();
  }
}
