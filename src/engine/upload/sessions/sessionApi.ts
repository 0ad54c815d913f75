import { z } from 'zod';
import { LongtakeError } from '../../../shared/errors.ts';
import type { Chunk, Finalized, OpenedSession, Sent, SessionView } from '../driver.ts';
import type { Answer, Asked, HttpClient } from '../http/httpClient.ts';
import type { Login } from '../http/login.ts';
import { oneLine, refusal, serverText } from '../http/refusals.ts';

/** Larger chunks are not sent, whatever a server allows: each is in memory while it is sent. */
const LARGEST_CHUNK = 16 * 1024 * 1024;
const MOST_IN_FLIGHT = 16;
const MOST_INDEXES = 100_000;

const text = z.string().max(10_000);
const count = z.int().min(0);
/** Numbers at Speakr; part of addresses here, so nothing else may be in them. */
export const remoteId = z.union([z.int().min(0), z.string().regex(/^[\w-]{1,100}$/)]).transform(String);

export const openedSchema = z.object({
  session_id: z.string().regex(/^[\w-]{1,100}$/),
  max_chunk_bytes: z.int().min(1).catch(LARGEST_CHUNK),
  max_in_flight: z.int().min(1).catch(1),
  expires_at: text.optional().catch(undefined),
  live_url: text.optional().catch(undefined),
});

const viewSchema = z.object({
  status: text,
  chunk_count: count,
  bytes_received: count.catch(0),
  finalized_recording_id: remoteId.nullish().catch(undefined),
  error_message: text.nullish().catch(undefined),
  expected_chunk_index: z.int().min(1).optional().catch(undefined),
  missing: z.array(z.int().min(1)).max(MOST_INDEXES).optional().catch(undefined),
});

const finalizedSchema = z.object({ recording_id: remoteId });
const missingSchema = z.object({ missing: z.array(z.int().min(1)).max(MOST_INDEXES) });
const expectedSchema = z.object({ expected_chunk_index: z.int().min(1) });
const tooLargeSchema = z.object({ max_chunk_bytes: z.int().min(1) });

/** The sessions of a server: what Speakr and the Longtake server have in common. */
export class SessionApi {
  readonly client: HttpClient;
  readonly #login: Login;

  constructor(client: HttpClient, login: Login) {
    this.client = client;
    this.#login = login;
  }

  async ask(asked: Asked, signal: AbortSignal): Promise<Answer> {
    return this.#login.ask(asked, signal);
  }

  /** With a body of JSON. */
  askJson(method: Asked['method'], path: string, value: unknown, signal: AbortSignal): Promise<Answer> {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const headers = { 'content-type': 'application/json' };
    return this.ask({ method, path, headers, body: { kind: 'bytes', bytes } }, signal);
  }

  async open(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Omit<OpenedSession, 'digests'>> {
    const answer = await this.askJson('POST', '/upload/session', body, signal);
    if (answer.status === 400 && Array.isArray(answer.json?.['allowed'])) {
      const allowed =
        oneLine(answer.json['allowed'].filter((type) => typeof type === 'string').join(', ')) ?? 'nothing';
      const message = `${this.client.name} does not take ${String(body['mime_type'])}; it takes ${allowed}. Have it allowed there.`;
      throw new LongtakeError('UPLOAD_REJECTED', message, { details: { status: 400 } });
    }
    if (answer.status === 404 && (await this.#isLoggedIn(signal))) {
      const message = `${this.client.name} takes no sessions. Update it, or allow them there; what is closed is sent as a file.`;
      throw new LongtakeError('UPLOAD_REJECTED', message, { details: { status: 404 } });
    }
    if (answer.status !== 201 && answer.status !== 200) throw refusal(answer, this.client.name);
    return openedSession(this.#read(openedSchema, answer), this.client.base);
  }

  async send(
    sessionId: string,
    { index, bytes }: Chunk,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Sent> {
    const answer = await this.ask(
      {
        method: 'POST',
        path: `${pathOf(sessionId)}/chunks/${index}`,
        headers: { 'content-type': 'application/octet-stream', ...headers },
        body: { kind: 'bytes', bytes },
      },
      signal,
    );
    const { status, json } = answer;
    if (status === 204) return { type: 'stored' };
    if (status === 409) return this.#outOfTurn(answer, index);
    if (status === 404 && json) return { type: 'gone', reason: serverText(answer) ?? 'it does not know it.' };
    if (status === 413) {
      const limit = tooLargeSchema.safeParse(json);
      // The limit was changed since: another session has chunks that fit.
      if (limit.success && limit.data.max_chunk_bytes < bytes.length) {
        return { type: 'gone', reason: `its chunks have at most ${limit.data.max_chunk_bytes} bytes by now.` };
      }
    }
    if (status === 400 && json?.['code'] === 'digest_mismatch') {
      const message = `A chunk arrived damaged at ${this.client.name}. It is sent again by itself.`;
      throw new LongtakeError('UPLOAD_UNREACHABLE', message, { details: { status } });
    }
    throw refusal(answer, this.client.name);
  }

  /** The index of another chunk is expected; or the session takes nothing more, which it tells when it is looked at. */
  #outOfTurn(answer: Answer, index: number): Sent {
    const expected = expectedSchema.safeParse(answer.json);
    if (expected.success) {
      const { expected_chunk_index: next } = expected.data;
      return next === index + 1 ? { type: 'stored' } : { type: 'expected', index: next };
    }
    if (answer.json?.['code'] === 'digest_conflict') {
      return { type: 'gone', reason: 'it has other audio in the place of a chunk.' };
    }
    throw this.#conflict(answer);
  }

  async look(sessionId: string, signal: AbortSignal): Promise<SessionView> {
    const answer = await this.ask({ method: 'GET', path: pathOf(sessionId) }, signal);
    if (answer.status === 404 && answer.json) {
      const said = serverText(answer);
      return { status: 'gone', chunks: 0, bytes: 0, expected: 1, ...(said === undefined ? {} : { text: said }) };
    }
    if (answer.status !== 200) throw refusal(answer, this.client.name);
    const view = this.#read(viewSchema, answer);
    const said = oneLine(view.error_message ?? '');
    const expected = view.expected_chunk_index ?? view.chunk_count + 1;
    const recordingId = view.finalized_recording_id;
    return {
      status: statusOf(view.status),
      chunks: view.chunk_count,
      bytes: view.bytes_received,
      expected,
      ...aheadOf(expected, view.chunk_count, view.missing ?? []),
      ...(recordingId === null || recordingId === undefined ? {} : { recordingId }),
      ...(said === undefined ? {} : { text: said }),
    };
  }

  async finalize(sessionId: string, body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Finalized> {
    const answer = await this.askJson('POST', `${pathOf(sessionId)}/finalize`, body, signal);
    if (answer.status === 202 || answer.status === 200) {
      return { type: 'accepted', recordingId: this.#read(finalizedSchema, answer).recording_id };
    }
    if (answer.status === 404 && answer.json)
      return { type: 'gone', reason: serverText(answer) ?? 'it does not know it.' };
    if (answer.status === 409) {
      const missing = missingSchema.safeParse(answer.json);
      if (missing.success) return { type: 'missing', indexes: missing.data.missing };
      throw this.#conflict(answer);
    }
    throw refusal(answer, this.client.name);
  }

  async discard(sessionId: string, signal: AbortSignal): Promise<void> {
    const answer = await this.ask({ method: 'DELETE', path: pathOf(sessionId) }, signal);
    const isGone = answer.status === 404 && answer.json !== undefined;
    // What is finalized has become a recording, which nobody asked to delete.
    if (answer.status === 204 || answer.status === 200 || isGone || answer.status === 409) return;
    throw refusal(answer, this.client.name);
  }

  /** It is the server that it is taken for, and knows who asks. */
  async #isLoggedIn(signal: AbortSignal): Promise<boolean> {
    const answer = await this.ask({ method: 'GET', path: '/api/v1/users/me' }, signal);
    return answer.status === 200 && answer.json !== undefined;
  }

  /** The answer's JSON by its schema; UPLOAD_UNREACHABLE for anything else. */
  #read<Value>(schema: z.ZodType<Value>, answer: Answer): Value {
    const read = schema.safeParse(answer.json);
    if (read.success) return read.data;
    if (!answer.json) throw refusal(answer, this.client.name);
    const message = `${this.client.name} answered in a way that Longtake does not understand. Look whether its version fits.`;
    throw new LongtakeError('UPLOAD_UNREACHABLE', message, { cause: read.error });
  }

  #conflict(answer: Answer): LongtakeError {
    const said = serverText(answer) ?? 'no reason was given.';
    const message = `${this.client.name} takes nothing more for the session: ${said}`;
    return new LongtakeError('UPLOAD_CONFLICT', message, { details: { status: answer.status } });
  }
}

const pathOf = (sessionId: string): string => `/upload/session/${encodeURIComponent(sessionId)}`;

function statusOf(status: string): SessionView['status'] {
  switch (status) {
    case 'recording':
      return 'open';
    case 'finalizing':
    case 'finalized':
    case 'failed':
      return status;
    default:
      // Aborted, expired, and what a later version may have.
      return 'gone';
  }
}

/** The chunks behind the first missing one: between them, exactly those are missing that are listed. */
function aheadOf(expected: number, chunks: number, missing: readonly number[]): { readonly ahead?: readonly number[] } {
  if (chunks < expected) return {};
  const lost = new Set(missing);
  const highest = Math.min(chunks + lost.size, expected + MOST_INDEXES);
  const ahead: number[] = [];
  for (let index = expected + 1; index <= highest; index += 1) if (!lost.has(index)) ahead.push(index);
  return ahead.length > 0 ? { ahead } : {};
}

/** A session as its server describes it. */
export function openedSession(opened: z.infer<typeof openedSchema>, base: string): Omit<OpenedSession, 'digests'> {
  const expiresAt = naiveInstant(opened.expires_at);
  const liveLink = linkAt(opened.live_url, base);
  return {
    sessionId: opened.session_id,
    maxChunkBytes: Math.min(LARGEST_CHUNK, opened.max_chunk_bytes),
    maxInFlight: Math.min(MOST_IN_FLIGHT, opened.max_in_flight),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(liveLink === undefined ? {} : { liveLink }),
  };
}

/** Times come without a zone and are UTC. */
function naiveInstant(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const instant = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`);
  return Number.isFinite(instant) ? instant : undefined;
}

/** An address that a person may open; undefined for anything else that a server may send. */
export function linkAt(value: string | undefined, base: string): string | undefined {
  if (value === undefined || !URL.canParse(value, `${base}/`)) return undefined;
  const { protocol, href } = new URL(value, `${base}/`);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
