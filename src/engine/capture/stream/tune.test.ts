import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { Servers, startProxy } from '../../../../test/support/servers.ts';
import type { StreamConfig } from '../../../shared/domain/source.ts';
import { LongtakeError } from '../../../shared/errors.ts';
import { sourceId } from '../../../shared/units.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { AudioSource, CaptureInfo } from '../audioSource.ts';
import { createStreamSource, type StreamSourceOptions } from './streamSource.ts';
import { testStream } from './testStream.ts';

const servers = new Servers();
afterEach(() => servers.close());

function mp3(frames: number): Buffer {
  const frame = Buffer.alloc(417, 0x11);
  frame.set([0xff, 0xfb, 0x90, 0x64]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

type Page = string | Buffer | ((request: IncomingMessage, response: ServerResponse) => void);

/** A server with these pages. Buffers are audio that ends, texts are of the type that the path's ending tells. */
async function station(pages: Readonly<Record<string, Page>>) {
  const asked: { readonly path: string; readonly login: string | undefined }[] = [];
  const url = await servers.serve((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, login: request.headers.authorization });
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (typeof page === 'function') page(request, response);
    else if (page === undefined) response.writeHead(404).end();
    else response.writeHead(200, typeof page === 'string' ? {} : { 'content-type': 'audio/mpeg' }).end(page);
  });
  return { url, asked, paths: () => asked.map(({ path }) => path) };
}

const redirect =
  (to: string): Page =>
  (_, response) =>
    void response.writeHead(302, { location: to }).end();

type Options = Partial<StreamConfig> & Partial<Omit<StreamSourceOptions, 'config'>>;

function source(url: string, options: Options = {}): AudioSource {
  const { username = '', stallSeconds, ...rest } = options;
  const id = sourceId('7b1f6e8e-6f0a-4a0e-9a0e-2f4f3b1f0a11');
  const base = { kind: 'stream', id, name: 'x', url, format: 'auto', username } as const;
  return createStreamSource({
    clock: systemClock,
    environment: {},
    connectTimeout: 2000,
    ...rest,
    config: { ...base, ...(stallSeconds === undefined ? {} : { stallSeconds }) },
  });
}

/** What came, and how it ended. */
async function hear(from: AudioSource) {
  let info: CaptureInfo | undefined;
  let bytes = 0;
  const listener = {
    onOpen: (opened: CaptureInfo) => {
      info = opened;
    },
    onBlock: (block: { readonly bytes: Uint8Array }) => {
      bytes += block.bytes.length;
    },
    onTitle: () => undefined,
    onSegment: () => undefined,
    onHole: () => undefined,
    onSkipped: () => undefined,
  };
  const error: unknown = await from.run(listener, new AbortController().signal).catch((reason: unknown) => reason);
  if (!(error instanceof LongtakeError)) throw new Error(`It should end with a reason, not ${String(error)}`);
  return { info, bytes, code: error.code, message: error.message, details: error.details };
}

const draft = (url: string) => ({ kind: 'stream', name: 'x', url, username: '', format: 'auto' }) as const;
const audio = mp3(20);

describe('a playlist', () => {
  const lists: readonly [string, (stream: string) => string][] = [
    ['/a.m3u', () => '#EXTM3U\n#EXTINF:-1,Radio\nlive.mp3\n'],
    ['/a.m3u8', (stream) => `#EXTM3U\n${stream}\n`],
    ['/a.pls', (stream) => `[playlist]\nFile1=${stream}\n`],
    ['/a.xspf', () => '<playlist><trackList><track><location>live.mp3</location></track></trackList></playlist>'],
    ['/nothing-tells', (stream) => `${stream}\n`],
  ];
  test.each(lists)('%s leads to its stream, which is shown', async (path, list) => {
    const pages: Record<string, Page> = { '/live.mp3': audio };
    const { url } = await station(pages);
    pages[path] = list(`${url}/live.mp3`);
    const heard = await hear(source(url + path));
    expect(heard).toMatchObject({ bytes: audio.length, code: 'STREAM_LOST', info: { address: `${url}/live.mp3` } });
    const report = await testStream(draft(url + path), undefined, new AbortController().signal, {
      total: 5000,
      title: 100,
    });
    expect(report.finalUrl).toBe(`${url}/live.mp3`);
    expect(report.route?.map((hop) => hop.url)).toEqual([url + path, `${url}/live.mp3`]);
    expect(report.route?.at(-1)?.is).toBe('stream');
  });

  test('has its entries tried in order, and the one that works is opened first again', async () => {
    const { url, paths } = await station({
      '/a.m3u': '#EXTM3U\nmissing.mp3\npage.html\nhttp://127.0.0.1:1/\nlive.mp3\nspare.mp3\n',
      '/page.html': '<html><body>'.padEnd(200, ' '),
      '/live.mp3': audio,
      '/spare.mp3': audio,
    });
    const radio = source(`${url}/a.m3u`);
    expect(await hear(radio)).toMatchObject({ bytes: audio.length, info: { address: `${url}/live.mp3` } });
    expect(paths()).toEqual(['/a.m3u', '/missing.mp3', '/page.html', '/live.mp3']);
    await hear(radio);
    expect(paths().slice(4)).toEqual(['/a.m3u', '/live.mp3']);
  });

  test('is read anew for each connection', async () => {
    const pages: Record<string, Page> = { '/a.m3u': 'http://127.0.0.1:1/x\n', '/one': audio, '/two': audio };
    const { url } = await station(pages);
    const radio = source(`${url}/a.m3u`);
    for (const name of ['one', 'two']) {
      pages['/a.m3u'] = `${url}/${name}\n`;
      expect(await hear(radio)).toMatchObject({ info: { address: `${url}/${name}` } });
    }
  });

  test('of which no entry works says so, with why', async () => {
    const { url } = await station({ '/a.m3u': '#EXTM3U\none.mp3\ntwo.mp3\n', '/b.pls': '[playlist]\nFile1=one.mp3\n' });
    const many = await hear(source(`${url}/a.m3u`));
    expect(many).toMatchObject({ code: 'STREAM_NOT_FOUND', bytes: 0, details: { tried: 2 } });
    expect(many.message).toMatch(/None of the 2 addresses in the M3U playlist.*There is no stream at \/one.mp3/);
    expect((await hear(source(`${url}/b.pls`))).message).toMatch(/The only address in the PLS playlist/);
  });

  test('that is empty, of HLS, or broken says so', async () => {
    const { url } = await station({
      '/empty.pls': '[playlist]\nFile1=rtsp://127.0.0.1/\n',
      '/hls.m3u8': '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na.ts\n',
      '/cut.xspf': '<playlist><trackList><track><location>live.mp3',
    });
    expect(await hear(source(`${url}/empty.pls`))).toMatchObject({
      code: 'STREAM_NOT_AUDIO',
      message: expect.stringMatching(/no address/),
    });
    expect(await hear(source(`${url}/hls.m3u8`))).toMatchObject({
      code: 'FORMAT_UNSUPPORTED',
      message: expect.stringMatching(/HLS is not supported yet/),
    });
    expect(await hear(source(`${url}/cut.xspf`))).toMatchObject({ code: 'STREAM_NOT_AUDIO' });
  });

  test('that leads to playlists is followed so deep, and never in a circle', async () => {
    const { url, paths } = await station({
      '/1.m3u': '2.pls\n',
      '/2.pls': '[playlist]\nFile1=3.m3u\n',
      '/3.m3u': 'live.mp3\n',
      '/0.m3u': '1.m3u\n',
      '/live.mp3': audio,
      '/self.m3u': 'self.m3u\nself.m3u?again\nlive.mp3\n',
      '/self.m3u?again': 'self.m3u\n',
    });
    expect(await hear(source(`${url}/1.m3u`))).toMatchObject({ bytes: audio.length });
    expect(await hear(source(`${url}/0.m3u`))).toMatchObject({ bytes: 0, code: 'STREAM_UNREACHABLE' });
    const before = paths().length;
    expect(await hear(source(`${url}/self.m3u`))).toMatchObject({ bytes: audio.length });
    expect(paths().length - before).toBeLessThan(10);
  });

  test('with a tree of playlists ends after so many requests', async () => {
    let asked = 0;
    const tree = await servers.serve((request, response) => {
      asked += 1;
      const branches = Array.from({ length: 40 }, (_, index) => `/${index}${request.url}`);
      response.end(`#EXTM3U\n${branches.join('\n')}\n`);
    });
    expect(await hear(source(`${tree}/a.m3u`))).toMatchObject({ code: 'STREAM_UNREACHABLE' });
    expect(asked).toBe(20);
  });

  test('that never ends is given up', async () => {
    const { url } = await station({
      '/drip.m3u': (_, response) => {
        const timer = setInterval(() => response.write('# '), 20);
        response.on('close', () => clearInterval(timer));
      },
      '/flood.m3u': (_, response) => {
        const more = (): void => {
          while (!response.destroyed && response.write('# nothing but comments\n'.repeat(1000)));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
    });
    expect(await hear(source(`${url}/drip.m3u`, { connectTimeout: 1500 }))).toMatchObject({ code: 'STREAM_STALLED' });
    expect(await hear(source(`${url}/flood.m3u`))).toMatchObject({ code: 'STREAM_NOT_AUDIO' });
  });

  test('that the server does not end is used as far as it has come', async () => {
    const { url } = await station({
      '/open.m3u': (_, response) => void response.write('#EXTM3U\nlive.mp3\n'),
      '/live.mp3': audio,
    });
    const heard = await hear(source(`${url}/open.m3u`, { connectTimeout: 1500 }));
    expect(heard).toMatchObject({ bytes: audio.length });
  });

  test('is told apart from any other text', async () => {
    const { url } = await station({
      '/a': 'Nothing here.',
      '/b': '<asx><entry><ref href="x"/></entry></asx>',
    });
    for (const path of ['/a', '/b']) {
      expect(await hear(source(url + path))).toMatchObject({ code: 'STREAM_NOT_AUDIO' });
    }
  });

  test('promised by a server that sends audio is audio', async () => {
    const lying: Page = (_, response) => void response.writeHead(200, { 'content-type': 'audio/x-mpegurl' }).end(audio);
    const { url } = await station({ '/live.m3u': lying });
    expect(await hear(source(`${url}/live.m3u`))).toMatchObject({ bytes: audio.length });
  });
});

describe('a password', () => {
  const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;

  test('in an entry goes to its server alone, and shows nowhere', async () => {
    const pages: Record<string, Page> = { '/live.mp3': audio };
    const [list, stream] = [await station(pages), await station(pages)];
    pages['/a.m3u'] = `${stream.url.replace('//', '//me:s%26cret@')}/moved\n${list.url}/live.mp3\n`;
    pages['/moved'] = redirect('/live.mp3');
    const heard = await hear(source(`${list.url}/a.m3u`));
    expect(stream.asked.map(({ login }) => login)).toEqual([basic('me:s&cret'), basic('me:s&cret')]);
    expect(list.asked.map(({ login }) => login)).toEqual([undefined]);
    expect(heard.info?.address).toBe(`${stream.url}/live.mp3`);
    expect(JSON.stringify(heard)).not.toMatch(/s%26cret|s&cret/);
  });

  test('of the source goes to its own server, not to where that sends on or what its playlist names', async () => {
    const other = await station({ '/live.mp3': audio });
    const own = await station({
      '/': redirect('/list.m3u'),
      '/list.m3u': `${other.url}/missing\n/away\n`,
      '/away': redirect(`${other.url}/live.mp3`),
    });
    const heard = await hear(source(`${own.url}/`, { username: 'me', password: 'secret' }));
    expect(heard.bytes).toBe(audio.length);
    expect(own.asked.map(({ login }) => login)).toEqual([basic('me:secret'), basic('me:secret'), basic('me:secret')]);
    expect(other.asked.map(({ login }) => login)).toEqual([undefined, undefined]);
  });
});

describe('redirects', () => {
  test('are followed to a limit, and never in a circle', async () => {
    const pages: Record<string, Page> = {
      '/live.mp3': audio,
      '/circle': redirect('/round'),
      '/round': redirect('/circle'),
    };
    for (let step = 1; step <= 7; step += 1) pages[`/${step}`] = redirect(step === 1 ? '/live.mp3' : `/${step - 1}`);
    const { url, paths } = await station(pages);
    expect(await hear(source(`${url}/5`))).toMatchObject({ bytes: audio.length, info: { address: `${url}/live.mp3` } });
    expect(await hear(source(`${url}/7`))).toMatchObject({
      code: 'STREAM_UNREACHABLE',
      message: expect.stringMatching(/without end/),
    });
    const before = paths().length;
    expect(await hear(source(`${url}/circle`))).toMatchObject({ message: expect.stringMatching(/in a circle/) });
    expect(paths().length - before).toBe(2);
    const report = await testStream(draft(`${url}/2`), undefined, new AbortController().signal, {
      total: 5000,
      title: 100,
    });
    expect(report.route).toEqual([
      { url: `${url}/2`, is: 'redirect' },
      { url: `${url}/1`, is: 'redirect' },
      { url: `${url}/live.mp3`, is: 'stream' },
    ]);
  });
});

describe('a stream that stalls', () => {
  test('is lost after the time that its source is set to', async () => {
    const { url } = await station({ '/': (_, response) => void response.writeHead(200).write(audio) });
    const startedAt = performance.now();
    const heard = await hear(source(url, { stallSeconds: 2 }));
    expect(heard).toMatchObject({ code: 'STREAM_STALLED' });
    expect(heard.bytes).toBe(audio.length);
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
  });
});

describe('a proxy from the environment', () => {
  test('is asked for what NO_PROXY does not name, in either case of letters', async () => {
    const { url } = await station({ '/a.m3u': '/live.mp3\n', '/live.mp3': audio });
    for (const name of ['HTTP_PROXY', 'http_proxy']) {
      const proxy = await startProxy(servers);
      const named = [proxy.url, proxy.url.replace('http://', '')];
      for (const value of named) {
        expect(await hear(source(`${url}/a.m3u`, { environment: { [name]: value } }))).toMatchObject({
          bytes: audio.length,
        });
      }
      expect(proxy.asked).toEqual(named.flatMap(() => [`GET ${url}/a.m3u`, `GET ${url}/live.mp3`]));
      for (const no of ['NO_PROXY', 'no_proxy']) {
        const heard = await hear(source(`${url}/a.m3u`, { environment: { [name]: proxy.url, [no]: '127.0.0.1' } }));
        expect(heard).toMatchObject({ bytes: audio.length });
      }
      expect(proxy.asked).toHaveLength(4);
    }
  });

  test('with a password is told it, and the stream’s server is not', async () => {
    const { url, asked } = await station({ '/': audio });
    const proxy = await startProxy(servers, 'me:s&cret');
    const right = proxy.url.replace('//', '//me:s%26cret@');
    expect(await hear(source(url, { environment: { HTTP_PROXY: right } }))).toMatchObject({ bytes: audio.length });
    expect(asked).toEqual([{ path: '/', login: undefined }]);
    const wrong = await hear(source(url, { environment: { HTTP_PROXY: proxy.url.replace('//', '//me:guess@') } }));
    expect(wrong).toMatchObject({
      code: 'STREAM_REFUSED',
      message: expect.stringContaining(`The proxy ${proxy.url} asks`),
    });
    expect(wrong.message).not.toContain('guess');
    expect(asked).toHaveLength(1);
  });

  test('that cannot be used is named', async () => {
    const { url } = await station({ '/': audio });
    const talks = await servers.serve((_, response) => response.socket?.end('SSH-2.0-nothing\r\n\r\n'));
    const cases: readonly [string, RegExp][] = [
      ['http://127.0.0.1:1', /The proxy http:\/\/127\.0\.0\.1:1 takes no connection/],
      ['http://me:secret@no-such-proxy.invalid:3128', /The proxy http:\/\/no-such-proxy\.invalid:3128 /],
      ['socks4://me:secret@127.0.0.1:1080', /HTTP_PROXY names, "socks4:\/\/127\.0\.0\.1:1080", is no address/],
      ['http://', /HTTP_PROXY names/],
      [talks, /does not speak HTTP/],
    ];
    for (const [proxy, message] of cases) {
      const heard = await hear(source(url, { environment: { HTTP_PROXY: proxy } }));
      expect(heard).toMatchObject({ code: 'STREAM_UNREACHABLE', message: expect.stringMatching(message) });
      expect(heard.message).not.toContain('secret');
    }
    const gone = await hear(
      source('http://127.0.0.1:1/', { environment: { HTTP_PROXY: (await startProxy(servers)).url } }),
    );
    expect(gone).toMatchObject({
      code: 'STREAM_UNREACHABLE',
      message: expect.stringMatching(/502.*through the proxy/),
    });
  });
});
