import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { errnoOf } from '../../shared/errors.ts';
import type { ServerConfig } from '../config/config.ts';
import type { ChunkOutcome, Database, FinalizeOutcome, FinalizeRequest, StoredUser } from '../database/database.ts';
import type { ServerEvents } from '../events.ts';
import { KeyedLock } from '../keyedLock.ts';
import type { Beat, Chunk, NewSession, Session } from '../model.ts';
import { chunkKey, isSessionId, sessionFolder, sessionKey } from '../storage/keys.ts';
import type { Incoming, Storage } from '../storage/storage.ts';
import { lengthLeft } from './length.ts';
import { Receiver } from './receive.ts';
import { writeSessionFile } from './sessionFile.ts';

/** Indices from the expected one on that are taken when the client asked for any order. */
export const WINDOW = 8;
/** Less is left free, so that the server can still write what it must. */
const MIN_FREE_BYTES = 32 * 1024 * 1024;
/** Higher ones are nobody's, and would make names that no folder has. */
const MAX_INDEX = 999_999_999;
/** Sessions that have ended in another way have no folder any more. */
const HAS_CHUNKS: ReadonlySet<Session['status']> = new Set(['recording', 'finalizing', 'failed']);

export type NewSessionRequest = Pick<
  NewSession,
  'mimeType' | 'outOfOrder' | 'whole' | 'title' | 'source' | 'startedAt' | 'clientKey' | 'clientRecording'
>;

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly session: Session }
  | { readonly kind: 'quota' }
  | { readonly kind: 'diskFull' };

export interface OfferedChunk {
  readonly index: number;
  /** What the client says it has, hex. */
  readonly sha256: string | undefined;
  /** As its header says; undefined: unknown. */
  readonly declaredBytes: number | undefined;
  readonly body: Readable;
}

export type TakeOutcome =
  | Exclude<ChunkOutcome, { readonly kind: 'unknown' }>
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooLarge'; readonly got: number }
  | { readonly kind: 'mismatch'; readonly sha256: string }
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'diskFull' };

export interface WholeFile {
  readonly mimeType: string;
  readonly title: string | undefined;
  readonly clientRecording?: string | undefined;
  readonly body: Readable;
}

export type WholeOutcome =
  /** `sha256`: of the `bytes` that came, hex. */
  | { readonly kind: 'taken'; readonly session: Session; readonly bytes: number; readonly sha256: string }
  | { readonly kind: 'quota' }
  | { readonly kind: 'diskFull' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooLarge'; readonly got: number };

interface Ports {
  readonly config: ServerConfig;
  readonly database: Database;
  readonly storage: Storage;
  readonly events: ServerEvents;
  readonly now: () => number;
}

/** Sessions: what is received, and how it ends. */
export class Sessions {
  readonly #ports: Ports;
  /** Spares a client's second try the work of its first, where what decides is the database; and the folder's end. */
  readonly #lock = new KeyedLock();
  readonly #receiver: Receiver;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#receiver = new Receiver(ports.config.slowSenderMs);
  }

  async open(owner: StoredUser, request: NewSessionRequest): Promise<OpenOutcome> {
    const { config, database, storage, events, now } = this.#ports;
    const known = await this.#known(owner, request);
    if (known) return { kind: 'opened', session: known };
    if ((await database.sessions.bytesOf(owner.id)) >= config.maxBytesPerUser) return { kind: 'quota' };
    if (await this.#isFull(config.maxChunkBytes)) return { kind: 'diskFull' };
    const made: NewSession = { ...request, id: randomUUID(), userId: owner.id, createdAt: now() };
    try {
      const session = await database.sessions.create(made);
      await storage.writeText(sessionKey(session.id), writeSessionFile(session, owner.email));
      if (session.id === made.id) events.emit({ type: 'sessionOpened', session });
      return { kind: 'opened', session };
    } catch (error) {
      await this.#discard(made.id);
      if (isDiskFull(error)) return { kind: 'diskFull' };
      throw error;
    }
  }

  /** The client asks again for a session whose answer it may not have got. */
  async #known(owner: StoredUser, { clientKey }: NewSessionRequest): Promise<Session | undefined> {
    if (clientKey === undefined) return undefined;
    const { database, storage } = this.#ports;
    const filter = { userId: owner.id, clientKey, statuses: ['recording' as const], limit: 1 };
    const [session] = await database.sessions.list(filter);
    if (session) await storage.writeText(sessionKey(session.id), writeSessionFile(session, owner.email));
    return session;
  }

  /** The session when it is there and `account` may see it. */
  async find(id: string, account: StoredUser): Promise<Session | undefined> {
    if (!isSessionId(id)) return undefined;
    const session = await this.#ports.database.sessions.get(id);
    return session && (session.userId === account.id || account.role === 'admin') ? session : undefined;
  }

  /** Takes a chunk: when this says it is stored, it is there after a power cut, too. */
  async take(session: Session, offered: OfferedChunk): Promise<TakeOutcome> {
    const { config, database, storage } = this.#ports;
    const refused = await this.#refusal(session, offered);
    if (refused) return refused;
    if (await this.#isFull(offered.declaredBytes ?? config.maxChunkBytes)) return { kind: 'diskFull' };
    let incoming: Incoming | undefined;
    try {
      incoming = await storage.receive(chunkKey(session.id, offered.index));
      const received = await this.#receiver.receive(offered.body, incoming, config.maxChunkBytes);
      if (received.kind === 'tooLarge') return received;
      if (received.bytes === 0) return { kind: 'empty' };
      if (offered.sha256 !== undefined && offered.sha256 !== received.sha256) {
        return { kind: 'mismatch', sha256: received.sha256 };
      }
      const chunk = { index: offered.index, bytes: received.bytes, sha256: received.sha256 };
      const published = incoming;
      await published.complete();
      return await this.#lock.run(chunkKey(session.id, chunk.index), () => this.#publish(session, chunk, published));
    } catch (error) {
      if (isDiskFull(error)) return { kind: 'diskFull' };
      const status = errnoOf(error) === 'ENOENT' ? (await database.sessions.get(session.id))?.status : undefined;
      // Its folder went away under it.
      if (status !== undefined && status !== 'recording') return { kind: 'closed', status };
      throw error;
    } finally {
      await incoming?.discard();
    }
  }

  /** Takes a finished file as the one chunk of a session of its own. */
  async takeWhole(owner: StoredUser, file: WholeFile): Promise<WholeOutcome> {
    const { config, database, storage } = this.#ports;
    const opened = await this.open(owner, {
      mimeType: file.mimeType,
      title: file.title,
      outOfOrder: false,
      whole: true,
      source: undefined,
      startedAt: undefined,
      clientRecording: file.clientRecording,
    });
    if (opened.kind !== 'opened') return opened;
    const { session } = opened;
    let outcome: WholeOutcome | TakeOutcome | undefined;
    let incoming: Incoming | undefined;
    try {
      incoming = await storage.receive(chunkKey(session.id, 1));
      const room = config.maxBytesPerUser - (await database.sessions.bytesOf(owner.id));
      const received = await this.#receiver.receive(file.body, incoming, room);
      if (received.kind === 'tooLarge') outcome = received;
      else if (received.bytes === 0) outcome = { kind: 'empty' };
      else {
        const { bytes, sha256 } = received;
        outcome = await this.#publish(session, { index: 1, bytes, sha256 }, incoming);
        if (outcome.kind === 'stored') return { kind: 'taken', session: outcome.session, bytes, sha256 };
      }
      return outcome.kind === 'empty' || outcome.kind === 'tooLarge' ? outcome : { kind: 'quota' };
    } catch (error) {
      if (isDiskFull(error)) return { kind: 'diskFull' };
      throw error;
    } finally {
      await incoming?.discard();
      if (outcome?.kind !== 'stored') await this.abort(session);
    }
  }

  beat(session: Session, beat: Beat): Promise<boolean> {
    this.#ports.events.emit({ type: 'beat', sessionId: session.id, beat });
    return this.#ports.database.sessions.beat(session.id, beat, this.#ports.now());
  }

  async finalize(session: Session, request: Omit<FinalizeRequest, 'at'>): Promise<FinalizeOutcome> {
    const { database, events, now } = this.#ports;
    const outcome = await database.sessions.finalize(session.id, { ...request, at: now() });
    if (outcome.kind === 'begun') {
      await this.rewriteFile(session.id);
      events.emit({ type: 'sessionFinalizing', sessionId: session.id, recordingId: outcome.recordingId });
    }
    return outcome;
  }

  /** Ends a session without a recording; its chunks go. False when it has become a recording, or is becoming one. */
  async abort(session: Session): Promise<boolean> {
    if (session.status === 'finalized' || session.status === 'finalizing') return false;
    return this.#end(session, 'aborted');
  }

  /** Ends a session that nobody sent anything to; false when it has ended in another way. */
  expire(session: Session): Promise<boolean> {
    return this.#end(session, 'expired');
  }

  /** The file beside the chunks follows what the database says, as long as there are chunks. */
  rewriteFile(id: string): Promise<void> {
    const { database, storage } = this.#ports;
    // Nobody removes the folder while a file gets its name in it.
    return this.#lock.run(id, async () => {
      const session = await database.sessions.get(id);
      const owner = session && (await database.users.byId(session.userId));
      if (!owner || !HAS_CHUNKS.has(session.status)) return;
      try {
        await storage.writeText(sessionKey(id), writeSessionFile(session, owner.email));
      } catch (error) {
        // Another process of the server may have ended it in this moment.
        const status = errnoOf(error) === 'ENOENT' ? (await database.sessions.get(id))?.status : session.status;
        if (status !== undefined && HAS_CHUNKS.has(status)) throw error;
      }
    });
  }

  /** Once nothing in it is needed any more. */
  removeFolder(id: string): Promise<void> {
    return this.#lock.run(id, () => this.#ports.storage.removeAll(sessionFolder(id)));
  }

  async #end(session: Session, status: 'aborted' | 'expired'): Promise<boolean> {
    const { database, events, now } = this.#ports;
    if (session.status === 'recording' || session.status === 'failed') {
      if (!(await database.sessions.end(session.id, status, now()))) return false;
      events.emit({ type: 'sessionEnded', sessionId: session.id, status });
    }
    await this.removeFolder(session.id);
    return true;
  }

  async #discard(id: string): Promise<void> {
    const { database, storage, now } = this.#ports;
    await database.sessions.end(id, 'aborted', now());
    await storage.removeAll(sessionFolder(id));
  }

  /** What can be said before the first byte of the body; in Speakr's order. */
  async #refusal(session: Session, { index, sha256, declaredBytes }: OfferedChunk): Promise<TakeOutcome | undefined> {
    const { config, database, now } = this.#ports;
    if (session.status !== 'recording') return { kind: 'closed', status: session.status };
    const expected = session.expectedIndex;
    const window = session.outOfOrder ? WINDOW : 1;
    const stored = index <= MAX_INDEX && index > 0 ? await database.sessions.chunk(session.id, index) : undefined;
    if (stored && sha256 !== undefined) return { kind: stored.sha256 === sha256 ? 'repeated' : 'conflict' };
    if (stored || index < expected || index >= expected + window || index > MAX_INDEX) {
      return { kind: 'outOfOrder', expected };
    }
    const isFilling = session.chunkCount >= expected;
    if (!session.whole && !isFilling && lengthLeft(session, config.maxDurationMs, now()) <= 0)
      return { kind: 'tooLong' };
    if (declaredBytes === 0) return { kind: 'empty' };
    if ((declaredBytes ?? 0) > config.maxChunkBytes) return { kind: 'tooLarge', got: declaredBytes ?? 0 };
    const before = await database.sessions.bytesOf(session.userId);
    return before + (declaredBytes ?? 0) > config.maxBytesPerUser ? { kind: 'quota' } : undefined;
  }

  async #publish(session: Session, chunk: Chunk, incoming: Incoming): Promise<TakeOutcome> {
    const { config, database, events, now } = this.#ports;
    const key = chunkKey(session.id, chunk.index);
    const published = await incoming.publish(key, false);
    if (published === 'taken') {
      const stored = await database.sessions.chunk(session.id, chunk.index);
      if (stored) return { kind: stored.sha256 === chunk.sha256 ? 'repeated' : 'conflict' };
      // Nobody was told that what has this name is stored: a kill came in between.
      await incoming.publish(key, true);
    }
    const window = session.outOfOrder ? WINDOW : 1;
    const outcome = await database.sessions.addChunk(session.id, chunk, {
      maxBytesPerUser: config.maxBytesPerUser,
      window,
      at: now(),
    });
    if (outcome.kind === 'unknown') return { kind: 'closed', status: 'aborted' };
    if (outcome.kind === 'stored') {
      events.emit({ type: 'chunkStored', session: outcome.session, index: chunk.index, bytes: chunk.bytes });
    } else if (outcome.kind !== 'repeated' && outcome.kind !== 'conflict') {
      await this.#ports.storage.remove(key);
    }
    return outcome;
  }

  async #isFull(needed: number): Promise<boolean> {
    const free = await this.#ports.storage.freeBytes();
    return free !== undefined && free < needed + Math.min(MIN_FREE_BYTES, this.#ports.config.maxChunkBytes);
  }
}

/** Of the storage, of the database, or of what ffmpeg writes. */
export const isDiskFull = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'DISK_FULL'].includes(errnoOf(error) ?? '');
