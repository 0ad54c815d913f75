import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What can happen to a request on its way, or to its answer on the way back. */
export const proxyFaults = [
  'drop',
  'delay',
  'reset',
  'lost answer',
  'half answer',
  'duplicate',
  'conflict',
  'backwards',
  'too large',
  'limit',
  'limit page',
  'error',
  'busy',
  'full',
  'login page',
  'redirect',
  'garbage',
  'wrong bytes',
] as const;
export type ProxyFault = (typeof proxyFaults)[number];

/** Longest delay, ms. */
const DELAY_MS = 1500;
const MOST_BYTES = 64 * 1024 * 1024;

/** Answers that no server of ours gave, by fault. */
const ANSWERS: Partial<Record<ProxyFault, readonly [number, Readonly<Record<string, string>>, string]>> = {
  conflict: [409, { 'content-type': 'application/json' }, '{"error":"The session takes no chunks."}'],
  backwards: [
    409,
    { 'content-type': 'application/json' },
    '{"error":"Out-of-order chunk","expected_chunk_index":1,"got":9}',
  ],
  'too large': [413, { 'content-type': 'application/json' }, '{"error":"Chunk too large","max_chunk_bytes":1024}'],
  limit: [429, { 'content-type': 'application/json', 'retry-after': '1' }, '{"error":"Too many requests"}'],
  'limit page': [429, { 'content-type': 'text/html' }, '<h1>Too Many Requests</h1>'],
  error: [500, { 'content-type': 'text/html' }, '<h1>Internal Server Error</h1>'],
  busy: [503, { 'content-type': 'text/plain', 'retry-after': '1' }, 'busy'],
  full: [507, { 'content-type': 'application/json' }, '{"error":"Quota exceeded","quota_bytes":1}'],
  'login page': [200, { 'content-type': 'text/html' }, '<form><input name="csrf_token" value="x"></form>'],
  redirect: [302, { location: '/login' }, ''],
  garbage: [201, { 'content-type': 'application/json' }, '{"session_id": [1'],
};

/** Stands between a client and a server on loopback, and does to requests what it is told. */
export class FaultProxy {
  /** Asked for each request: what is to happen to it; undefined: nothing. */
  choose: (asked: { readonly method: string; readonly path: string }) => ProxyFault | undefined = () => undefined;
  /** What becomes of a request's body with the fault "wrong bytes": one byte in its middle is another. */
  turn: (body: Buffer) => Buffer = spoiled;
  /** Told of each answer of the server that is passed on; `sent`: bytes of the request's body. */
  onAnswer: (answered: { readonly path: string; readonly status: number; readonly sent: number }) => void = () =>
    undefined;
  /** How often each fault came about. */
  readonly counts = new Map<ProxyFault, number>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #to: string;
  #url = '';

  private constructor(to: string) {
    this.#to = to;
    this.#server = createServer((message, response) => void this.#pass(message, response));
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** `to`: the server, `http://127.0.0.1:port`. */
  static async start(to: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(to);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.#url = `http://127.0.0.1:${(proxy.#server.address() as AddressInfo).port}`;
    return proxy;
  }

  /** Where clients connect to. */
  get url(): string {
    return this.#url;
  }

  /** The server is somewhere else now. */
  leadTo(to: string): void {
    this.#to = to;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.choose({ method: message.method ?? '', path: message.url ?? '' });
    if (fault) this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
    try {
      if (fault === 'drop') {
        response.destroy();
        return;
      }
      if (fault === 'delay') await wait(Math.random() * DELAY_MS);
      const body = await bodyOf(message);
      if (fault === 'reset') {
        await this.#forward(message, body.subarray(0, body.length / 2), body.length).catch(() => undefined);
        response.destroy();
        return;
      }
      const answer = fault && ANSWERS[fault];
      if (answer) {
        const [status, headers, text] = answer;
        response.writeHead(status, headers).end(text);
        return;
      }
      const sent = fault === 'wrong bytes' ? this.turn(body) : body;
      if (fault === 'duplicate') await this.#forward(message, sent);
      const { status, headers, bytes } = await this.#forward(message, sent);
      if (fault === 'lost answer') {
        response.destroy();
        return;
      }
      response.writeHead(status, headers);
      if (fault === 'half answer') {
        response.write(bytes.subarray(0, bytes.length / 2));
        response.destroy();
        return;
      }
      response.end(bytes);
      this.onAnswer({ path: message.url ?? '', status, sent: body.length });
    } catch {
      // The server is away, or the client is: so is the connection.
      response.destroy();
    }
  }

  /** `promised`: the length that is told, where less than that is sent. */
  async #forward(
    message: IncomingMessage,
    body: Buffer,
    promised = body.length,
  ): Promise<{ readonly status: number; readonly headers: IncomingMessage['headers']; readonly bytes: Buffer }> {
    const { 'transfer-encoding': _, ...headers } = message.headers;
    const onward = request(`${this.#to}${message.url ?? ''}`, {
      method: message.method,
      headers: { ...headers, 'content-length': String(promised) },
      agent: false,
    });
    onward.on('error', () => undefined);
    if (body.length < promised) {
      onward.write(body, () => onward.destroy());
      await once(onward, 'close');
      throw new Error('Cut short, as asked.');
    }
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    const bytes = await bodyOf(answer);
    const { 'transfer-encoding': _encoding, ...kept } = answer.headers;
    // What it tells is the length of what it does not send.
    if (message.method === 'HEAD') return { status: answer.statusCode ?? 502, headers: kept, bytes };
    return { status: answer.statusCode ?? 502, headers: { ...kept, 'content-length': String(bytes.length) }, bytes };
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of message as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error('More than tests send.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function spoiled(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const at = Math.floor(copy.length / 2);
  if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
