import { join } from 'node:path';
import { createChildProcessHost } from '../engine/platform/childProcessHost.ts';
import { runLongtake } from './longtake.ts';

// Its children and the page are built beside it.
const folder = import.meta.dirname;
const [node, program = 'longtake', ...args] = process.argv;
process.exit(
  await runLongtake({
    args,
    processHost: createChildProcessHost(folder),
    pageFolder: join(folder, '..', 'renderer'),
    program: `${node} ${program}`,
  }),
);
