import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Older or newer requests are refused, ms. */
const SKEW_MS = 15 * 60_000;
const UNSIGNED = /^(?:UNSIGNED-PAYLOAD|STREAMING-.*)$/;

const OTHER_BYTES = 'other bytes than were signed';
/** As Amazon has them. */
const ANSWERS: Readonly<Record<string, readonly [number, string]>> = {
  'unknown key': [403, 'InvalidAccessKeyId'],
  [OTHER_BYTES]: [400, 'XAmzContentSHA256Mismatch'],
};

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Stands before a store and lets through only what is signed as Amazon's Signature Version 4 has it. */
export class SignatureGate {
  /** Why requests were refused. */
  readonly refused: string[] = [];
  /** Requests whose signature was right. */
  passed = 0;
  readonly #server: Server;
  readonly #keys: Keys;
  readonly #port: number;

  private constructor(port: number, keys: Keys) {
    this.#port = port;
    this.#keys = keys;
    this.#server = createServer((message, response) => {
      this.#answer(message, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  }

  /** `port`: of the store, on loopback. */
  static async start(port: number, keys: Keys): Promise<SignatureGate> {
    const gate = new SignatureGate(port, keys);
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of message) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const problem = this.#problem(message, body);
    if (problem !== undefined) {
      this.refused.push(`${message.method} ${message.url}: ${problem}`);
      const [status, code] = ANSWERS[problem] ?? [403, 'SignatureDoesNotMatch'];
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${problem}</Message></Error>`);
      return;
    }
    this.passed += 1;
    const { method, url, headers } = message;
    const onward = request({ host: '127.0.0.1', port: this.#port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end(body);
  }

  #problem(message: IncomingMessage, body: Buffer): string | undefined {
    const { headers, method = '', url = '' } = message;
    const found = /^AWS4-HMAC-SHA256 Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
    const [, credential = '', signedHeaders = '', signature = ''] = found ?? [];
    const [accessKeyId, day = '', region = '', service = '', end] = credential.split('/');
    const date = String(headers['x-amz-date'] ?? '');
    const hash = String(headers['x-amz-content-sha256'] ?? '');
    if (!found || service !== 's3' || end !== 'aws4_request') return 'no signature of version 4';
    if (accessKeyId !== this.#keys.accessKeyId) return 'unknown key';
    if (!date.startsWith(day) || Math.abs(instantOf(date) - Date.now()) > SKEW_MS) return `a date of ${date}`;
    const names = signedHeaders.split(';');
    const unsigned = Object.keys(headers).filter((name) => /^(?:host|x-amz-.*)$/.test(name) && !names.includes(name));
    if (unsigned.length > 0) return `unsigned headers ${unsigned.join(' ')}`;
    const [path = '', query = ''] = url.split('?');
    const canonical = [
      method,
      path
        .split('/')
        .map((part) => encoded(decodeURIComponent(part)))
        .join('/'),
      canonicalQuery(query),
      ...names.map(
        (name) =>
          `${name}:${String(headers[name] ?? '')
            .trim()
            .replaceAll(/ +/g, ' ')}`,
      ),
      '',
      signedHeaders,
      hash,
    ].join('\n');
    const toSign = [ALGORITHM, date, `${day}/${region}/${service}/${end}`, sha256(canonical)].join('\n');
    let key: Buffer = Buffer.from(`AWS4${this.#keys.secretAccessKey}`);
    for (const part of [day, region, service, 'aws4_request']) key = hmac(key, part);
    const expected = hmac(key, toSign);
    if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return 'another signature';
    return UNSIGNED.test(hash) || hash === sha256(body) ? undefined : OTHER_BYTES;
  }
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((field) => field !== '')
    .map((field) => {
      const [name = '', value = ''] = field.split('=');
      return `${encoded(decodeURIComponent(name))}=${encoded(decodeURIComponent(value))}`;
    })
    .toSorted()
    .join('&');
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Everything but letters, digits and `-._~`. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Of `20260101T120000Z`, ms since 1970 UTC. */
function instantOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
