import { setTimeout as wait } from 'node:timers/promises';
import { LongtakeError } from '../../shared/errors.ts';
import type { Database } from '../database/database.ts';
import type { ServerEvents } from '../events.ts';
import type { Recording, RecordingFile, Session } from '../model.ts';
import { chunkKey } from '../storage/keys.ts';
import type { Storage } from '../storage/storage.ts';
import type { LiveSource, LiveSubject } from './liveSource.ts';

/** What another process of the server stored is noticed after this at the latest, ms. */
const LOOK_MS = 2000;

interface Ports {
  readonly database: Database;
  readonly storage: Storage;
  readonly events: ServerEvents;
}

/** The chunks of sessions, and once there is a recording, its file. */
export class SessionSource implements LiveSource {
  readonly #ports: Ports;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  async find(id: string): Promise<LiveSubject | undefined> {
    const session = await this.#ports.database.sessions.get(id);
    if (!session || session.status === 'aborted' || session.status === 'expired') return undefined;
    if (session.status !== 'finalized') {
      return { mimeType: session.mimeType, receiving: session.status === 'recording' };
    }
    const recording = await this.#recording(session);
    return recording && { mimeType: recording.file.mimeType, receiving: false };
  }

  async *read(id: string, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const session = await this.#ports.database.sessions.get(id);
    if (session?.status === 'finalized') {
      const { file } = (await this.#recording(session)) ?? {};
      if (!file) throw gone();
      yield* this.#ports.storage.read(file.key, fromByte, file.bytes);
      return;
    }
    yield* this.#chunks(id, fromByte, signal);
  }

  async *#chunks(id: string, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { database, storage } = this.#ports;
    const news = new News(id, this.#ports.events);
    let skip = fromByte;
    let index = 1;
    try {
      while (!signal.aborted) {
        news.isThere = false;
        const session = await database.sessions.get(id);
        if (!session) throw gone();
        for (; index < session.expectedIndex && !signal.aborted; index += 1) {
          const chunk = await database.sessions.chunk(id, index);
          if (!chunk) throw gone();
          if (skip < chunk.bytes) yield* storage.read(chunkKey(id, index), skip, chunk.bytes);
          skip = Math.max(0, skip - chunk.bytes);
        }
        if (session.status !== 'recording') return;
        await news.wait(signal);
      }
    } finally {
      news.end();
    }
  }

  async #recording(session: Session): Promise<(Recording & { readonly file: RecordingFile }) | undefined> {
    if (session.recordingId === undefined) return undefined;
    const recording = await this.#ports.database.recordings.get(session.recordingId);
    return recording?.file && { ...recording, file: recording.file };
  }
}

/** That something happened to a session. */
class News {
  isThere = false;
  readonly end: () => void;
  #wake: () => void = () => undefined;

  constructor(id: string, events: ServerEvents) {
    this.end = events.on((event) => {
      const of = 'session' in event ? event.session.id : event.sessionId;
      if (of !== id || event.type === 'beat') return;
      this.isThere = true;
      this.#wake();
    });
  }

  /** Resolves at news, when it is time to look anyway, or when `signal` is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.isThere) return;
    const stop = new AbortController();
    this.#wake = () => stop.abort();
    // The one way in which a timer that was aborted ends is by this error.
    await wait(LOOK_MS, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => undefined);
  }
}

const gone = (): LongtakeError =>
  new LongtakeError('NOT_FOUND', 'The audio of this session is not where it was. Try again in a moment.');
