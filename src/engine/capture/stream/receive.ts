import type { StreamHop } from '../../../shared/domain/source.ts';
import { VERSION } from '../../../shared/version.ts';
import type { Credentials } from '../../../shared/webAddress.ts';
import { type Logins, basicAuthorization, redirectTarget, withoutCredentials } from './address.ts';
import { type AnswerHead, HttpAnswer } from './httpAnswer.ts';
import { type ConnectLimits, Line } from './line.ts';
import { LineError } from './lineError.ts';
import { type ProxyEnvironment, proxyFor } from '../../../shared/proxies.ts';
import { connectionError, redirectError, statusError } from './streamErrors.ts';

/** The start of an answer that brings a stream. */
export interface Answer {
  /** Where the address led after redirects, without credentials. */
  readonly url: URL;
  /** The redirects that led there, in order. */
  readonly redirects: readonly StreamHop[];
  /** Lower-case names; the first value of each. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface Receiver {
  onAnswer(answer: Answer): void;
  /** The bytes are the receiver's to keep. */
  onBytes(bytes: Uint8Array): void;
}

export interface ReceiveOptions extends ConnectLimits {
  readonly url: URL;
  readonly logins: Logins;
  /** Of proxies; this process's own when absent. */
  readonly environment?: ProxyEnvironment;
}

const MOST_REDIRECTS = 5;

/**
 * Asks for a stream and hands over what comes until the server ends it (resolves), it fails (rejects with a
 * LongtakeError), or `signal` is aborted (resolves). In each case the socket is closed when it settles. What `receiver`
 * throws ends the connection and is passed on. Credentials go to the host that they are for, and to no other.
 */
export async function receive(options: ReceiveOptions, receiver: Receiver, signal: AbortSignal): Promise<void> {
  let { url } = options;
  const redirects: StreamHop[] = [];
  const visited = new Set<string>();
  while (redirects.length <= MOST_REDIRECTS) {
    if (signal.aborted) return;
    visited.add(url.href);
    const location = await request({ ...options, url }, redirects, receiver, signal);
    if (location === undefined) return;
    redirects.push({ url: withoutCredentials(url).href, is: 'redirect' });
    url = redirectTarget(url, location);
    if (visited.has(url.href)) throw redirectError(options.url, 'in a circle');
  }
  throw redirectError(options.url, 'without end');
}

/** One request; resolves with where it is redirected to, if it is. */
async function request(
  options: ReceiveOptions,
  redirects: readonly StreamHop[],
  receiver: Receiver,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { url } = options;
  const onHead = (headers: AnswerHead['headers']) =>
    receiver.onAnswer({ url: withoutCredentials(url), redirects: [...redirects], headers });
  return new Exchange(options, { onHead, onBody: (bytes) => receiver.onBytes(bytes) }).run(signal);
}

interface Hearer {
  onHead(headers: AnswerHead['headers']): void;
  onBody(bytes: Uint8Array): void;
}

/** One request and its answer. */
class Exchange {
  readonly #options: ReceiveOptions;
  readonly #hearer: Hearer;
  readonly #proxy: URL | undefined;
  readonly #credentials: Credentials | undefined;
  readonly #answer: HttpAnswer;
  #answered = false;
  #line: Line | undefined;
  #resolve: (location?: string) => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #isUnwanted: () => boolean = () => false;
  /** The answer's head is waited for. */
  #waiting: NodeJS.Timeout | undefined;

  constructor(options: ReceiveOptions, hearer: Hearer) {
    this.#options = options;
    this.#hearer = hearer;
    this.#proxy = proxyFor(options.url, options.environment ?? process.env, 'STREAM_UNREACHABLE');
    this.#credentials = options.logins.for(options.url);
    this.#answer = new HttpAnswer({
      onHead: (head) => this.#onHead(head),
      onBody: (bytes) => this.#onBody(bytes),
    });
  }

  /** Resolves with where it is redirected to, if it is; also when `signal` is aborted. */
  async run(signal: AbortSignal): Promise<string | undefined> {
    this.#isUnwanted = () => signal.aborted;
    const stop = () => void this.#line?.finish().then(() => this.#resolve());
    try {
      return await new Promise<string | undefined>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        signal.addEventListener('abort', stop, { once: true });
        this.#line = new Line(this.#options.url, this.#proxy, this.#options, {
          onReady: () => this.#ask(),
          onBytes: (bytes) => this.#step(() => this.#answer.push(bytes)),
          onEnd: () => this.#step(() => this.#end()),
          onError: (error) => this.#fail(error),
        });
      });
    } finally {
      signal.removeEventListener('abort', stop);
      clearTimeout(this.#waiting);
      this.#line?.destroy();
    }
  }

  #ask(): void {
    const login = this.#credentials;
    this.#line?.ask([
      `User-Agent: Longtake/${VERSION}`,
      'Accept: */*',
      'Icy-MetaData: 1',
      ...(login ? [`Authorization: ${basicAuthorization(login)}`] : []),
    ]);
    this.#waiting = setTimeout(() => {
      this.#fail(new LineError('NO_BYTES', 'No answer came.'));
    }, this.#options.stallTimeout);
  }

  #onHead({ status, text, headers }: AnswerHead): void {
    clearTimeout(this.#waiting);
    const location = isRedirect(status) ? headers.get('location') : undefined;
    if (location !== undefined) {
      this.#line?.destroy();
      this.#resolve(location);
      return;
    }
    const proxy = this.#proxy?.origin;
    if (status !== 200) {
      throw statusError(this.#options.url, { status, text, hadLogin: this.#credentials !== undefined, proxy });
    }
    this.#answered = true;
    this.#line?.pace();
    this.#hearer.onHead(headers);
  }

  #onBody(bytes: Uint8Array): void {
    if (this.#answered) this.#hearer.onBody(bytes);
  }

  /** The line ended. */
  #end(): void {
    this.#answer.end();
    this.#resolve();
  }

  #step(step: () => void): void {
    try {
      step();
      if (this.#answer.isWhole) this.#resolve();
    } catch (error) {
      this.#line?.destroy();
      if (error instanceof LineError) this.#fail(error);
      else this.#reject(error);
    }
  }

  #fail(error: unknown): void {
    const failure = { ...this.#options, answered: this.#answered, proxy: this.#proxy?.origin };
    this.#line?.destroy();
    if (this.#isUnwanted()) this.#resolve();
    else this.#reject(connectionError(this.#options.url, error, failure));
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
