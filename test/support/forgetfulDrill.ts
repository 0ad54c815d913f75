import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { childLog } from '../../src/engine/platform/childLog.ts';
import { connectParent } from '../../src/engine/platform/parentLink.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import { serveDrill } from '../../src/engine/studio/drill/serveDrill.ts';

// A drill's recorder whose ledger forgets every gap.
serveDrill({
  parent: connectParent(),
  clock: systemClock,
  fileSystem: {
    ...nodeFileSystem,
    append: (path, text) =>
      nodeFileSystem.append(
        path,
        text
          .split('\n')
          .filter((line) => !line.includes('"type":"gap"'))
          .join('\n'),
      ),
  },
  createLog: (emit) => childLog((line) => emit({ type: 'log', ...line })),
});
