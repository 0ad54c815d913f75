import { childLog } from '../../src/engine/platform/childLog.ts';
import { connectParent } from '../../src/engine/platform/parentLink.ts';
import { serveRecorder } from '../../src/engine/recorder/serve.ts';
import { CLOCK_FILE } from './hostProtocol.ts';
import { settableClock } from './setClock.ts';

// The recorder as it is, on a computer whose clock can be set without setting this one's.
serveRecorder({
  parent: connectParent(),
  ...settableClock(process.env[CLOCK_FILE] ?? ''),
  createLog: (emit) => childLog((line) => emit({ type: 'log', ...line })),
});
