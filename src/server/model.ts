/** The states of a session, by Speakr's names. */
export const SESSION_STATUSES = ['recording', 'finalizing', 'finalized', 'aborted', 'expired', 'failed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** What the recording program says it does. */
export const BEATS = ['recording', 'paused', 'offline'] as const;
export type Beat = (typeof BEATS)[number];

/** What a person or a program says of the audio; kept as sent. */
export type Metadata = Readonly<Record<string, unknown>>;

/** Audio that is being received. Instants are ms since 1970 UTC. */
export interface Session {
  /** A UUID. */
  readonly id: string;
  readonly userId: number;
  readonly mimeType: string;
  readonly status: SessionStatus;
  /** Chunks are taken in any order within the window, for the client asked for it. */
  readonly outOfOrder: boolean;
  /** It is one finished file, which is kept as it came. */
  readonly whole: boolean;
  readonly title: string | undefined;
  readonly source: string | undefined;
  /** As the client wrote it. */
  readonly startedAt: string | undefined;
  /** Chunks that are stored. */
  readonly chunkCount: number;
  /** The first index that is not stored; without gaps this is `chunkCount + 1`. */
  readonly expectedIndex: number;
  /** Of all chunks. */
  readonly bytes: number;
  readonly beat: Beat;
  readonly beatAt: number;
  /** How long it was paused up to `beatAt`. */
  readonly pausedMs: number;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly finalizedAt: number | undefined;
  readonly recordingId: number | undefined;
  readonly error: string | undefined;
  /** What finalize was told. */
  readonly metadata: Metadata;
  /** The client's own name for its try to open it: another try with the same name is the same session. */
  readonly clientKey?: string | undefined;
  /** The client's own name for what it sends. */
  readonly clientRecording?: string | undefined;
  /** Of all bytes of the chunks, joined; hex. Known once a recording was made of them. */
  readonly contentSha256?: string | undefined;
}

export interface Chunk {
  /** Counts from 1. */
  readonly index: number;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** What a session is made with. */
export type NewSession = Pick<
  Session,
  | 'id'
  | 'userId'
  | 'mimeType'
  | 'outOfOrder'
  | 'whole'
  | 'title'
  | 'source'
  | 'startedAt'
  | 'createdAt'
  | 'clientKey'
  | 'clientRecording'
>;

export const ROLES = ['owner', 'admin'] as const;
/** An owner sees what is theirs, an admin all. */
export type Role = (typeof ROLES)[number];

export interface User {
  readonly id: number;
  readonly email: string;
  readonly role: Role;
  readonly createdAt: number;
}

/** The states of a recording, by Speakr's names; it is never transcribed here. */
export type RecordingStatus = 'STITCHING' | 'COMPLETED' | 'FAILED';

/** What a recording has of a session of which chunks are missing. Indices are inclusive. */
export interface Incomplete {
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  /** First and last chunk that are in it. */
  readonly from: number;
  readonly to: number;
  /** Of the whole session, in order. */
  readonly missing: readonly (readonly [from: number, to: number])[];
}

/** Audio that was received. */
export interface Recording {
  readonly id: number;
  readonly userId: number;
  readonly sessionId: string;
  readonly title: string;
  readonly notes: string | undefined;
  readonly folderId: number | undefined;
  readonly tagIds: readonly number[];
  readonly source: string | undefined;
  /** ISO 8601, as the client wrote it. */
  readonly meetingDate: string | undefined;
  readonly mimeType: string;
  readonly status: RecordingStatus;
  /** Why it failed, for a person. */
  readonly error: string | undefined;
  /** Why it could not be made yet, for a person, while that is tried again. */
  readonly waiting?: string | undefined;
  /** Of the file; undefined while there is none. */
  readonly file: RecordingFile | undefined;
  readonly createdAt: number;
  readonly completedAt: number | undefined;
  readonly metadata: Metadata;
  /** Absent: it is whole. */
  readonly incomplete?: Incomplete | undefined;
}

export interface RecordingFile {
  readonly key: string;
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
  /** Of what it is, which may not be what the client called it. */
  readonly mimeType: string;
  /** Undefined where the container does not tell. */
  readonly durationMs: number | undefined;
}
