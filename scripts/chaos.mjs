import { join } from 'node:path';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';
import { supervise } from './setup/supervise.mjs';
import { buildPrograms } from './testing/programs.mjs';
import { chaosPrograms } from './testing/chaos-programs.mjs';

const GRACE_MS = 15_000;

await main(async () => {
  await prepare({ ...plans.test, groups: ['studio', 'test'] });
  const [first, ...rest] = process.argv.slice(2);
  const isUpload = first === 'upload';
  const program = isUpload ? 'test/chaos/upload/main.ts' : 'test/chaos/main.ts';
  const folder = await buildPrograms('chaos', { ...chaosPrograms, main: program });
  const ending = await supervise(
    process.execPath,
    [join(folder, 'main.js'), ...(isUpload ? rest : process.argv.slice(2))],
    {
      cwd: root,
      env: process.env,
      graceMs: GRACE_MS,
    },
  );
  return ending.code;
});
