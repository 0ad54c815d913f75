import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Logins } from './address.ts';
import { receive } from './receive.ts';

const server = createServer();
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('a calm stream is read in beats, and when it is no longer wanted nothing that came is left', async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  let count = 0;
  const say = (response: ServerResponse) =>
    new Promise<void>((resolve) => {
      count += 1;
      response.write(Buffer.alloc(100, count), () => resolve());
    });
  let answered: ServerResponse | undefined;
  let timer: NodeJS.Timeout | undefined;
  server.on('request', (_, response: ServerResponse) => {
    answered = response;
    response.writeHead(200, { 'content-type': 'audio/mpeg' });
    timer = setInterval(() => void say(response), 20);
  });
  const abort = new AbortController();
  let heard = 0;
  let beats = 0;
  let received: Promise<void> | undefined;
  const inBeats = new Promise<void>((resolve) => {
    const limits = { connectTimeout: 10_000, stallTimeout: 20_000 };
    const receiver = {
      onAnswer: () => undefined,
      onBytes: (bytes: Uint8Array) => {
        heard += bytes.length;
        // Read as it comes, two or three are the most that is there at once.
        beats = bytes.length > 1000 ? beats + 1 : 0;
        if (beats === 3) resolve();
      },
    };
    received = receive({ ...limits, url, logins: new Logins(), environment: {} }, receiver, abort.signal);
  });
  await inBeats;
  clearInterval(timer);
  if (!answered) throw new Error('There should have been a request.');
  await say(answered);
  abort.abort();
  await received;
  expect(heard).toBe(count * 100);
});
