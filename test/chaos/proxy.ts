import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What went through to one listener. */
export interface Passed {
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[];
  /** Something was changed on the way, so the bytes are no yardstick. */
  tampered: boolean;
}

const PUMP_MS = 50;

/** Stands between a listener and a server, passes everything on and remembers it, until it is told to do worse. */
export class Proxy {
  readonly connections: Passed[] = [];
  readonly #server: Server;
  readonly #upstreamPort: number;
  readonly #links = new Set<Link>();
  #port = 0;
  #bytesPerSecond = Number.POSITIVE_INFINITY;

  private constructor(upstreamPort: number) {
    this.#upstreamPort = upstreamPort;
    this.#server = createServer((listener) => this.#link(listener));
  }

  /** `upstreamPort`: of a server on loopback. */
  static async start(upstreamPort: number): Promise<Proxy> {
    const proxy = new Proxy(upstreamPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.#port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** 0 stalls; infinite is as fast as it comes. What comes meanwhile waits. */
  limit(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    for (const link of this.#links) link.limit(bytesPerSecond);
  }

  /** Puts bytes into what listeners get, between two pieces. */
  inject(bytes: Buffer): void {
    for (const link of this.#links) link.inject(bytes);
  }

  /** Cuts off whoever listens. */
  cut(): void {
    for (const link of this.#links) link.end();
  }

  /** Forgets what went through so far. */
  forget(): void {
    this.connections.length = 0;
  }

  /** Keeps the connections and forgets what went through them. */
  trim(): void {
    for (const { pieces } of this.connections) pieces.length = 0;
  }

  async stop(): Promise<void> {
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #link(listener: Socket): void {
    const passed: Passed = { pieces: [], tampered: false };
    this.connections.push(passed);
    const upstream = connect(this.#upstreamPort, '127.0.0.1');
    const link = new Link(listener, upstream, passed);
    link.limit(this.#bytesPerSecond);
    this.#links.add(link);
    listener.on('close', () => this.#links.delete(link));
  }
}

class Link {
  readonly #listener: Socket;
  readonly #upstream: Socket;
  readonly #passed: Passed;
  readonly #waiting: Buffer[] = [];
  readonly #pump: NodeJS.Timeout;
  #bytesPerSecond = Number.POSITIVE_INFINITY;
  #ended = false;

  constructor(listener: Socket, upstream: Socket, passed: Passed) {
    this.#listener = listener;
    this.#upstream = upstream;
    this.#passed = passed;
    listener.setNoDelay(true);
    listener.pipe(upstream);
    upstream.on('data', (bytes) => {
      this.#waiting.push(bytes);
      if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) this.#forward(Number.POSITIVE_INFINITY);
    });
    this.#pump = setInterval(() => this.#forward((this.#bytesPerSecond * PUMP_MS) / 1000), PUMP_MS);
    for (const socket of [listener, upstream]) {
      socket.on('error', () => this.end());
      socket.on('close', () => this.end());
    }
  }

  limit(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
  }

  inject(bytes: Buffer): void {
    this.#passed.tampered = true;
    this.#listener.write(bytes);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pump);
    // What has come already is passed on: a server that is killed has sent it.
    this.#forward(this.#bytesPerSecond === 0 ? 0 : Number.POSITIVE_INFINITY);
    this.#upstream.destroy();
    this.#listener.end(() => this.#listener.destroy());
  }

  #forward(most: number): void {
    let left = most;
    while (left > 0) {
      const piece = this.#waiting.shift();
      if (!piece) return;
      const bytes = piece.subarray(0, Math.max(1, Math.floor(Math.min(left, piece.length))));
      if (bytes.length < piece.length) this.#waiting.unshift(piece.subarray(bytes.length));
      left -= bytes.length;
      this.#listener.write(bytes);
      this.#passed.pieces.push({ at: Date.now(), bytes });
    }
  }
}
