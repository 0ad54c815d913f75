import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { StreamConfig } from '../../../shared/domain/source.ts';
import { type Millis, millis, sourceId } from '../../../shared/units.ts';
import type { CaptureInfo, CaptureListener } from '../audioSource.ts';
import { type StreamSourceOptions, createStreamSource } from './streamSource.ts';
import { testStream } from './testStream.ts';

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
});

/** Starts a server on loopback; every socket to it is known. */
async function listen(server: Server): Promise<{ readonly url: string; readonly sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({ server, sockets });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, sockets };
}

function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return listen(createServer(answer));
}

/** Frames of 128 kbit/s, 44.1 kHz, each with its number in it. */
function mp3(frames: number, first = 0): Buffer {
  return Buffer.concat(
    Array.from({ length: frames }, (_, index) => {
      const frame = Buffer.alloc(417, (first + index) % 251);
      frame.set([0xff, 0xfb, 0x90, 0x64]);
      return frame;
    }),
  );
}

function adts(frames: number): Buffer {
  const frame = Buffer.alloc(200, 0x21);
  frame.set([0xff, 0xf1, 0x4c, 0x80, 200 >> 3, ((200 & 7) << 5) | 0x1f, 0xfc]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

class Heard implements CaptureListener {
  readonly infos: CaptureInfo[] = [];
  readonly blocks: Uint8Array[] = [];
  readonly titles: string[] = [];
  skipped = 0;
  samples = 0;
  readonly #wanted: (heard: Heard) => void;

  constructor(wanted: (heard: Heard) => void = () => undefined) {
    this.#wanted = wanted;
  }
  onSegment(): void {
    return undefined;
  }

  onHole(): void {
    return undefined;
  }

  onOpen(info: CaptureInfo): void {
    if (this.infos.length > 0) throw new Error('onOpen came twice');
    this.infos.push(info);
  }
  onBlock(block: { readonly bytes: Uint8Array; readonly samples: number }, at: Millis): void {
    if (this.infos.length === 0 || at !== 7) throw new Error('onBlock came before onOpen, or at a wrong time');
    this.blocks.push(block.bytes);
    this.samples += block.samples;
    this.#wanted(this);
  }
  onTitle(title: string): void {
    if (this.infos.length === 0) throw new Error('onTitle came before onOpen');
    this.titles.push(title);
  }
  onSkipped(bytes: number): void {
    this.skipped += bytes;
  }
  get bytes(): Buffer {
    return Buffer.concat(this.blocks);
  }
}

const clock = { now: () => millis(0), monotonic: () => millis(7), offsetMinutes: () => 0, zone: () => 'UTC' };

function source(url: string, options: Partial<StreamConfig> & Partial<StreamSourceOptions> = {}) {
  const { format = 'auto', username = '', ...rest } = options;
  const id = sourceId('7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11');
  return createStreamSource({ ...rest, config: { kind: 'stream', id, name: 'x', url, format, username }, clock });
}

const forever = new AbortController().signal;
const failure = (url: string, options = {}) => source(url, options).run(new Heard(), forever);
const draft = (url: string) => ({ kind: 'stream', name: 'x', url, username: '', format: 'auto' }) as const;

describe('a stream', () => {
  test('arrives byte for byte without its titles, until the server ends it', async () => {
    const audio = mp3(100);
    const { url, sockets } = await serve((request, response) => {
      expect(request.headers).toMatchObject({ 'icy-metadata': '1' });
      expect(request.headers['user-agent']).toMatch(/^Longtake\/\d+\.\d+\.\d+$/);
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-metaint': '1000', 'icy-name': 'Radio  Test' });
      for (let at = 0; at < audio.length; at += 1000) {
        const title = Buffer.from(`\u0002StreamTitle='Song ${Math.floor(at / 20_000)}';`.padEnd(33, '\0'), 'latin1');
        response.write(audio.subarray(at, at + 1000));
        if (at + 1000 <= audio.length) response.write(title);
      }
      response.end();
    });
    const heard = new Heard();
    await expect(source(url).run(heard, forever)).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(heard.bytes.equals(audio)).toBe(true);
    expect(heard.samples).toBe(100 * 1152);
    expect(heard.titles).toEqual(['Song 0', 'Song 1', 'Song 2']);
    expect(heard.infos[0]).toMatchObject({ container: 'mp3', label: 'Radio Test', format: { sampleRate: 44_100 } });
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('ends when it is no longer wanted, with its last whole frame and no socket left', async () => {
    const { url, sockets } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'audio/aac' });
      response.write(adts(30));
    });
    const abort = new AbortController();
    const heard = new Heard(() => abort.abort());
    await source(url).run(heard, abort.signal);
    expect(heard.bytes.equals(adts(30))).toBe(true);
    expect(heard.infos[0]).toMatchObject({ container: 'adts', format: { codec: 'aac', sampleRate: 48_000 } });
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('ends at once while it is still connecting', async () => {
    const { url, sockets } = await serve((_, response) => response.end(mp3(10)));
    const abort = new AbortController();
    const heard = new Heard();
    const running = source(url).run(heard, abort.signal);
    abort.abort();
    await running;
    await source(url).run(heard, abort.signal);
    expect(heard.infos).toEqual([]);
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('may be run again after its end', async () => {
    const { url } = await serve((_, response) => response.end(mp3(10)));
    const again = source(url);
    for (let count = 0; count < 2; count += 1) {
      const heard = new Heard();
      await expect(again.run(heard, forever)).rejects.toMatchObject({ code: 'STREAM_LOST' });
      expect(heard.bytes.equals(mp3(10))).toBe(true);
    }
  });

  test('is what its bytes say, whatever the Content-Type says', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(adts(10));
    });
    const heard = new Heard();
    await expect(source(url).run(heard, forever)).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(heard.infos[0]?.container).toBe('adts');
  });

  test('is understood from a SHOUTcast 1 server', async () => {
    const { url } = await listen(
      createTcpServer((socket) => {
        socket.once('data', () => {
          socket.write('ICY 200 OK\r\nicy-name:Old Radio\r\ncontent-type:audio/mpeg\r\n\r\n');
          socket.end(mp3(20));
        });
      }),
    );
    const heard = new Heard();
    await expect(source(url).run(heard, forever)).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(heard.bytes.equals(mp3(20))).toBe(true);
    expect(heard.infos[0]?.label).toBe('Old Radio');
  });

  test('passes on what its listener throws, and closes', async () => {
    const { url, sockets } = await serve((_, response) => response.write(mp3(20)));
    const broken = new Heard(() => {
      throw new RangeError('listener');
    });
    await expect(source(url).run(broken, forever)).rejects.toThrow('listener');
    await expect.poll(() => sockets.size).toBe(0);
  });
});

describe('login and redirects', () => {
  const login = `Basic ${Buffer.from('användare:lösen:ord').toString('base64')}`;

  test('sends the login, also within one server, but to no other', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(mp3(10));
    });
    const first = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/a') response.writeHead(302, { location: '/b?x=1' }).end();
      else response.writeHead(307, { location: `${other.url}/c` }).end();
    });
    const lost = failure(`${first.url}/a`, { username: 'användare', password: 'lösen:ord' });
    await expect(lost).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(seen).toEqual([login, login, undefined]);
  });

  test('takes the login from the address, and never tells it', async () => {
    const { url } = await serve((request, response) => {
      expect(request.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
      response.writeHead(401).end();
    });
    const error = await failure(url.replace('//', '//me:p%40ss@')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'STREAM_REFUSED' });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/p@ss|p%40ss/);
  });

  test('gives up on redirects without end', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: '/' }).end());
    await expect(failure(url)).rejects.toMatchObject({ code: 'STREAM_UNREACHABLE' });
  });

  test('follows no redirect to a place that is not on the web', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end());
    await expect(failure(url)).rejects.toMatchObject({ code: 'STREAM_UNREACHABLE' });
  });
});

describe('what goes wrong has a code and a sentence that says what to do', () => {
  test.each([
    [401, 'STREAM_REFUSED', /user name and password/],
    [403, 'STREAM_REFUSED', /does not allow/],
    [404, 'STREAM_NOT_FOUND', /no stream at \/live/],
    [410, 'STREAM_NOT_FOUND', /off the air/],
    [503, 'STREAM_UNREACHABLE', /503/],
    [204, 'STREAM_UNREACHABLE', /204/],
  ])('status %i', async (status, code, message) => {
    const { url, sockets } = await serve((_, response) => response.writeHead(status).end());
    await expect(failure(`${url}/live`)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect.poll(() => sockets.size).toBe(0);
  });

  test.each([
    ['<!doctype html><title>Radio</title>', 'text/html', 'STREAM_NOT_AUDIO', /web page/],
    ['Not here', 'text/plain', 'STREAM_NOT_AUDIO', /not audio/],
    ['#EXTM3U\n#EXT-X-VERSION:3\n', 'application/vnd.apple.mpegurl', 'FORMAT_UNSUPPORTED', /HLS playlist/],
    [
      `OggS\0\x02${'\0'.repeat(20)}\x01\x08Speex   OggS${'\0'.repeat(23)}`,
      'audio/ogg',
      'FORMAT_UNSUPPORTED',
      /is Ogg Speex, which cannot/,
    ],
    ['fLaC\0\0\0\x22', 'audio/flac', 'STREAM_LOST', /ended the stream/],
    ['\0'.repeat(40_000), 'audio/mpeg', 'STREAM_NOT_AUDIO', /audio\/mpeg/],
    ['', 'audio/mpeg', 'STREAM_LOST', /ended the stream/],
  ])('body %#', async (body, type, code, message) => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': type }).end(Buffer.from(body, 'latin1'));
    });
    await expect(failure(url)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a setting that does not fit the stream', async () => {
    const { url } = await serve((_, response) => response.end(adts(10)));
    const wrong = failure(url, { format: 'mp3' });
    await expect(wrong).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED', message: expect.stringMatching(/is AAC/) });
  });

  test('a stream that changes its format', async () => {
    const other = adts(10);
    for (let at = 0; at < other.length; at += 200) other[at + 2] = 0x50;
    const { url } = await serve((_, response) => response.end(Buffer.concat([adts(10), other])));
    const heard = new Heard();
    await expect(source(url).run(heard, forever)).rejects.toMatchObject({
      code: 'STREAM_LOST',
      message: expect.stringMatching(/44\.1 kHz/),
    });
    expect(heard.bytes.equals(adts(10))).toBe(true);
  });

  test('a stream that stalls, with what came before', async () => {
    const { url, sockets } = await serve((_, response) => response.write(mp3(10).subarray(0, -17)));
    const heard = new Heard();
    const stalled = source(url, { stallTimeout: 1500 }).run(heard, forever);
    await expect(stalled).rejects.toMatchObject({ code: 'STREAM_STALLED' });
    expect(heard.bytes.equals(mp3(9))).toBe(true);
    expect(heard.skipped).toBe(400);
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('a connection that breaks', async () => {
    const { url, sockets } = await serve((_, response) => response.write(mp3(10)));
    const heard = new Heard(() => {
      for (const socket of sockets) socket.resetAndDestroy();
    });
    await expect(source(url).run(heard, forever)).rejects.toMatchObject({ code: 'STREAM_LOST' });
    expect(heard.bytes.equals(mp3(10))).toBe(true);
  });

  test('a server that is no web server', async () => {
    const { url } = await listen(
      createTcpServer((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n'))),
    );
    await expect(failure(url)).rejects.toMatchObject({
      code: 'STREAM_UNREACHABLE',
      message: expect.stringMatching(/no web server/),
    });
  });

  test('HTTPS asked of a server that only speaks HTTP', async () => {
    const { url } = await serve((_, response) => response.end());
    await expect(failure(url.replace('http:', 'https:'))).rejects.toMatchObject({ code: 'STREAM_TLS' });
  });

  test('nobody at home', async () => {
    const { url, sockets } = await serve(() => undefined);
    expect(sockets.size).toBe(0);
    const { server } = servers.pop() ?? {};
    server?.close();
    await expect(failure(url)).rejects.toMatchObject({
      code: 'STREAM_UNREACHABLE',
      message: expect.stringMatching(/takes no connection on port \d+/),
    });
  });

  test('a name that does not exist', async () => {
    await expect(failure('http://longtake.invalid/')).rejects.toMatchObject({ code: 'STREAM_UNREACHABLE' });
  });
});

describe('testStream', () => {
  test('reports format, bitrate, title and where the address led, then disconnects', async () => {
    const { url, sockets } = await serve((request, response) => {
      if (request.url === '/') {
        response.writeHead(302, { location: '/live' }).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'audio/mpeg', 'icy-metaint': '60000', 'icy-name': 'Radio' });
      response.write(mp3(150).subarray(0, 60_000));
      response.write(Buffer.concat([Buffer.from([2]), Buffer.from("StreamTitle='Now';".padEnd(32, '\0'))]));
    });
    const found = await testStream(draft(`${url.replace('//', '//me:secret@')}/`), undefined, forever);
    expect(found).toMatchObject({
      container: 'mp3',
      contentType: 'audio/mpeg',
      stationName: 'Radio',
      title: 'Now',
      finalUrl: `${url}/live`,
      format: { codec: 'mp3', sampleRate: 44_100, channels: 2 },
    });
    expect(found.format.bitrate).toBeGreaterThan(127_000);
    expect(found.format.bitrate).toBeLessThan(129_000);
    await expect.poll(() => sockets.size).toBe(0);
  });

  test('does not wait for ever for a title, nor for audio', async () => {
    const slow = await serve((_, response) => {
      response.writeHead(200, { 'icy-metaint': '60000' });
      response.write(mp3(50));
    });
    const limits = { total: 5000, title: 100 };
    expect(await testStream(draft(slow.url), undefined, forever, limits)).not.toHaveProperty('title');
    const silent = await serve(() => undefined);
    const nothing = testStream(draft(silent.url), undefined, forever, { total: 200, title: 100 });
    await expect(nothing).rejects.toMatchObject({ code: 'STREAM_STALLED' });
  });

  test('ends when it is cancelled', async () => {
    const abort = new AbortController();
    const { url } = await serve(() => abort.abort());
    await expect(testStream(draft(url), undefined, abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('passes on the exact error', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end());
    await expect(testStream(draft(url), undefined, forever)).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });
});
