import type { Beat, Chunk, Metadata, NewSession, Recording, RecordingFile, Role, Session, User } from '../model.ts';
import type { CountStore } from './countRows.ts';
import type { DeliveryStore } from './deliveryRows.ts';
import type { RateStore } from './rateRows.ts';

/** What became of a chunk that was offered. */
export type ChunkOutcome =
  | { readonly kind: 'stored'; readonly session: Session }
  /** It was there already, with the same bytes. */
  | { readonly kind: 'repeated' }
  /** It was there already, with other bytes. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'outOfOrder'; readonly expected: number }
  | { readonly kind: 'quota' }
  | { readonly kind: 'closed'; readonly status: Session['status'] }
  | { readonly kind: 'unknown' };

export interface ChunkRules {
  /** Bytes of all sessions of the user that are in progress, this chunk included. */
  readonly maxBytesPerUser: number;
  /** How many indices from the expected one on are taken; 1: in order. */
  readonly window: number;
  readonly at: number;
}

export type FinalizeOutcome =
  /** `parts`: the recordings of a session of which chunks are missing. */
  | { readonly kind: 'begun'; readonly recordingId: number; readonly parts?: readonly number[] }
  /** Finalize was asked for before. */
  | {
      readonly kind: 'repeated';
      readonly recordingId: number;
      readonly status: Session['status'];
      readonly parts?: readonly number[];
    }
  | { readonly kind: 'empty' }
  | { readonly kind: 'closed'; readonly status: Session['status'] }
  | { readonly kind: 'missing'; readonly missing: readonly number[] }
  | { readonly kind: 'differs'; readonly chunkCount: number; readonly bytes: number }
  | { readonly kind: 'unknown' };

export interface FinalizeRequest {
  readonly metadata: Metadata;
  readonly title: string;
  readonly notes: string | undefined;
  readonly folderId: number | undefined;
  readonly meetingDate: string | undefined;
  /** What the client counted; the session must have exactly that. */
  readonly chunkCount: number | undefined;
  readonly bytes: number | undefined;
  /** Chunks are missing and the client is gone: what there is shall be told as failed, and kept. */
  readonly takesGaps: boolean;
  /** Chunks may be missing: what is there becomes recordings that say so. */
  readonly incomplete?: boolean;
  readonly at: number;
}

export interface SessionFilter {
  readonly userId?: number;
  readonly statuses?: readonly Session['status'][];
  /** Last seen before this instant. */
  readonly quietSince?: number;
  readonly clientKey?: string | undefined;
  readonly clientRecording?: string | undefined;
  readonly limit?: number;
}

/** Sessions and their chunks. Each call is one transaction. */
export interface SessionStore {
  /** Makes a session; or returns the one that is open under the same name of the client. */
  create(session: NewSession): Promise<Session>;
  get(id: string): Promise<Session | undefined>;
  /** The newest first. */
  list(filter: SessionFilter): Promise<readonly Session[]>;
  /** Bytes in progress. */
  bytesOf(userId: number): Promise<number>;
  chunk(id: string, index: number): Promise<Chunk | undefined>;
  /** In order of their index. */
  chunks(id: string): Promise<readonly Chunk[]>;
  /** Indices below the last stored one that are not there, and from there up to `count`; at most `limit` of them. */
  missing(id: string, count: number, limit: number): Promise<readonly number[]>;
  /** Counts a chunk whose bytes are in the storage. */
  addChunk(id: string, chunk: Chunk, rules: ChunkRules): Promise<ChunkOutcome>;
  /** Makes the chunks of a session what the storage has. */
  replaceChunks(id: string, chunks: readonly Chunk[]): Promise<Session | undefined>;
  beat(id: string, beat: Beat, at: number): Promise<boolean>;
  /** Claims the session for its one recording, with the job that makes it. */
  finalize(id: string, request: FinalizeRequest): Promise<FinalizeOutcome>;
  /** Ends a session that is in progress; false when it has ended in another way. */
  end(id: string, status: 'aborted' | 'expired', at: number): Promise<boolean>;
  /** Brings back what only the storage knew. */
  restore(session: Session): Promise<void>;
}

export interface RecordingFilter {
  readonly userId?: number;
  readonly before?: number;
  /** Made before this instant. */
  readonly createdBefore?: number;
  readonly limit: number;
}

export type RecordingChange = Partial<Pick<Recording, 'title' | 'notes' | 'meetingDate' | 'tagIds' | 'folderId'>>;

export interface RecordingStore {
  get(id: number): Promise<Recording | undefined>;
  /** More than one where chunks of the session are missing. */
  ofSession(sessionId: string): Promise<readonly Recording[]>;
  /** The newest first. */
  list(filter: RecordingFilter): Promise<readonly Recording[]>;
  change(id: number, change: RecordingChange): Promise<Recording | undefined>;
  /** Takes it out; false when it was out already. */
  remove(id: number, at: number): Promise<boolean>;
  restore(recording: Recording): Promise<void>;
  /** Its file is not in the storage any more. */
  lose(id: number, error: string): Promise<void>;
  /** Jobs that come before the one of this recording; undefined when it has none. */
  queuePosition(id: number): Promise<number | undefined>;
}

export interface Job {
  readonly id: number;
  readonly sessionId: string;
  readonly recordingId: number;
  /** This one included. */
  readonly tries: number;
  /** Chunks are missing, and what is there is wanted. */
  readonly incomplete: boolean;
}

/** What became of one recording of a session of which chunks are missing. */
export type MadePart =
  | { readonly recordingId: number; readonly file: RecordingFile }
  | { readonly recordingId: number; readonly error: string };

/** Work that survives its worker: whoever claims a job has it until the lease ends. */
export interface JobStore {
  claim(worker: string, now: number, leaseMs: number): Promise<Job | undefined>;
  /** False when somebody else has the job now. */
  renew(id: number, worker: string, now: number, leaseMs: number): Promise<boolean>;
  /** The recording is there: session, recording and job change together. */
  succeed(
    job: Job,
    worker: string,
    file: RecordingFile & { readonly contentSha256?: string | undefined },
    at: number,
  ): Promise<boolean>;
  fail(job: Job, worker: string, error: string, at: number): Promise<boolean>;
  /** The recordings of an incomplete session are there, or not; the session stays failed, with its chunks. */
  succeedIncomplete(
    job: Job,
    worker: string,
    made: { readonly parts: readonly MadePart[]; readonly error: string; readonly at: number },
  ): Promise<boolean>;
  /** Gives it back, to be tried again from `nextTryAt` on; `why` is for who waits for the recording. */
  release(job: Job, worker: string, nextTryAt: number, why?: string): Promise<void>;
  /** Gives back what workers of before had, when it is certain that none of them lives. */
  releaseAll(): Promise<void>;
  /** Makes one for a session that is being finalized and has none. */
  ensure(sessionId: string, recordingId: number, at: number): Promise<void>;
  /** A failed one is tried again; false when there is none. */
  retry(recordingId: number, at: number): Promise<boolean>;
}

export interface StoredUser extends User {
  /** As made by auth/passwords.ts; undefined: no password opens it. */
  readonly password: string | undefined;
}

export interface StoredToken {
  readonly id: number;
  readonly userId: number;
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly hash: string;
  /** Its first characters, to tell it from others. */
  readonly hint: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
}

export interface UserStore {
  /** Undefined when there is somebody with this address. */
  add(email: string, role: Role, at: number): Promise<StoredUser | undefined>;
  list(): Promise<readonly StoredUser[]>;
  byId(id: number): Promise<StoredUser | undefined>;
  byEmail(email: string): Promise<StoredUser | undefined>;
  byToken(hash: string): Promise<{ readonly user: StoredUser; readonly token: StoredToken } | undefined>;
  setPassword(id: number, password: string | undefined): Promise<void>;
  remove(id: number): Promise<boolean>;
  addToken(userId: number, token: Pick<StoredToken, 'name' | 'hash' | 'hint'>, at: number): Promise<StoredToken>;
  tokens(): Promise<readonly StoredToken[]>;
  useToken(id: number, at: number): Promise<void>;
  removeToken(id: number): Promise<boolean>;
  /** Log-ins in the browser, by the SHA-256 of their cookie. */
  addLogin(hash: string, userId: number, expiresAt: number): Promise<void>;
  byLogin(hash: string, now: number): Promise<StoredUser | undefined>;
  removeLogin(hash: string): Promise<void>;
  restore(users: readonly StoredUser[], tokens: readonly StoredToken[]): Promise<void>;
}

export const OUTBOX_TYPES = [
  'session.opened',
  'session.finalized',
  'recording.ready',
  'recording.failed',
  'recording.deleted',
] as const;
export type OutboxType = (typeof OUTBOX_TYPES)[number];

/** Something that happened, kept until it was told: written in the transaction that made it happen. */
export interface OutboxEntry {
  /** Grows. */
  readonly id: number;
  readonly at: number;
  readonly type: OutboxType;
  readonly userId: number;
  readonly sessionId: string | undefined;
  readonly recordingId: number | undefined;
}

export interface OutboxStore {
  /** In order, after the entry `after`. */
  after(after: number, limit: number): Promise<readonly OutboxEntry[]>;
  removeBefore(at: number): Promise<void>;
}

/** Small things that all processes of a server share, such as the key of its cookies. */
export interface MetaStore {
  /** The value; `made` becomes it when there was none. */
  getOrSet(key: string, made: string): Promise<string>;
}

/** All that the server knows, as a port. The storage can bring most of it back. */
export interface Database {
  readonly sessions: SessionStore;
  readonly recordings: RecordingStore;
  readonly jobs: JobStore;
  readonly users: UserStore;
  readonly outbox: OutboxStore;
  readonly deliveries: DeliveryStore;
  readonly counts: CountStore;
  readonly meta: MetaStore;
  readonly rates: RateStore;
  close(): Promise<void>;
}
