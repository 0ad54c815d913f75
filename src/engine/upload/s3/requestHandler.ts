import { Readable } from 'node:stream';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { LongtakeError } from '../../../shared/errors.ts';
import { inPieces } from '../http/pieces.ts';
import type { Transport } from '../http/transport.ts';

/** What is read of an object at most: a manifest of a week is smaller. */
const MOST_READ = 64 * 1024 * 1024;

type Handler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { handle: unknown }>;
type Handled = Awaited<ReturnType<Handler['handle']>>;
type HttpRequest = Parameters<Handler['handle']>[0];
type HandlerOptions = Parameters<Handler['handle']>[1];

/** Sends the requests of the store's client as all others of uploads go: through the same proxies, with the same limits. */
export class RequestHandler {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Reads the answer to its end, too, for all limits hold until then. */
  async handle(asked: HttpRequest, { abortSignal }: HandlerOptions = {}): Promise<Handled> {
    const body = bytesOf(asked.body as Uint8Array | string | undefined);
    const request = {
      method: asked.method as 'GET' | 'PUT' | 'POST' | 'HEAD' | 'DELETE',
      headers: headersOf(asked.headers),
      body: body && { length: body.length, pieces: inPieces(body) },
      mostBytes: MOST_READ,
    };
    const signal = abortSignal instanceof AbortSignal ? abortSignal : new AbortController().signal;
    const { status, headers, bytes } = await this.#transport.ask(addressOf(asked), request, signal);
    if (bytes.length > MOST_READ) {
      throw new LongtakeError('UPLOAD_REJECTED', 'The store answers with far more than was stored.');
    }
    return { response: { statusCode: status, headers: joined(headers), body: Readable.from([bytes]) } } as Handled;
  }

  /** Its connections are ended by whoever opened the transport. */
  destroy(): void {}
}

function bytesOf(body: Uint8Array | string | undefined): Uint8Array | undefined {
  if (body === undefined || body.length === 0) return undefined;
  return typeof body === 'string' ? Buffer.from(body) : body;
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
