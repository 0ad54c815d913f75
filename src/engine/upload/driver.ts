import type { Recording } from '../../shared/domain/recording.ts';
import type { Target } from '../../shared/domain/target.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { ProxyEnvironment } from '../../shared/proxies.ts';
import type { BodyForm } from './body.ts';
import type { Patience } from './http/transport.ts';

/** What a target is told about an upload. */
export interface UploadMeta {
  readonly recording: Pick<
    Recording,
    'id' | 'sourceId' | 'sourceName' | 'startedAt' | 'offsetMinutes' | 'zone' | 'container' | 'format' | 'title'
  >;
  /** Name of the recording's file, without folders. */
  readonly fileName: string;
  /** Of the bytes that are sent. */
  readonly mimeType: string;
  /** From 1. */
  readonly part: number;
  /** Of one try to open a session; the same again when nobody knows what became of it. Letters, digits and `-`. */
  readonly key?: string;
}

export interface OpenedSession {
  readonly sessionId: string;
  /** Largest chunk, bytes. */
  readonly maxChunkBytes: number;
  /** How many chunks of this session may be under way at once. */
  readonly maxInFlight: number;
  /** ms since 1970 UTC. */
  readonly expiresAt?: number;
  readonly liveLink?: string;
  /** The target verifies the checksum of each chunk. */
  readonly digests: boolean;
}

export interface Chunk {
  /** From 1, without a hole. */
  readonly index: number;
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`; 32 bytes. */
  readonly sha256: Uint8Array;
}

export type Sent =
  /** It is there; also when it was there before. */
  | { readonly type: 'stored' }
  /** The target goes on from this index: those before it are there, those from it on are not. */
  | { readonly type: 'expected'; readonly index: number }
  /** The session takes nothing any more. */
  | { readonly type: 'gone'; readonly reason: string };

/** What a target has of a session. */
export interface SessionView {
  /** `open` takes chunks; `finalizing` and `finalized` have a `recordingId`, as a rule; `gone`: unknown, expired, aborted. */
  readonly status: 'open' | 'finalizing' | 'finalized' | 'failed' | 'gone';
  /** How many chunks it has. */
  readonly chunks: number;
  readonly bytes: number;
  /** The next chunk that is not there, from 1. */
  readonly expected: number;
  /** Chunks after `expected` that are there in spite of it. */
  readonly ahead?: readonly number[];
  readonly recordingId?: string;
  /** Why it is failed or gone. */
  readonly text?: string;
}

/** What a target has of a recording from before; whoever asks compares it with the recording. */
export type Found =
  /** A session with these chunks, in order from the first and without a hole. */
  | {
      readonly type: 'session';
      readonly session: OpenedSession;
      readonly chunks: readonly { readonly bytes: number; readonly sha256: Uint8Array }[];
    }
  /** A recording that was made of the first `bytes` of what is sent, or of the whole file. */
  | {
      readonly type: 'recording';
      readonly recordingId: string;
      readonly link?: string;
      readonly of: 'body' | 'file';
      readonly bytes: number;
      /** Of those bytes; absent where a target knows no more than their number. */
      readonly sha256?: Uint8Array;
    };

/** All of a session. */
export interface Totals {
  readonly chunks: number;
  readonly bytes: number;
}

export type Finalized =
  | { readonly type: 'accepted'; readonly recordingId: string; readonly link?: string }
  /** These chunks are not there. */
  | { readonly type: 'missing'; readonly indexes: readonly number[] }
  | { readonly type: 'gone'; readonly reason: string };

export interface Progress {
  readonly state: 'processing' | 'completed' | 'failed';
  /** What the target says. */
  readonly text?: string;
  readonly link?: string;
}

/** A whole file, as fast as the bandwidth limit lets it be read. */
export interface WholeFile {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: number;
  /**
   * From the start, in pieces of at most 64 KiB; a second call begins anew. Throws DISK_ERROR instead of its end where it
   * has not `bytes` bytes, or was changed meanwhile.
   */
  read(): AsyncIterable<Uint8Array>;
  /** SHA-256, hex, at the speed of the disk; throws as {@link read} does. */
  digest(): Promise<string>;
  /** An earlier try may have arrived: nobody knows. */
  readonly again: boolean;
}

/** What a target is told of who sends to a session: it goes on, a person paused it, or nobody is there. */
export type Beat = 'recording' | 'paused' | 'offline';

/** How much a target takes. */
export interface Limits {
  /** Length of a chunk of an open recording where the target's settings have none, s. */
  readonly chunkSeconds: number;
  /** Shortest that is allowed, s. */
  readonly minChunkSeconds: number;
  /** Chunks of a backlog are about so large, bytes. */
  readonly backlogChunkBytes: number;
  /** Chunk requests that all sessions of the target may make. */
  readonly requestsPerHour?: number;
  readonly requestsPerDay?: number;
  /** A session with more is not taken: it is ended before, and another one begins. */
  readonly maxSessionBytes?: number;
  /** A session that lasts longer is not taken, ms. */
  readonly maxSessionMs?: number;
}

/**
 * Speaks the language of one kind of target. It keeps nothing but what it is given and a login. Every call may fail
 * with a code that `failures.ts` has a class for, with `retryAfterMs` in its details where the target said so; every
 * call ends when `signal` is aborted, and by itself after at most 60 s without a byte.
 */
export interface Driver {
  readonly limits: Limits;
  /** The whole file is wanted beside the chunks, once it is closed; {@link whole} takes it then, too. */
  readonly wholeToo?: boolean;
  /** What this target takes of a recording. FORMAT_UNSUPPORTED when nothing. */
  form(recording: Pick<Recording, 'container' | 'format'>): BodyForm;
  /** Tries address and credentials; a sentence for a person. */
  probe(signal: AbortSignal): Promise<string>;
  open(meta: UploadMeta, signal: AbortSignal): Promise<OpenedSession>;
  send(sessionId: string, chunk: Chunk, signal: AbortSignal): Promise<Sent>;
  /** The session that a try with this key may have opened, whose answer was lost, as long as it has nothing. */
  opened?(key: string, meta: UploadMeta, signal: AbortSignal): Promise<string | undefined>;
  /** What the target has of a recording; `bytes`: how many are sent, as far as it is known now. */
  find?(meta: UploadMeta, bytes: number, signal: AbortSignal): Promise<Found | undefined>;
  /** What the target has. A session that it does not know is `gone`, which is no error. */
  look(sessionId: string, signal: AbortSignal): Promise<SessionView>;
  /** Keeps a session from being taken for forgotten. */
  beat?(sessionId: string, beat: Beat, signal: AbortSignal): Promise<void>;
  /** Never called twice without a {@link look} in between. */
  finalize(sessionId: string, totals: Totals, meta: UploadMeta, signal: AbortSignal): Promise<Finalized>;
  /** How the target gets on with a recording of its own. */
  follow(recordingId: string, signal: AbortSignal): Promise<Progress>;
  /** Fine when there is nothing any more. */
  discard(sessionId: string, signal: AbortSignal): Promise<void>;
  /** The full-file fall-back; returns the target's name for the recording. */
  whole(
    file: WholeFile,
    meta: UploadMeta,
    signal: AbortSignal,
  ): Promise<{ readonly recordingId: string; readonly link?: string }>;
  /** Ends connections that are kept. */
  close(): Promise<void>;
}

export interface DriverPorts {
  /** Token, password or secret key; undefined when there is none. Asked anew for each login. */
  readonly secret: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  /** Names proxies; of the process, unless a test says otherwise. */
  readonly environment?: ProxyEnvironment | undefined;
  /** The usual, unless a test says otherwise. */
  readonly patience?: Patience | undefined;
}

export type CreateDriver = (target: Target, ports: DriverPorts) => Driver;
