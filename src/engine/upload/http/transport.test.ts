import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { ObjectStore } from '../../../../test/support/objectStore.ts';
import { makeCertificates, type Proxy, Servers, startProxy } from '../../../../test/support/servers.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { SpeakrStandIn } from '../../../../test/support/speakrStandIn.ts';
import { type Target, targetSchema } from '../../../shared/domain/target.ts';
import type { ProxyEnvironment } from '../../../shared/proxies.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { createDriver } from '../createDriver.ts';
import type { Driver } from '../driver.ts';

const { signal } = new AbortController();
let servers: Servers;
let proxy: Proxy;
const drivers: Driver[] = [];

beforeEach(async () => {
  servers = new Servers();
  proxy = await startProxy(servers, 'me:s&cret');
});
afterEach(async () => {
  await Promise.all(drivers.splice(0).map((driver) => driver.close()));
  await servers.close();
});

const login = (): string => proxy.url.replace('//', '//me:s%26cret@');

function driverOf(target: Record<string, unknown>, secret: string, environment: ProxyEnvironment): Driver {
  const id = '0f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11';
  const full: Target = targetSchema.parse({ id, name: 'There', enabled: true, insecure: true, ...target });
  const ports = { secret: () => Promise.resolve(secret), clock: systemClock, log: silentLog, environment };
  const driver = createDriver(full, ports);
  drivers.push(driver);
  return driver;
}

/** The same server by a name that only the proxy knows. */
const named = (url: string, host = 'there.test'): string => url.replace('127.0.0.1', host);

describe('a proxy from the environment', () => {
  test('is asked for what has no encryption, and forwards it', async () => {
    const speakr = await SpeakrStandIn.start();
    const url = named(speakr.url);
    const driver = driverOf({ kind: 'speakr', url, auth: 'token', flacAs: 'wav' }, speakr.token, {
      HTTP_PROXY: login(),
    });
    expect(await driver.probe(signal)).toContain(speakr.email);
    const meta = { recording: makeRecording(), fileName: 'a.wav', mimeType: 'audio/wav', part: 1 };
    const { sessionId } = await driver.open(meta, signal);
    const bytes = new Uint8Array(300_000).fill(7);
    expect(await driver.send(sessionId, { index: 1, bytes, sha256: bytes }, signal)).toEqual({ type: 'stored' });
    expect(await driver.look(sessionId, signal)).toMatchObject({ bytes: 300_000 });
    expect(proxy.asked[0]).toBe(`GET ${url}/api/v1/users/me`);
    expect(proxy.asked).toContain(`POST ${url}/upload/session/${sessionId}/chunks/1`);
    await speakr.close();
  });

  test('makes a tunnel to what is encrypted', async () => {
    const pem = (await makeCertificates()).made.get('good');
    if (!pem) throw new Error('no certificate');
    const about = { name: 'longtake-server', version: '1', features: [] };
    const tls = await servers.serveTls(pem, (_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...about, email: 'me@example.org' }));
    });
    const url = tls.replace('localhost', 'there.test');
    const environment = { https_proxy: login() };
    const driver = driverOf({ kind: 'longtake-server', url, auth: 'token' }, 'token', environment);
    expect(await driver.probe(signal)).toContain('me@example.org');
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${new URL(url).host}`]));
    const strict = driverOf({ kind: 'longtake-server', url, auth: 'token', insecure: false }, 'token', environment);
    await expect(strict.probe(signal)).rejects.toMatchObject({ code: 'UPLOAD_TLS' });
  });

  test('is asked for a store, in each kind of request', async () => {
    const store = await ObjectStore.start();
    const driver = driverOf(
      {
        kind: 's3',
        endpoint: named(store.endpoint),
        region: 'us-east-1',
        bucket: store.bucket,
        prefix: '',
        pathStyle: true,
        accessKeyId: ObjectStore.accessKeyId,
        form: 'slices',
        bitrate: 96_000,
        wholeFile: false,
      },
      ObjectStore.secretAccessKey,
      { HTTP_PROXY: login() },
    );
    expect(await driver.probe(signal)).toBe('There takes objects in bucket recordings.');
    expect(proxy.asked.map((asked) => asked.split(' ')[0])).toEqual(['PUT', 'GET', 'DELETE']);
    expect(proxy.asked[0]).toContain(`PUT ${named(store.endpoint)}/recordings/longtake-test-`);
    await store.dispose();
  });

  test('is not asked for this computer, nor for what NO_PROXY names', async () => {
    const speakr = await SpeakrStandIn.start();
    const kind = { kind: 'speakr', auth: 'token', flacAs: 'wav' };
    const direct = driverOf({ ...kind, url: speakr.url }, speakr.token, { HTTP_PROXY: login() });
    expect(await direct.probe(signal)).toContain(speakr.email);
    const excepted = driverOf({ ...kind, url: named(speakr.url) }, speakr.token, {
      HTTP_PROXY: login(),
      NO_PROXY: '.test',
    });
    await expect(excepted.probe(signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    expect(proxy.asked).toEqual([]);
    await speakr.close();
  });

  test('is named when it is what does not work, without its password', async () => {
    const target = { kind: 'longtake-server', auth: 'token' };
    const host = new URL(proxy.url).host;
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['https://there.test', proxy.url.replace('//', '//me:guess@'), new RegExp(`proxy ${host} asks for another name`)],
      ['http://there.test', proxy.url.replace('//', '//me:guess@'), new RegExp(`proxy ${host} asks for another name`)],
      ['https://there.test:9', login(), new RegExp(`proxy ${host} does not lead there \\(502\\)`)],
      [
        'https://there.test',
        'http://127.0.0.1:9',
        /There, asked through the proxy 127\.0\.0\.1:9, takes no connection/,
      ],
      ['https://there.test', 'socks4://me:secret@127.0.0.1:1080', /HTTPS?_PROXY names, "socks4:.*", is no address/],
    ];
    for (const [url, HTTPS_PROXY, message] of cases) {
      const driver = driverOf({ ...target, url }, 'token', { HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY });
      const failure: unknown = await driver.probe(signal).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'UPLOAD_UNREACHABLE', message: expect.stringMatching(message) });
      expect(String(failure)).not.toMatch(/guess|secret|cret@/);
    }
  });
});
