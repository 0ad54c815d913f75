import { type Control, openControl } from '../engine/platform/controlServer.ts';
import type { Studio } from '../engine/studio/studio.ts';
import { LongtakeError } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';

export interface HeldProfile {
  /** Commands are answered by this studio once it has started. */
  answerWith(studio: Studio, started: Promise<void>): void;
  close(): void;
}

/**
 * Takes the profile before anything in it is read. Rejects with a sentence when another program has it; a file system
 * that knows no sockets keeps nothing from being recorded.
 */
export async function holdProfile(folder: string, log: Log): Promise<HeldProfile> {
  let known: Studio | undefined;
  let give: (started: Promise<void>) => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    give = resolve;
  });
  const studio = (): Studio => {
    if (!known) throw new Error('The studio was asked before it was there.');
    return known;
  };
  const control = await open({
    folder,
    kind: 'desktop',
    log: log.scoped('control'),
    studio: {
      get handlers() {
        return studio().handlers;
      },
      onEvent: (listener) => studio().onEvent(listener),
    },
    ready: () => ready,
  });
  return {
    answerWith: (answering, started) => {
      known = answering;
      give(started);
    },
    close: () => control?.close(),
  };
}

async function open(options: Parameters<typeof openControl>[0]): Promise<Control | undefined> {
  try {
    return await openControl(options);
  } catch (error) {
    if (error instanceof LongtakeError && error.code === 'CONFLICT') throw error;
    options.log.warn('Commands cannot ask this program: it has no control socket.', { error: String(error) });
    return undefined;
  }
}
