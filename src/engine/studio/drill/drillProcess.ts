import { childLog } from '../../platform/childLog.ts';
import { nodeFileSystem } from '../../platform/nodeFileSystem.ts';
import { connectParent } from '../../platform/parentLink.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { serveDrill } from './serveDrill.ts';

serveDrill({
  parent: connectParent(),
  clock: systemClock,
  fileSystem: nodeFileSystem,
  createLog: (emit) => childLog((line) => emit({ type: 'log', ...line })),
});
