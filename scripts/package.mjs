// Packages the program into dist/. Without arguments: a folder that runs on this machine. What follows `--` goes to
// electron-builder: `npm run package -- --linux AppImage deb tar.gz`.
import { join } from 'node:path';
import { packageProgram } from './packaging/package.mjs';
import { main } from './setup/main.mjs';
import { root } from './setup/paths.mjs';
import { plans, prepare } from './setup/prepare.mjs';

await main(async () => {
  const runtime = await prepare({ ...plans.build, runtime: true });
  if (!runtime) return 1;
  const size = await packageProgram(runtime, process.argv.slice(2), (line) => console.log(line));
  console.log(`Packaged into ${join(root, 'dist')}${size === undefined ? '.' : `: ${size}.`}`);
  return 0;
});
