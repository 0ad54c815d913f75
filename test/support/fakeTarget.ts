import { createHash, randomUUID } from 'node:crypto';
import { type ErrorCode, LongtakeError } from '../../src/shared/errors.ts';
import type { Body, BodySource } from '../../src/engine/upload/body.ts';
import type {
  Beat,
  Chunk,
  Driver,
  Finalized,
  Found,
  Limits,
  OpenedSession,
  Progress,
  Sent,
  SessionView,
  Totals,
  UploadMeta,
  WholeFile,
} from '../../src/engine/upload/driver.ts';

export type Call = 'open' | 'opened' | 'find' | 'send' | 'look' | 'finalize' | 'follow' | 'discard' | 'whole';

/** What goes wrong with a call: before it arrives, or with the answer on its way back. */
export interface Fault {
  readonly code: ErrorCode;
  readonly when: 'before' | 'after';
  readonly details?: Record<string, string | number | boolean>;
}

interface FakeSession {
  readonly meta: UploadMeta;
  readonly chunks: Map<number, Uint8Array>;
  status: 'open' | 'finalized' | 'aborted';
  recordingId?: string;
}

/** A target in memory that behaves as the protocol says, and fails as it is told to. */
export class FakeTarget {
  readonly sessions = new Map<string, FakeSession>();
  /** What it has made files of. */
  readonly recordings = new Map<string, { readonly meta: UploadMeta; readonly bytes: Uint8Array }>();
  readonly calls: { readonly call: Call; readonly source: string | undefined; readonly index?: number }[] = [];
  /** Asked at every call. */
  fault: (call: Call) => Fault | undefined = () => undefined;
  limits: Limits = { chunkSeconds: 2, minChunkSeconds: 1, backlogChunkBytes: 4000 };
  maxInFlight = 1;
  maxChunkBytes = 10_000;
  progress: Progress = { state: 'completed', link: 'https://target.invalid/1' };
  /** Requests that are under way, and the most that ever were. */
  underWay = 0;
  mostUnderWay = 0;
  /** Resolves when a chunk may be answered; for seeing several under way. */
  hold: Promise<void> = Promise.resolve();

  /** What it heard of its sessions, in order. */
  readonly beats: Beat[] = [];

  count(call: Call): number {
    return this.calls.filter((one) => one.call === call).length;
  }

  driver(): Driver {
    return {
      limits: this.limits,
      form: () => ({ kind: 'recorded' }),
      probe: () => Promise.resolve('Fine.'),
      open: (meta, signal) => this.#call('open', undefined, signal, () => this.#open(meta)),
      opened: (key, _meta, signal) => this.#call('opened', undefined, signal, () => this.#opened(key)),
      find: (meta, _bytes, signal) => this.#call('find', undefined, signal, () => this.#find(meta)),
      send: (id, chunk, signal) => this.#call('send', id, signal, () => this.#send(id, chunk), chunk.index),
      look: (id, signal) => this.#call('look', id, signal, () => this.#look(id)),
      finalize: (id, totals, _meta, signal) => this.#call('finalize', id, signal, () => this.#finalize(id, totals)),
      follow: (_id, signal) => this.#call('follow', undefined, signal, () => this.progress),
      discard: (id, signal) => this.#call('discard', id, signal, () => this.#discard(id)),
      whole: async (file, meta, signal) => {
        const bytes = await wholeBytes(file);
        return this.#call('whole', undefined, signal, () => this.#keep(meta, bytes));
      },
      beat: (_id, beat) => {
        this.beats.push(beat);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }

  /** As if it had been restored from an old back-up: sessions have fewer chunks, and what was made since is gone. */
  restore(lost: number): void {
    for (const session of this.sessions.values()) {
      if (session.status !== 'open') continue;
      const last = Math.max(0, ...session.chunks.keys());
      for (let index = last; index > last - lost; index -= 1) session.chunks.delete(index);
    }
  }

  forgetSessions(): void {
    for (const [id, { status }] of this.sessions) if (status === 'open') this.sessions.delete(id);
  }

  async #call<Value>(
    call: Call,
    session: string | undefined,
    signal: AbortSignal,
    work: () => Value,
    index?: number,
  ): Promise<Value> {
    const source = session === undefined ? undefined : this.sessions.get(session)?.meta.recording.sourceId;
    this.calls.push({ call, source, ...(index === undefined ? {} : { index }) });
    const fault = this.fault(call);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      await (call === 'send' ? this.hold : undefined);
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'Cancelled.');
      if (fault?.when === 'before') throw failure(fault);
      const value = work();
      await Promise.resolve();
      if (signal.aborted) throw new LongtakeError('CANCELLED', 'Cancelled.');
      if (fault) throw failure(fault);
      return value;
    } finally {
      this.underWay -= 1;
    }
  }

  #open(meta: UploadMeta): OpenedSession {
    const sessionId = (meta.key === undefined ? undefined : this.#under(meta.key)) ?? randomUUID();
    const known = this.sessions.get(sessionId);
    if (known) return this.#session(sessionId);
    this.sessions.set(sessionId, { meta, chunks: new Map(), status: 'open' });
    return this.#session(sessionId);
  }

  #session(sessionId: string): OpenedSession {
    return { sessionId, maxChunkBytes: this.maxChunkBytes, maxInFlight: this.maxInFlight, digests: true };
  }

  #under(key: string): string | undefined {
    return [...this.sessions].find(([, { meta, status }]) => status === 'open' && meta.key === key)?.[0];
  }

  #opened(key: string): string | undefined {
    const id = this.#under(key);
    return id === undefined || this.sessions.get(id)?.chunks.size ? undefined : id;
  }

  #find({ recording, part }: UploadMeta): Found | undefined {
    const ofIt = [...this.sessions].filter(([, { meta }]) => meta.recording.id === recording.id && meta.part === part);
    for (const [, { recordingId = '' }] of ofIt) {
      const bytes = this.recordings.get(recordingId)?.bytes;
      if (bytes) return { type: 'recording', recordingId, of: 'body', bytes: bytes.length, sha256: sha256(bytes) };
    }
    const [open] = ofIt.filter(([, { status }]) => status === 'open');
    if (!open) return undefined;
    const [id, session] = open;
    const chunks: { bytes: number; sha256: Uint8Array }[] = [];
    for (let index = 1; index < firstMissing(session); index += 1) {
      const bytes = session.chunks.get(index) ?? new Uint8Array(0);
      chunks.push({ bytes: bytes.length, sha256: sha256(bytes) });
    }
    return { type: 'session', session: this.#session(id), chunks };
  }

  #send(id: string, { index, bytes, sha256 }: Chunk): Sent {
    const session = this.sessions.get(id);
    if (session?.status !== 'open') return { type: 'gone', reason: 'no such session' };
    if (!createHash('sha256').update(bytes).digest().equals(sha256)) throw new Error('The checksum is wrong.');
    const expected = firstMissing(session);
    if (session.chunks.has(index))
      return this.maxInFlight > 1 ? { type: 'stored' } : { type: 'expected', index: expected };
    if (index < expected || index >= expected + this.maxInFlight) return { type: 'expected', index: expected };
    if (bytes.length > this.maxChunkBytes) throw new Error('The chunk is too large.');
    session.chunks.set(index, bytes.slice());
    return { type: 'stored' };
  }

  #look(id: string): SessionView {
    const session = this.sessions.get(id);
    if (!session || session.status === 'aborted') {
      return { status: 'gone', chunks: 0, bytes: 0, expected: 1 };
    }
    const expected = firstMissing(session);
    const bytes = [...session.chunks.values()].reduce((total, chunk) => total + chunk.length, 0);
    const ahead = [...session.chunks.keys()].filter((index) => index > expected);
    const { recordingId } = session;
    return {
      status: session.status,
      chunks: session.chunks.size,
      bytes,
      expected,
      ahead,
      ...(recordingId === undefined ? {} : { recordingId }),
    };
  }

  #finalize(id: string, totals: Totals): Finalized {
    const session = this.sessions.get(id);
    if (session?.status !== 'open') return { type: 'gone', reason: 'no such session' };
    if (session.chunks.size === 0 && totals.chunks === 0) throw new LongtakeError('UPLOAD_CONFLICT', 'No chunks yet');
    const missing = Array.from({ length: totals.chunks }, (_, at) => at + 1).filter((at) => !session.chunks.has(at));
    if (missing.length > 0) return { type: 'missing', indexes: missing };
    const bytes = joined([...session.chunks].sort(([a], [b]) => a - b).map(([, chunk]) => chunk));
    if (bytes.length !== totals.bytes) throw new Error(`There are ${bytes.length} bytes and not ${totals.bytes}.`);
    session.status = 'finalized';
    const { recordingId } = this.#keep(session.meta, bytes);
    session.recordingId = recordingId;
    return { type: 'accepted', recordingId };
  }

  /** As a target does with a session that was quiet for a day. */
  finalizeByItself(): void {
    for (const session of this.sessions.values()) {
      if (session.status !== 'open' || session.chunks.size === 0) continue;
      session.status = 'finalized';
      session.recordingId = this.#keep(session.meta, joined([...session.chunks.values()])).recordingId;
    }
  }

  #keep(meta: UploadMeta, bytes: Uint8Array): { readonly recordingId: string } {
    const recordingId = randomUUID();
    this.recordings.set(recordingId, { meta, bytes });
    return { recordingId };
  }

  #discard(id: string): void {
    const session = this.sessions.get(id);
    if (session?.status === 'open') session.status = 'aborted';
  }
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

function firstMissing({ chunks }: FakeSession): number {
  let index = 1;
  while (chunks.has(index)) index += 1;
  return index;
}

function failure({ code, details }: Fault): LongtakeError {
  return new LongtakeError(code, `As the test wants it: ${code}.`, details ? { details } : {});
}

async function wholeBytes(file: WholeFile): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.read()) pieces.push(piece);
  return joined(pieces);
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** A recording's bytes as the fake body has them. */
export interface GrowingFile {
  bytes: number;
  closed: boolean;
  gone?: boolean;
}

/** The byte at a place in the fake body of a recording. */
export function byteAt(recordingId: string, position: number): number {
  return (position * 31 + (position >> 8) * 7 + recordingId.charCodeAt(0)) & 0xff;
}

export function expectedBytes(recordingId: string, from: number, to: number): Uint8Array {
  return Uint8Array.from({ length: to - from }, (_, index) => byteAt(recordingId, from + index));
}

/** A body that is a pattern, as long as `file` says. 1 byte is 1 ms. */
export function fakeBody({ recording, from }: BodySource, file: GrowingFile): Body {
  return {
    mimeType: 'audio/wav',
    stable: () => Promise.resolve({ bytes: Math.max(0, file.bytes - from), ended: file.closed }),
    read: async function* (first, last) {
      if (file.gone === true) throw Object.assign(new Error('There is no such file.'), { code: 'ENOENT' });
      const end = Math.min(last, file.bytes - from);
      for (let at = first; at < end; at += 1500) {
        yield expectedBytes(recording.id, from + at, from + Math.min(end, at + 1500));
      }
    },
    filePosition: (at) => Promise.resolve(from + at),
    durationMs: (at) => at,
    close: () => Promise.resolve(),
  };
}
