import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertificateFault, type Certificates, makeCertificates, Servers, startProxy } from '../support/servers.ts';
import { TestStudio } from '../support/studio.ts';

/** What the error has to say for each fault. */
const SENTENCES: readonly [CertificateFault, RegExp][] = [
  ['expired', /has expired.*date of this computer/],
  ['not yet valid', /is not valid yet. Check the date and time/],
  ['self-signed', /is signed by itself.*NODE_EXTRA_CA_CERTS/],
  ['wrong name', /is for another name \(radio\.example\)/],
  ['unknown issuer', /an authority that this computer does not know.*NODE_EXTRA_CA_CERTS/],
];

describe('the certificate of a stream', () => {
  const servers = new Servers();
  let folder: string;
  let certificates: Certificates;
  let studio: TestStudio;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-trusted-'));
    certificates = await makeCertificates();
    const trusted = join(folder, 'authority.pem');
    await writeFile(trusted, certificates.authority);
    studio = await TestStudio.start({ env: { NODE_EXTRA_CA_CERTS: trusted } });
  });
  afterAll(async () => {
    await studio.dispose();
    await servers.close();
    await rm(folder, { recursive: true, force: true });
  });

  const station = (kind: CertificateFault | 'good'): Promise<string> => {
    const pair = certificates.made.get(kind);
    if (!pair) throw new Error(`There is no certificate that is ${kind}.`);
    const frame = Buffer.alloc(417, 0x11);
    frame.set([0xff, 0xfb, 0x90, 0x64]);
    const audio = Buffer.concat(Array.from({ length: 200 }, () => frame));
    return servers.serveTls(
      pair,
      (_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(audio),
    );
  };
  const look = (address: string, from = studio) =>
    from.studio.handlers['stream.test']({
      draft: { kind: 'stream', name: 'x', url: address, username: '', format: 'auto' },
    });

  test('that is good is believed', async () => {
    expect(await look(await station('good'))).toMatchObject({ container: 'mp3' });
  });

  test.each(SENTENCES)('that is %s is refused with what to do', async (fault, sentence) => {
    const address = await station(fault);
    await expect(look(address)).rejects.toMatchObject({ code: 'STREAM_TLS', message: expect.stringMatching(sentence) });
  });

  test('counts the same through a proxy, and leads a playlist to its next entry', async () => {
    const proxy = await startProxy(servers);
    const [good, expired] = [await station('good'), await station('expired')];
    const list = await servers.serve((_, response) => void response.end(`#EXTM3U\n${expired}/\n${good}/\n`));
    const trusted = join(folder, 'authority.pem');
    const behind = await TestStudio.start({
      env: { NODE_EXTRA_CA_CERTS: trusted, http_proxy: '', https_proxy: proxy.url, no_proxy: '' },
    });
    try {
      await expect(look(expired, behind)).rejects.toMatchObject({
        code: 'STREAM_TLS',
        message: expect.stringMatching(/has expired/),
      });
      expect(await look(`${list}/a.m3u`, behind)).toMatchObject({ finalUrl: `${good}/` });
      expect(proxy.asked.filter((line) => line.startsWith('CONNECT'))).toHaveLength(3);
    } finally {
      await behind.dispose();
    }
  });
});
