import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { readServerConfig } from '../../src/server/config/config.ts';
import { createSessionServer, type ServerOptions, type SessionServer } from '../../src/server/server.ts';
import { silentLog } from './silentLog.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Empty when the text is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A session server in this process, and an admin who asks it. */
export interface TestServer {
  readonly server: SessionServer;
  readonly url: string;
  readonly token: string;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  json(method: string, path: string, body?: unknown): Promise<Answer>;
  chunk(id: string, index: number, body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer>;
  /** Returns the session's id. */
  open(body: Readonly<Record<string, unknown>>): Promise<string>;
  /** Returns the user's token. */
  addUser(email: string): Promise<string>;
  close(): Promise<void>;
}

/** `env` are settings. */
export async function startTestServer(
  folder: string,
  env: Readonly<Record<string, string>> = {},
  options: Pick<ServerOptions, 'now' | 'around'> = {},
): Promise<TestServer> {
  const config = readServerConfig({
    LONGTAKE_SERVER_DATA_FOLDER: folder,
    LONGTAKE_SERVER_PORT: '0',
    LONGTAKE_SERVER_REQUESTS_PER_HOUR: '0',
    LONGTAKE_SERVER_REQUESTS_PER_DAY: '0',
    ...env,
  });
  const server = await createSessionServer({ config, log: silentLog, ...options });
  const { token, url } = await begin(server).catch(async (error: unknown) => {
    // One that is killed while it starts leaves no timer behind for the tests that follow.
    await server.close().catch(() => undefined);
    throw error;
  });
  const request = (method: string, path: string, { headers, body }: RequestOptions = {}): Promise<Answer> =>
    ask(`${url}${path}`, method, { authorization: `Bearer ${token}`, ...headers }, body);
  const json = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(
      method,
      path,
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    );
  return {
    server,
    url,
    token,
    request,
    json,
    chunk: (id, index, body, headers = {}) =>
      request('POST', `/upload/session/${id}/chunks/${index}`, {
        body,
        headers: { 'content-type': 'application/octet-stream', ...headers },
      }),
    open: async (body) => String((await json('POST', '/upload/session', body)).body['session_id']),
    addUser: async (email) => server.users.addToken(await server.users.add(email, 'owner'), 'test'),
    close: () => server.close(),
  };
}

/** Has it listen, and gives its admin a token. */
async function begin(server: SessionServer): Promise<{ readonly token: string; readonly url: string }> {
  await server.makeFirstAdmin();
  const [admin] = await server.users.list();
  if (!admin) throw new Error('The server has no admin.');
  return { token: await server.users.addToken(admin, 'test'), url: await server.listen() };
}

/** One request as it is, without following anything. */
function ask(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: objectOf(text) });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function objectOf(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {};
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
