import { displayKind } from './setup/display.mjs';
import { launch } from './setup/launch.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';

/** The studio closes its files in this time, or is killed. */
const GRACE_MS = 10_000;

if (displayKind(process.platform, process.env) === 'none') {
  console.log('There is no display here: the studio is served to a browser.');
  process.argv.splice(2, 0, 'serve');
  await import('./longtake.mjs');
} else {
  await main(() =>
    launch(plans.start, 'Press Ctrl+C to stop.', async (executable, flags, env) => {
      const ending = await supervise(executable, [root, ...flags], { env, graceMs: GRACE_MS });
      return ending.code;
    }),
  );
}
