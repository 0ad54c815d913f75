import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/errors.ts';
import { sourceId } from '../../../shared/units.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { CaptureListener } from '../audioSource.ts';
import { createStreamSource } from './streamSource.ts';

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
});

/** A server that says what it likes; returns its address and its open sockets. */
async function serve(answer: (socket: Socket) => void): Promise<{ url: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  servers.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, sockets };
}

/** Says the parts one after another, `everyMs`, without end. */
function drip(socket: Socket, part: string | Buffer, everyMs: number): void {
  const timer = setInterval(() => socket.write(part), everyMs);
  socket.on('close', () => clearInterval(timer));
}

class Heard implements CaptureListener {
  readonly titles: string[] = [];
  bytes = 0;
  onSegment(): void {
    return undefined;
  }

  onHole(): void {
    return undefined;
  }

  onOpen(): void {
    // What it is does not matter here.
  }
  onBlock({ bytes }: { readonly bytes: Uint8Array }): void {
    this.bytes += bytes.length;
  }
  onTitle(title: string): void {
    this.titles.push(title);
  }
  onSkipped(): void {
    // Counted elsewhere.
  }
}

/** Short, where they are what ends it; where the answer does, a busy machine has time for that. */
const SHORT = { stallTimeout: 1000, connectTimeout: 500 };

function run(url: string, heard = new Heard(), limits: Partial<typeof SHORT> = {}): Promise<void> {
  const id = sourceId('7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11');
  return createStreamSource({
    config: { kind: 'stream', id, name: 'x', url, format: 'auto', username: '' },
    clock: systemClock,
    ...limits,
  }).run(heard, new AbortController().signal);
}

function frames(count: number): Buffer {
  const frame = Buffer.alloc(417, 0x11);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n';

describe('a stream that keeps the line busy without audio is given up', () => {
  const cases: readonly [string, (socket: Socket) => void][] = [
    ['headers without end', (socket) => void (socket.write('HTTP/1.1 200 OK\r\n'), drip(socket, 'X-A: b\r\n', 50))],
    ['a byte of a header at a time', (socket) => drip(socket, 'H', 50)],
    ['a byte at a time that is no audio', (socket) => void (socket.write(`${OK}\r\n`), drip(socket, 'a', 50))],
    [
      'a byte at a time behind audio',
      (socket) => void (socket.write(Buffer.concat([Buffer.from(`${OK}\r\n`), frames(50)])), drip(socket, 'a', 50)),
    ],
    [
      'nothing but titles',
      (socket) => {
        socket.write(Buffer.concat([Buffer.from(`${OK}icy-metaint: 4170\r\n\r\n`), frames(10)]));
        drip(socket, Buffer.alloc(4, 1), 50);
      },
    ],
  ];
  test.each(cases)('%s', async (_, answer) => {
    const { url, sockets } = await serve(answer);
    await expect(run(url, new Heard(), SHORT)).rejects.toMatchObject({
      name: 'LongtakeError',
      code: expect.stringMatching(/^STREAM_/),
    });
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('an answer that is not what it says ends with a reason and no socket', () => {
  const gzip = Buffer.from('1f8b0800000000000003', 'hex');
  const cases: readonly [string, ErrorCode, string | Buffer][] = [
    [
      'fewer bytes than promised',
      'STREAM_LOST',
      Buffer.concat([Buffer.from(`${OK}Content-Length: 9999999\r\n\r\n`), frames(9)]),
    ],
    ['a broken chunk', 'STREAM_LOST', `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nnonsense`],
    ['two lengths', 'STREAM_UNREACHABLE', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde`],
    ['a length below zero', 'STREAM_UNREACHABLE', `${OK}Content-Length: -5\r\n\r\n`],
    [
      'compressed noise',
      'STREAM_NOT_AUDIO',
      Buffer.concat([Buffer.from(`${OK}Content-Encoding: gzip\r\n\r\n`), gzip, Buffer.alloc(200_000, 0x55)]),
    ],
    ['a file of this computer', 'STREAM_UNREACHABLE', 'HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n'],
    ['another protocol', 'STREAM_UNREACHABLE', 'HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/a\r\n\r\n'],
    ['a header of 100 KiB', 'STREAM_UNREACHABLE', `HTTP/1.1 200 OK\r\nX-A: ${'b'.repeat(100_000)}\r\n\r\n`],
  ];
  test.each(cases)('%s', async (_, code, text) => {
    const { url, sockets } = await serve((socket) => socket.end(text));
    await expect(run(url)).rejects.toMatchObject({ code });
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('titles', () => {
  const title = (text: string): Buffer => {
    const bytes = Buffer.from(`StreamTitle='${text}';`);
    const units = Math.ceil(bytes.length / 16);
    return Buffer.concat([Buffer.from([units]), bytes, Buffer.alloc(units * 16 - bytes.length)]);
  };

  test('after every single byte cost no time, and only what is on air is told', async () => {
    const audio = frames(200);
    const parts = [...audio].flatMap((byte, index) => [Buffer.from([byte]), title(`t${index % 2}`)]);
    const body = Buffer.concat([Buffer.from(`${OK}icy-metaint: 1\r\n\r\n`), ...parts]);
    const { url } = await serve((socket) => socket.end(body));
    const heard = new Heard();
    const startedAt = performance.now();
    await expect(run(url, heard)).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(heard.bytes).toBe(audio.length);
    expect(heard.titles.length).toBeLessThan(1000);
    expect(performance.now() - startedAt).toBeLessThan(25_000);
  });

  test('of intervals that are none are taken for audio and break nothing', async () => {
    for (const interval of ['-5', '0', '99999999999', '1e3', 'x']) {
      const body = Buffer.concat([Buffer.from(`${OK}icy-metaint: ${interval}\r\n\r\n`), frames(50)]);
      const { url } = await serve((socket) => socket.end(body));
      const heard = new Heard();
      await expect(run(url, heard)).rejects.toMatchObject({ code: 'STREAM_LOST' });
      expect(heard.bytes).toBe(50 * 417);
    }
  });
});
