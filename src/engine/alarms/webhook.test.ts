import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postMessage } from './webhook.ts';

const NOW = Date.parse('2026-11-21T12:00:00.900Z');
const signal = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const delivery = { id: 'one', body: '{"type":"test"}' };

describe('posting a message', () => {
  it('signs body and timestamp, so that a receiver can check both', async () => {
    const heard: { headers: IncomingMessage['headers']; body: string; method: string | undefined }[] = [];
    const url = await serve(({ headers, method }, response, body) => {
      heard.push({ headers, body, method });
      response.writeHead(204).end();
    });
    await postMessage({ url, secret: 'hidden' }, delivery, { now: NOW, signal });
    const [{ headers, body, method } = { headers: {}, body: '', method: '' }] = heard;
    expect({ body, method }).toEqual({ body: delivery.body, method: 'POST' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-longtake-delivery': 'one',
      'x-longtake-timestamp': '1795262400',
    });
    const expected = createHmac('sha256', 'hidden').update(`1795262400.${delivery.body}`).digest('hex');
    expect(headers['x-longtake-signature']).toBe(`sha256=${expected}`);
  });
  it('leaves the signature out without a secret', async () => {
    let signed: unknown = '';
    const url = await serve(({ headers }, response) => {
      signed = headers['x-longtake-signature'];
      response.end();
    });
    await postMessage({ url }, delivery, { now: NOW, signal });
    expect(signed).toBeUndefined();
  });
  it.each([
    [500, false],
    [404, false],
    [429, false],
    [400, true],
    [410, true],
  ])('tells an answer of %i, and whether another try makes sense', async (status, final) => {
    const url = await serve((_, response) => response.writeHead(status).end('x'.repeat(1000)));
    await expect(postMessage({ url }, delivery, { now: NOW, signal })).rejects.toMatchObject({
      code: 'WEBHOOK_FAILED',
      message: expect.stringContaining(`answered ${status}`),
      details: { final, status },
    });
  });
  it('follows no redirect, but says where it leads', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve(({ url: path }, response) => {
      asked.push(path);
      response.writeHead(302, { location: 'http://elsewhere.example/hook' }).end();
    });
    await expect(postMessage({ url }, delivery, { now: NOW, signal })).rejects.toThrow(
      /sends on to http:\/\/elsewhere\.example\/hook\. Enter that address/,
    );
    expect(asked).toEqual(['/hook']);
  });
  it('does not wait for ever', async () => {
    const url = await serve(() => undefined);
    await expect(postMessage({ url }, delivery, { now: NOW, signal, timeoutMs: 50 })).rejects.toThrow(
      /did not answer within 0\.05 s/,
    );
  });
  it('says that nobody listens', async () => {
    const url = await serve(() => undefined);
    servers[0]?.close();
    await expect(postMessage({ url }, delivery, { now: NOW, signal })).rejects.toThrow(
      /takes no connection \(ECONNREFUSED\)/,
    );
  });
});
