import type { UploadState } from '../../shared/domain/upload.ts';

/** What can happen to an upload. */
export type UploadEvent =
  /** It is its turn. */
  | 'turn'
  /** The target has opened a session; the whole file needs none. */
  | 'opened'
  /** Everything is there, and no more comes. */
  | 'all'
  /** Some of it is not there after all. */
  | 'missing'
  /** The target has taken it and has a recording of its own. */
  | 'accepted'
  /** The target has made its file. */
  | 'completed'
  /** The target could not use it. */
  | 'refused'
  /** The session is lost: another one begins, from the first byte. */
  | 'lost'
  /** It cannot go on before a person changes something. */
  | 'person'
  /** A person, or time, has it tried again. */
  | 'retry'
  | 'pause'
  | 'resume'
  /** A person wants the target to make do with what it has. */
  | 'finish'
  /** The file goes as a whole instead of in chunks. */
  | 'whole'
  | 'discard'
  /** Longtake starts: nothing is under way. */
  | 'restart';

/** `back`: where what is known of the upload leads; see {@link backState}. */
type Exit = UploadState | 'back';

/** Every way out of every state; there is no other. */
export const exits: Readonly<Record<UploadState, Readonly<Partial<Record<UploadEvent, Exit>>>>> = {
  waiting: {
    turn: 'opening',
    person: 'needsPerson',
    pause: 'paused',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'waiting',
  },
  opening: {
    opened: 'sending',
    accepted: 'processing',
    lost: 'waiting',
    person: 'needsPerson',
    retry: 'opening',
    pause: 'paused',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'waiting',
  },
  sending: {
    all: 'finalizing',
    accepted: 'processing',
    lost: 'waiting',
    person: 'needsPerson',
    pause: 'paused',
    finish: 'finalizing',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'sending',
  },
  finalizing: {
    missing: 'sending',
    accepted: 'processing',
    refused: 'failed',
    lost: 'waiting',
    person: 'needsPerson',
    pause: 'paused',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'finalizing',
  },
  processing: {
    completed: 'done',
    refused: 'failed',
    person: 'needsPerson',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'processing',
  },
  done: { restart: 'done' },
  failed: { retry: 'waiting', whole: 'waiting', discard: 'discarded', restart: 'failed' },
  needsPerson: {
    retry: 'back',
    pause: 'paused',
    finish: 'finalizing',
    whole: 'waiting',
    discard: 'discarded',
    restart: 'needsPerson',
  },
  paused: { resume: 'back', finish: 'finalizing', whole: 'waiting', discard: 'discarded', restart: 'paused' },
  discarded: { restart: 'discarded' },
};

/** What decides where an upload goes on. */
export interface Known {
  readonly way: 'session' | 'whole';
  readonly sessionId: string | undefined;
  /** Nothing more is to be sent. */
  readonly finishing: boolean;
  /** The target's name for it. */
  readonly remoteId: string | undefined;
}

/** Where an upload goes on that a person or a problem held up. */
export function backState({ way, sessionId, finishing, remoteId }: Known): UploadState {
  if (remoteId !== undefined) return 'processing';
  if (way === 'whole' || sessionId === undefined) return 'waiting';
  return finishing ? 'finalizing' : 'sending';
}

/** The state after `event`; undefined where the table has no such exit. */
export function nextState(state: UploadState, event: UploadEvent, known: Known): UploadState | undefined {
  const exit = exits[state][event];
  return exit === 'back' ? backState(known) : exit;
}
