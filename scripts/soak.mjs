import { join } from 'node:path';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';
import { buildPrograms } from './testing/programs.mjs';

const GRACE_MS = 15_000;

await main(async () => {
  await prepare({ ...plans.test, groups: ['studio', 'test'] });
  const folder = await buildPrograms('soak', {
    host: 'test/chaos/hostProcess.ts',
    measure: 'test/soak/measureProcess.ts',
    main: 'test/soak/main.ts',
  });
  const ending = await supervise(process.execPath, [join(folder, 'main.js'), ...process.argv.slice(2)], {
    cwd: root,
    env: process.env,
    graceMs: GRACE_MS,
  });
  return ending.code;
});
