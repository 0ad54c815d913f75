import { errorText } from '../shared/errors.ts';
import type { Log } from '../shared/ports/log.ts';
import type { Beat, Session } from './model.ts';

/** What happens on the server, as it happens in this process; what must survive it is in the database's outbox, too. */
export type ServerEvent =
  | { readonly type: 'sessionOpened'; readonly session: Session }
  /** `session` counts the chunk already, which can be read from the storage. */
  | { readonly type: 'chunkStored'; readonly session: Session; readonly index: number; readonly bytes: number }
  | { readonly type: 'beat'; readonly sessionId: string; readonly beat: Beat }
  /** No more chunks are taken; its recording is being made. */
  | { readonly type: 'sessionFinalizing'; readonly sessionId: string; readonly recordingId: number }
  /** It ended without a recording. */
  | { readonly type: 'sessionEnded'; readonly sessionId: string; readonly status: 'aborted' | 'expired' }
  | { readonly type: 'recordingReady'; readonly recordingId: number; readonly sessionId: string }
  | {
      readonly type: 'recordingFailed';
      readonly recordingId: number;
      readonly sessionId: string;
      readonly error: string;
    }
  | { readonly type: 'recordingDeleted'; readonly recordingId: number; readonly sessionId: string };

/** Tells everybody who listens; one that fails keeps it from nobody else. */
export class ServerEvents {
  readonly #log: Log;
  readonly #listeners = new Set<(event: ServerEvent) => void>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns what ends it. */
  on(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: ServerEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error('A listener of the server failed.', { event: event.type, error: errorText(error) });
      }
    }
  }
}
