import { constants, setPriority } from 'node:os';
import { AudioDecoder } from '../clips/audioDecoder.ts';
import { Ffmpeg } from '../clips/ffmpeg.ts';
import { childLog } from '../platform/childLog.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { connectParent } from '../platform/parentLink.ts';
import { loadFlacLibrary } from '../recorder/flacLibrary.ts';
import { systemClock } from '../platform/systemClock.ts';
import type { AnalystCommand, AnalystEvent } from './analystProtocol.ts';
import { AnalystService } from './analystService.ts';

/** When the parent is gone, ffmpeg has this long to be gone too. */
const STOP_MS = 10_000;

const parent = connectParent();
const emit = (event: AnalystEvent): void => parent.send(event);
const log = childLog((line) => emit({ type: 'log', ...line }));

try {
  // Nothing here may take time from the recorder.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch (error) {
  log.warn('The priority of the analyst could not be lowered.', { error: String(error) });
}

const ffmpeg = new Ffmpeg(log);
const decoder = new AudioDecoder(ffmpeg, loadFlacLibrary);
const service = new AnalystService({ fileSystem: nodeFileSystem, decoder, clock: systemClock, log, emit });

parent.onMessage((message) => {
  // Only main sends here, and main is this program: the type is what it is declared to be.
  service.handle(message as AnalystCommand);
});
parent.onClosed(() => {
  setTimeout(() => process.exit(1), STOP_MS);
  void Promise.all([service.dispose(), ffmpeg.dispose()]).then(() => process.exit(0));
});
// Signals to the whole group (Ctrl+C) reach main too, which then ends this process.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
