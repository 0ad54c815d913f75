import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const MIME_TYPES = ['audio/webm', 'audio/ogg', 'audio/mp4', 'audio/mpeg', 'audio/wav', 'audio/x-m4a'];
const MAX_CHUNK_BYTES = 16 * 1024 * 1024;

interface Session {
  readonly id: string;
  readonly mimeType: string;
  status: 'recording' | 'finalizing' | 'finalized' | 'aborted' | 'expired' | 'failed';
  readonly chunks: Buffer[];
  recordingId?: number;
}

interface Recording {
  readonly id: number;
  title: string;
  bytes: Buffer;
  status: string;
  transcription: string | null;
  meetingDate?: string;
  readonly finalize: Readonly<Record<string, unknown>>;
  /** Of what came as a file. */
  fileName?: string;
  tagIds: number[];
}

/** What a request is answered with in place of the true answer. */
type Fault = (request: { readonly method: string; readonly path: string }) => FaultAnswer | undefined;
interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ((response: ServerResponse) => void);
}

/**
 * Speaks as Speakr does, also where that is odd: no 401s, a login page, CSRF, quiet pages for 429. For what only it
 * does, and for faults; sessions themselves are tested against a true server.
 */
export class SpeakrStandIn {
  readonly token = `token-${randomUUID()}`;
  readonly email = 'person@example.org';
  readonly password = 'a & "b" + c';
  readonly sessions = new Map<string, Session>();
  readonly recordings: Recording[] = [];
  /** Method and path of each request, in order. */
  readonly requests: string[] = [];
  readonly referers: string[] = [];
  fault: Fault = () => undefined;
  /** What becomes of a finalized session. */
  outcome: { status: string; transcription: string | null } = { status: 'COMPLETED', transcription: 'Hello.' };
  /** What becomes of a whole file: it may arrive damaged, or be made another kind of file. */
  keep: (file: Buffer) => Buffer = (file) => file;
  keepsAs: string | undefined;
  inFlight = 0;
  mostInFlight = 0;
  #logins = new Set<string>();
  #csrf = new Map<string, string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<SpeakrStandIn> {
    const standIn = new SpeakrStandIn();
    await new Promise<void>((resolve) => standIn.#server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    const address = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** Forgets who is logged in. */
  logOut(): void {
    this.#logins = new Set();
  }

  /** Lets the tokens of forms and pages grow old. */
  expireCsrf(): void {
    this.#csrf = new Map();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    this.requests.push(`${method} ${path}`);
    const isChunk = path.includes('/chunks/');
    if (isChunk) this.mostInFlight = Math.max(this.mostInFlight, (this.inFlight += 1));
    const body = await bodyOf(request);
    if (isChunk) this.inFlight -= 1;
    const fault = this.fault({ method, path });
    if (fault) {
      response.writeHead(fault.status, { 'content-type': 'text/html', ...fault.headers });
      if (typeof fault.body === 'function') fault.body(response);
      else response.end(fault.body ?? '');
      return;
    }
    const cookie = /session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
    if (path === '/login') {
      this.#login(request, response, body, cookie);
      return;
    }
    const isToken = request.headers.authorization === `Bearer ${this.token}`;
    if (!isToken && method !== 'GET') {
      const known = this.#csrf.get(cookie);
      if (known === undefined || request.headers['x-csrftoken'] !== known) {
        page(response, 400, 'Bad Request', 'The CSRF token is missing.');
        return;
      }
      this.referers.push(request.headers.referer ?? '');
    }
    if (path === '/api/csrf-token') {
      json(response, 200, { csrf_token: this.#csrfFor(cookie) });
      return;
    }
    if (!isToken && !this.#logins.has(cookie)) {
      response.writeHead(302, { location: '/login?next=%2F' }).end();
      return;
    }
    this.#serve(method, path, body, response);
  }

  #login(request: IncomingMessage, response: ServerResponse, body: Buffer, cookie: string): void {
    if (request.method === 'GET') {
      const own = cookie || randomUUID();
      const csrf = this.#csrfFor(own);
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `session=${own}; HttpOnly; Path=/` });
      response.end(
        `<html><form method="POST"><input id="csrf_token" name="csrf_token" type="hidden" value="${csrf}">` +
          '<input name="email" type="text"><input name="password" type="password"></form></html>',
      );
      return;
    }
    const form = new URLSearchParams(body.toString());
    if (form.get('csrf_token') !== this.#csrf.get(cookie)) {
      page(response, 400, 'Bad Request', 'The CSRF token is missing.');
      return;
    }
    if (form.get('email') !== this.email || form.get('password') !== this.password) {
      page(response, 200, 'Login', 'Login unsuccessful. <input type="password" name="password">');
      return;
    }
    const entered = randomUUID();
    this.#logins.add(entered);
    response.writeHead(302, { location: '/', 'set-cookie': `session=${entered}; HttpOnly; Path=/` }).end();
  }

  #serve(method: string, path: string, body: Buffer, response: ServerResponse): void {
    if (path === '/api/v1/users/me') return json(response, 200, { id: 1, username: 'person', email: this.email });
    if (path === '/upload/session' && method === 'POST') return this.#open(objectOf(body), response);
    const [, id = '', rest = ''] = /^\/upload\/session\/([^/]+)(.*)$/.exec(path) ?? [];
    if (id !== '') return this.#session(method, id, rest, body, response);
    const [, recordingId, more = ''] = /^\/api\/v1\/recordings\/(\d+)(.*)$/.exec(path) ?? [];
    if (recordingId !== undefined) return this.#recording(method, Number(recordingId), more, body, response);
    if (path === '/api/v1/recordings/upload') return this.#whole(body, response);
    if (path.startsWith('/api/v1/recordings')) {
      const recordings = this.recordings.map(({ id: own, title, bytes, fileName }) => ({
        id: own,
        title,
        file_size: bytes.length,
        original_filename: fileName ?? null,
        mime_type: this.keepsAs ?? null,
      }));
      return json(response, 200, { recordings });
    }
    return page(response, 404, 'Not Found', 'There is no such page.');
  }

  #open({ mime_type }: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const mimeType = typeof mime_type === 'string' ? mime_type : 'audio/webm';
    if (!MIME_TYPES.includes(mimeType)) {
      return json(response, 400, { error: `Unsupported mime_type '${mimeType}'`, allowed: MIME_TYPES.toSorted() });
    }
    const session: Session = { id: randomUUID(), mimeType, status: 'recording', chunks: [] };
    this.sessions.set(session.id, session);
    return json(response, 201, {
      session_id: session.id,
      mime_type: mimeType,
      status: 'recording',
      expires_at: '2026-11-22T10:00:00.123456',
      max_chunk_bytes: MAX_CHUNK_BYTES,
    });
  }

  #session(method: string, id: string, rest: string, body: Buffer, response: ServerResponse): void {
    const session = this.sessions.get(id);
    if (!session) return json(response, 404, { error: 'Session not found' });
    if (rest === '/finalize') return this.#finalize(session, objectOf(body), response);
    if (rest.startsWith('/chunks/')) return this.#chunk(session, Number(rest.slice('/chunks/'.length)), body, response);
    if (method === 'DELETE') {
      if (session.status === 'finalized') return json(response, 409, { error: 'Session already finalized' });
      session.status = 'aborted';
      response.writeHead(204).end();
      return undefined;
    }
    return json(response, 200, {
      session_id: id,
      status: session.status,
      mime_type: session.mimeType,
      chunk_count: session.chunks.length,
      bytes_received: session.chunks.reduce((sum, { length }) => sum + length, 0),
      finalized_recording_id: session.recordingId ?? null,
      error_message: null,
    });
  }

  #chunk(session: Session, index: number, body: Buffer, response: ServerResponse): void {
    if (session.status !== 'recording') {
      return json(response, 409, {
        error: `Session is in status '${session.status}'; chunks are no longer accepted`,
      });
    }
    const expected = session.chunks.length + 1;
    if (index !== expected) {
      return json(response, 409, { error: 'Out-of-order chunk', expected_chunk_index: expected, got: index });
    }
    if (body.length === 0) return json(response, 400, { error: 'Empty chunk body' });
    session.chunks.push(body);
    response.writeHead(204).end();
    return undefined;
  }

  /** Not to be asked twice: each time another recording is made. */
  #finalize(session: Session, metadata: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    if (session.status !== 'recording' && session.status !== 'finalizing') {
      return json(response, 409, { error: `Session is in status '${session.status}'; cannot finalize` });
    }
    if (session.chunks.length === 0) return json(response, 409, { error: 'No chunks uploaded yet' });
    const recording = this.#add(String(metadata['title']), Buffer.concat(session.chunks), metadata);
    session.status = 'finalizing';
    session.recordingId = recording.id;
    return json(response, 202, { recording_id: recording.id, status: 'finalizing' });
  }

  #add(title: string, bytes: Buffer, finalize: Readonly<Record<string, unknown>>): Recording {
    const recording = { id: this.recordings.length + 1, title, bytes, finalize, tagIds: [], ...this.outcome };
    this.recordings.push(recording);
    return recording;
  }

  #whole(body: Buffer, response: ServerResponse): void {
    const text = body.toString('latin1');
    const field = (name: string): string | undefined =>
      new RegExp(`name="${name.replaceAll(/[[\]]/g, '\\$&')}"\r\n\r\n([^\r]*)\r\n`).exec(text)?.[1];
    const start = text.indexOf('\r\n\r\n', text.indexOf('name="file"')) + 4;
    const end = text.lastIndexOf('\r\n--');
    const recording = this.#add(field('title') ?? '', this.keep(body.subarray(start, end)), {});
    recording.fileName = /name="file"; filename="([^"]*)"/.exec(text)?.[1] ?? '';
    recording.meetingDate = field('meeting_date') ?? '';
    const tag = field('tag_ids[0]');
    if (tag !== undefined) recording.tagIds.push(Number(tag));
    const kept = { file_size: recording.bytes.length, mime_type: this.keepsAs ?? null };
    json(response, 202, { id: recording.id, title: recording.title, status: 'PENDING', ...kept });
  }

  #recording(method: string, id: number, more: string, body: Buffer, response: ServerResponse): void {
    const recording = this.recordings[id - 1];
    if (!recording) return json(response, 404, { error: 'Recording not found' });
    const { title, status, transcription } = recording;
    if (more === '/status') return json(response, 200, { id, status, queue_position: null, error_message: null });
    if (more === '/tags') {
      const tags = objectOf(body)['tag_ids'];
      if (Array.isArray(tags)) recording.tagIds = [...new Set([...recording.tagIds, ...tags.map(Number)])];
    } else if (method === 'PATCH') {
      recording.meetingDate = String(objectOf(body)['meeting_date']);
    }
    return json(response, 200, { id, title, status, transcription });
  }

  #csrfFor(cookie: string): string {
    const token = this.#csrf.get(cookie) ?? createHash('sha256').update(`${cookie}${this.#csrf.size}`).digest('hex');
    this.#csrf.set(cookie, token);
    return token;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function objectOf(body: Buffer): Readonly<Record<string, unknown>> {
  const value: unknown = body.length === 0 ? {} : JSON.parse(body.toString());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function page(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<html><h1>${title}</h1><p>${text}</p></html>`);
}
