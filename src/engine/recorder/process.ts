import { createAudioSource } from '../capture/createAudioSource.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { connectParent } from '../platform/parentLink.ts';
import { systemClock } from '../platform/systemClock.ts';
import { childLog } from '../platform/childLog.ts';
import type { RecorderCommand, RecorderEvent } from './protocol.ts';
import { Recorder } from './recorder.ts';

/** Files are closed within this time, or the process ends without: their headers are valid at any time. */
const STOP_MS = 4500;

const parent = connectParent();
const emit = (event: RecorderEvent): void => parent.send(event);
const log = childLog((line) => emit({ type: 'log', ...line }));

const recorder = new Recorder({
  clock: systemClock,
  fileSystem: nodeFileSystem,
  log,
  emit,
  createSource: ({ config, password }) => createAudioSource(config, password, { clock: systemClock, log }),
});

/** Closes every file, then calls `then`; a second call waits for the same. */
let stopped: Promise<void> | undefined;
function stop(reason: string | undefined, then: () => void): void {
  if (!stopped) setTimeout(() => process.exit(1), STOP_MS);
  stopped ??= recorder.stop(reason);
  void stopped.then(then);
}

parent.onMessage((message) => {
  // Only main sends here, and main is this program: the type is what it is declared to be.
  const command = message as RecorderCommand;
  // Main ends this process when it heard of it, so that no message is lost on the way.
  if (command.type === 'stop') stop(command.reason, () => emit({ type: 'stopped' }));
  else recorder.handle(command);
});
parent.onClosed(() => stop(undefined, () => process.exit(0)));
// Signals to the whole group (Ctrl+C) reach main too, which then says when to stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
