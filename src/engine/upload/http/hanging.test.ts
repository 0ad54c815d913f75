import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Servers } from '../../../../test/support/servers.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { targetSchema } from '../../../shared/domain/target.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { createDriver } from '../createDriver.ts';
import { RequestHandler } from '../s3/requestHandler.ts';
import { type Request, Transport } from './transport.ts';

const { signal } = new AbortController();
const patience = { connectMs: 300, idleMs: 300, answerMs: 300, slowest: Infinity };
let servers: Servers;

beforeEach(() => {
  servers = new Servers();
});
afterEach(() => servers.close());

const BEGINNING = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{';

/** What a server may do with a connection, other than what it should. */
const hangs = {
  'takes the connection and says nothing': () => undefined,
  'stops in the middle of its answer': (socket: Socket) => socket.once('data', () => socket.write(BEGINNING)),
  'never ends its answer': (socket: Socket) =>
    socket.once('data', () => {
      socket.write(BEGINNING);
      const trickling = setInterval(() => socket.write(' '), 20);
      socket.once('close', () => clearInterval(trickling));
    }),
  'makes a tunnel that leads nowhere': (socket: Socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 Connection established\r\n\r\n')),
} as const;
type Hang = keyof typeof hangs;

const kinds = {
  'longtake-server': (url: string) => ({ url, auth: 'token' }),
  speakr: (url: string) => ({ url, auth: 'token', flacAs: 'wav' }),
  s3: (endpoint: string) => ({
    endpoint,
    region: 'us-east-1',
    bucket: 'recordings',
    prefix: '',
    pathStyle: true,
    accessKeyId: 'key',
    form: 'slices',
    bitrate: 96_000,
    wholeFile: false,
  }),
} as const;

const there = async (hang: Hang): Promise<string> => `127.0.0.1:${await servers.listen(createServer(hangs[hang]))}`;

async function failure(kind: keyof typeof kinds, url: string, environment: ProxyEnvironment): Promise<unknown> {
  const id = '0f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11';
  const target = targetSchema.parse({ id, name: 'There', enabled: true, insecure: true, kind, ...kinds[kind](url) });
  const secret = (): Promise<string> => Promise.resolve('secret');
  const driver = createDriver(target, { secret, clock: systemClock, log: silentLog, environment, patience });
  try {
    return await driver.probe(signal).catch((error: unknown) => error);
  } finally {
    await driver.close();
  }
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])('a %s counts as away', (kind) => {
  test('that hangs, and so does a proxy before it', async () => {
    const silent = await there('takes the connection and says nothing');
    const cases: readonly (readonly [string, ProxyEnvironment])[] = [
      [`http://${silent}`, {}],
      [`http://${await there('stops in the middle of its answer')}`, {}],
      [`http://${await there('never ends its answer')}`, {}],
      [`https://${silent}`, {}],
      ['http://there.test', { HTTP_PROXY: `http://${silent}` }],
      ['http://there.test', { HTTP_PROXY: `http://${await there('never ends its answer')}` }],
      ['https://there.test', { HTTPS_PROXY: `http://${silent}` }],
      ['https://there.test', { HTTPS_PROXY: `http://${await there('makes a tunnel that leads nowhere')}` }],
    ];
    const failures = await Promise.all(cases.map(([url, environment]) => failure(kind, url, environment)));
    for (const error of failures) {
      expect(error).toBeInstanceOf(LongtakeError);
      expect(error).toMatchObject({
        code: 'UPLOAD_UNREACHABLE',
        message: expect.stringMatching(/^There,? .*(?:did not answer|did not come to the end of its answer) in time/),
      });
      // Which makes it one of the whole target.
      expect(error).not.toHaveProperty('details.status');
    }
  });
});

test('a store that takes no more of what is sent counts as away', async () => {
  const port = await servers.listen(createServer((socket) => socket.pause()));
  const transport = new Transport({ name: 'There', insecure: false, patience });
  const handler = new RequestHandler(transport);
  const asked = { protocol: 'http:', hostname: '127.0.0.1', port, path: '/b/k', method: 'PUT' };
  const body = new Uint8Array(64 * 1024 * 1024);
  const sent = handler.handle({ ...asked, headers: { 'content-length': String(body.length) }, body } as never);
  await expect(sent).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
  await transport.close();
});

test('what is sent to a store goes in pieces, so that a slow line is seen to move', async () => {
  const pieces: Uint8Array[] = [];
  class Listening extends Transport {
    override async ask(_url: URL, { body }: Request) {
      for await (const piece of body?.pieces ?? []) pieces.push(piece);
      return { status: 200, headers: {}, bytes: new Uint8Array(0) };
    }
  }
  const handler = new RequestHandler(new Listening({ name: 'There', insecure: false }));
  const body = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251);
  await handler.handle({ protocol: 'http:', hostname: 'there', path: '/', method: 'PUT', headers: {}, body } as never);
  expect(pieces.length).toBeGreaterThan(1);
  expect(Buffer.concat(pieces).equals(body)).toBe(true);
});
