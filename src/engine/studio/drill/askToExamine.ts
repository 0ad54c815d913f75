import { LongtakeError } from '../../../shared/errors.ts';
import type { ProcessHost } from '../../../shared/ports/processHost.ts';
import type { DrillCommand, DrillEvent, DrillRecord, Examination } from './protocol.ts';

/** Has a process of its own read everything that a drill left. */
export async function askToExamine(host: ProcessHost, record: DrillRecord, signal: AbortSignal): Promise<Examination> {
  signal.throwIfAborted();
  const child = host.start('drill');
  const stop = (): void => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Examination>((resolve, reject) => {
      child.onMessage((message) => {
        // The drill's process is a part of this program: its messages are what they are declared to be.
        const event = message as DrillEvent;
        if (event.type === 'examined') resolve(event.examination);
        if (event.type === 'examination failed') {
          reject(new LongtakeError('INTERNAL', `The files of the drill could not be examined: ${event.reason}`));
        }
      });
      child.onExit(({ code }) =>
        reject(
          signal.aborted
            ? (signal.reason as Error)
            : new LongtakeError('INTERNAL', `The examination of the drill's files ended with code ${String(code)}.`),
        ),
      );
      child.send({ type: 'examine', record } satisfies DrillCommand);
    });
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill();
  }
}
