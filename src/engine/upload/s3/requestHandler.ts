import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { connectionFailure } from '../http/connectionFailure.ts';
import { IDLE_MS, type Transport } from '../http/transport.ts';

type Handler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { handle: unknown }>;
type Handled = Awaited<ReturnType<Handler['handle']>>;
type HttpRequest = Parameters<Handler['handle']>[0];
type HandlerOptions = Parameters<Handler['handle']>[1];

/** Sends the requests of the store's client as all others of uploads go: through the same proxies, with the same limits. */
export class RequestHandler {
  readonly #transport: Transport;
  readonly #name: string;

  constructor(transport: Transport, name: string) {
    this.#transport = transport;
    this.#name = name;
  }

  async handle(asked: HttpRequest, { abortSignal }: HandlerOptions = {}): Promise<Handled> {
    const url = addressOf(asked);
    const proxy = this.#transport.proxy(url);
    try {
      const { request } = await import('undici');
      const { statusCode, headers, body } = await request(url, {
        dispatcher: await this.#transport.dispatcher(url),
        method: asked.method as 'GET' | 'PUT' | 'POST' | 'HEAD' | 'DELETE',
        headers: headersOf(asked.headers),
        body: (asked.body as Uint8Array | string | undefined) ?? null,
        headersTimeout: IDLE_MS,
        ...(abortSignal instanceof AbortSignal ? { signal: abortSignal } : {}),
      });
      return { response: { statusCode, headers: joined(headers), body } } as Handled;
    } catch (error) {
      throw connectionFailure(error, this.#name, proxy);
    }
  }

  /** Its connections are ended by whoever opened the transport. */
  destroy(): void {}
}

type Query = Readonly<Record<string, string | readonly string[] | null>>;

function addressOf({ protocol, hostname, port, path, query }: HttpRequest): URL {
  const fields = Object.entries((query ?? {}) as Query).flatMap(([name, value]) =>
    [value].flat().map((one) => (one === null ? escaped(name) : `${escaped(name)}=${escaped(one)}`)),
  );
  const search = fields.length > 0 ? `?${fields.join('&')}` : '';
  return new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}${search}`);
}

/** As the signature has it (RFC 3986 2.3). */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Without those that belong to one connection; they are not signed. */
function headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(?:connection|expect)$/i.test(name)));
}

function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  );
}
