import { type OnReadOpts, type Socket, connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { credentialsIn } from '../../../shared/webAddress.ts';
import { basicAuthorization } from './address.ts';
import { HttpAnswer } from './httpAnswer.ts';
import { LineError } from './lineError.ts';
import { Pace } from './pulse.ts';

export interface ConnectLimits {
  /** Time for name resolution, TCP and TLS together, ms. */
  readonly connectTimeout: number;
  /** Longest time without a byte, ms. */
  readonly stallTimeout: number;
}

/** Hears one connection. Nothing comes after `onEnd` or `onError`. */
export interface LineListener {
  /** Once, and first: the request may be sent. */
  onReady(): void;
  /** The bytes are the listener's to keep. */
  onBytes(bytes: Uint8Array): void;
  /** The other side has ended, in order. */
  onEnd(): void;
  onError(error: unknown): void;
}

/** Most that is read at once. */
const READ_BYTES = 64 * 1024;
/** Of all lines: what is read is copied before the next read, whichever line that is for. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

/** A connection to the server of an address: direct, or through a proxy. */
export class Line {
  readonly #url: URL;
  readonly #proxy: URL | undefined;
  readonly #limits: ConnectLimits;
  readonly #listener: LineListener;
  readonly #connecting: NodeJS.Timeout;
  #socket: Socket;
  #pace: Pace | undefined;
  #over = false;

  /** `proxy` is asked for `url` when there is one. */
  constructor(url: URL, proxy: URL | undefined, limits: ConnectLimits, listener: LineListener) {
    this.#url = url;
    this.#proxy = proxy;
    this.#limits = limits;
    this.#listener = listener;
    this.#connecting = setTimeout(() => {
      this.#fail(new LineError('CONNECT_TIMEOUT', 'The connection was not made in time.'));
    }, limits.connectTimeout);
    const needsTunnel = proxy !== undefined && url.protocol === 'https:';
    this.#socket = needsTunnel ? this.#dialProxy(proxy) : this.#dial(proxy ?? url);
  }

  /** Asks for the address; `headers` end with no line break. Call it once, when the line is ready. */
  ask(headers: readonly string[]): void {
    const { pathname, search, host, origin, protocol } = this.#url;
    const path = pathname + search;
    // A proxy without a tunnel is told the whole address (RFC 9112 3.2.2).
    const isForwarded = this.#proxy !== undefined && protocol === 'http:';
    const lines = [
      `GET ${isForwarded ? origin + path : path} HTTP/1.1`,
      `Host: ${host}`,
      ...headers,
      ...(isForwarded ? proxyLogin(this.#proxy) : []),
      'Connection: close',
    ];
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    this.#socket.setTimeout(this.#limits.stallTimeout, () => {
      this.#fail(new LineError('NO_BYTES', 'Nothing came for too long.'));
    });
  }

  /** What comes from now on is a stream: as long as it is a calm one, it is read in beats. */
  pace(): void {
    if (!this.#over) this.#pace ??= new Pace(() => this.#socket.resume());
  }

  /** Takes what has come and was not read, then ends the connection. */
  async finish(): Promise<void> {
    if (this.#pace?.isCalm && !this.#over) {
      this.#socket.resume();
      // What the system has is read between the two.
      await new Promise(setImmediate);
      await new Promise(setImmediate);
    }
    this.destroy();
  }

  /** Ends the connection; nothing is heard of it any more. */
  destroy(): void {
    this.#over = true;
    clearTimeout(this.#connecting);
    this.#pace?.end();
    this.#socket.destroy();
  }

  #dial(to: URL): Socket {
    const socket = dial(to, { buffer: readBuffer, callback: (count) => this.#take(count) });
    this.#hear(socket);
    socket.once(readyEvent(to), () => this.#ready());
    return socket;
  }

  /** Returns whether to read on at once. */
  #take(count: number): boolean {
    this.#pass(Buffer.from(readBuffer.subarray(0, count)));
    return !this.#pace?.isCalm || count === READ_BYTES;
  }

  #pass(bytes: Uint8Array): void {
    if (this.#over) return;
    this.#pace?.count(bytes.length);
    this.#listener.onBytes(bytes);
  }

  /** RFC 9110 9.3.6. */
  #dialProxy(proxy: URL): Socket {
    const socket = dial(proxy);
    const fail = (error: unknown): void => this.#fail(error);
    const answer = new HttpAnswer({
      onHead: ({ status, text }) => {
        if (status < 200 || status > 299) {
          throw new LineError('TUNNEL_REFUSED', `The proxy answered ${status} ${text}.`, status);
        }
        socket.off('data', read).off('error', fail).off('close', closed);
        this.#dialThrough(socket);
      },
      onBody: (bytes) => socket.unshift(bytes),
    });
    const read = (bytes: Buffer): void => {
      try {
        answer.push(bytes);
      } catch (error) {
        this.#fail(error);
      }
    };
    const closed = (): void => fail(new LineError('CUT_SHORT', 'The proxy ended the connection.'));
    socket.on('data', read).on('error', fail).on('close', closed);
    socket.once(readyEvent(proxy), () => {
      const { hostname, port } = this.#url;
      const target = `${hostname}:${port === '' ? '443' : port}`;
      socket.write([`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, ...proxyLogin(proxy), '', ''].join('\r\n'));
    });
    return socket;
  }

  #dialThrough(tunnel: Socket): void {
    const socket = connectTls({ ...tlsOptions(this.#url), socket: tunnel });
    socket.on('data', (bytes: Buffer) => this.#pass(bytes));
    this.#hear(socket);
    socket.once('secureConnect', () => this.#ready());
    this.#socket = socket;
  }

  #hear(socket: Socket): void {
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#fail(new LineError('CUT_SHORT', 'The connection was closed.')));
  }

  #ready(): void {
    if (this.#over) return;
    clearTimeout(this.#connecting);
    this.#listener.onReady();
  }

  #end(): void {
    if (this.#over) return;
    this.destroy();
    this.#listener.onEnd();
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.destroy();
    this.#listener.onError(error);
  }
}

function dial(to: URL, onread?: OnReadOpts): Socket {
  const reading = onread === undefined ? {} : { onread };
  if (to.protocol === 'https:') return connectTls({ ...tlsOptions(to), ...reading });
  return connect({ host: bareHost(to), port: Number(to.port || 80), ...reading });
}

function tlsOptions(to: URL) {
  const host = bareHost(to);
  // An address is no name to ask for (RFC 6066 3).
  const servername = isIP(host) > 0 ? {} : { servername: host };
  return { host, port: Number(to.port || 443), ALPNProtocols: ['http/1.1'], ...servername };
}

function readyEvent(to: URL): 'connect' | 'secureConnect' {
  return to.protocol === 'https:' ? 'secureConnect' : 'connect';
}

/** Without the brackets of an IPv6 address. */
function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function proxyLogin(proxy: URL | undefined): string[] {
  const credentials = proxy && credentialsIn(proxy);
  return credentials ? [`Proxy-Authorization: ${basicAuthorization(credentials)}`] : [];
}
