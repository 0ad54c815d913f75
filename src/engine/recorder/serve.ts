import type { AudioSource } from '../capture/audioSource.ts';
import { createAudioSource } from '../capture/createAudioSource.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { FileSystem } from '../../shared/ports/fileSystem.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ParentLink } from '../../shared/ports/processHost.ts';
import type { ArmedSource, RecorderCommand, RecorderEvent } from './protocol.ts';
import { Recorder } from './recorder.ts';

/** Files are closed within this time, or the process ends without: their headers are valid at any time. */
const STOP_MS = 4500;

export interface RecorderProcessPorts {
  readonly parent: ParentLink;
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  /** Lines of it are sent to the parent by `emit`. */
  readonly createLog: (emit: (event: RecorderEvent) => void) => Log;
  /** What stands between a source and the recorder; absent: nothing. */
  readonly inputOf?: (armed: ArmedSource, source: AudioSource) => AudioSource;
}

/** Makes this process a recorder: it does what its parent says, and closes its files and ends when that is gone. */
export function serveRecorder(ports: RecorderProcessPorts): void {
  const { parent, clock, fileSystem, createLog, inputOf } = ports;
  const emit = (event: RecorderEvent): void => parent.send(event);
  const log = createLog(emit);
  const recorder = new Recorder({
    clock,
    fileSystem,
    log,
    emit,
    createSource: (armed) => {
      const source = createAudioSource(armed.config, armed.password, { clock, log });
      return inputOf ? inputOf(armed, source) : source;
    },
  });

  /** Closes every file, then calls `then`; a second call waits for the same. */
  let stopped: Promise<void> | undefined;
  const stop = (reason: string | undefined, then: () => void): void => {
    if (!stopped) setTimeout(() => process.exit(1), STOP_MS);
    stopped ??= recorder.stop(reason);
    void stopped.then(then);
  };

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
}
