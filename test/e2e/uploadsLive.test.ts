import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/engine/upload/s3/store.ts';
import { targetId } from '../../src/shared/units.ts';
import type { S3Target } from '../../src/shared/domain/target.ts';
import { Browser } from '../support/browser.ts';
import { ObjectStore } from '../support/objectStore.ts';
import { Servers } from '../support/servers.ts';
import { TestStudio } from '../support/studio.ts';

const HLS = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');
const PAGE = `<!doctype html><title>Listening</title><audio controls muted></audio><script src="/hls.js"></script><script>
  const hls = new Hls();
  hls.loadSource('/audio/index.m3u8');
  hls.attachMedia(document.querySelector('audio'));
  hls.on(Hls.Events.MANIFEST_PARSED, () => document.querySelector('audio').play());
</script>`;

describe('a store of objects that is listened to', () => {
  const servers = new Servers();
  let objects: ObjectStore;
  let reader: Store;
  let studio: TestStudio;
  let browser: Browser;
  let folder = '';

  beforeAll(async () => {
    [objects, studio, browser] = await Promise.all([
      ObjectStore.start(),
      TestStudio.start({ settings: { splitSeconds: 86_400 } }),
      Browser.launch(),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await studio.dispose();
    await reader.close();
    await servers.close();
    await objects.dispose();
  });

  const player = <Value>(read: (audio: HTMLAudioElement) => Value): Promise<Value> =>
    browser.page.locator('audio').evaluate(read);
  const signal = new AbortController().signal;
  /** The stand-in answers 500 while it puts a file in the place of another. */
  const stored = async (name: string): Promise<Uint8Array | undefined> => {
    for (let left = 200; ; left -= 1) {
      try {
        return await reader.get(`${folder}/${name}`, signal);
      } catch (error) {
        if (left === 0) throw error;
        await pass(50);
      }
    }
  };
  const playlist = async (): Promise<string> => Buffer.from((await stored('index.m3u8')) ?? []).toString();

  it('plays what a source records while it does, and all of it afterwards', async () => {
    const target: Omit<S3Target, 'id'> = {
      kind: 's3',
      name: 'Store',
      enabled: true,
      endpoint: objects.endpoint,
      region: 'us-east-1',
      bucket: objects.bucket,
      prefix: '{source}',
      pathStyle: true,
      accessKeyId: ObjectStore.accessKeyId,
      form: 'cmaf',
      bitrate: 96_000,
      wholeFile: true,
    };
    const secret = (): Promise<string> => Promise.resolve(ObjectStore.secretAccessKey);
    reader = new Store({ ...target, id: targetId('11111111-1111-4111-8111-111111111111') }, { secret });
    const { handlers } = studio.studio;
    const { target: added } = await handlers['targets.add']({ ...target, secret: ObjectStore.secretAccessKey });
    const id = await studio.addAndArm({
      kind: 'generator',
      name: 'Hut',
      programme: 'mixed',
      seed: 1,
      sampleRate: 44_100,
      bitDepth: 16,
      channels: 2,
      targets: [added.id],
    });
    const uploads = () => handlers['uploads.list']({ limit: 10 });
    await expect.poll(async () => (await uploads())[0]?.liveLink).toBeDefined();
    const [upload] = await uploads();
    folder = decodeURIComponent(new URL(upload?.liveLink ?? '').pathname)
      .split('/')
      .slice(2, -1)
      .join('/');
    const url = await servers.serve((request, response) => {
      void (async () => {
        const name = /^\/audio\/([\w.]+)$/.exec(request.url ?? '')?.[1];
        const body =
          name === undefined ? Buffer.from(request.url === '/hls.js' ? await readFile(HLS) : PAGE) : await stored(name);
        const type = name === undefined && request.url !== '/hls.js' ? 'text/html' : 'application/octet-stream';
        response.writeHead(body ? 200 : 404, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      })().catch((error: unknown) => response.writeHead(503).end(String(error)));
    });
    // Two segments are there before anybody listens: a player wants some to begin with.
    const segments = async (): Promise<number> => ((await playlist()).match(/#EXTINF/g) ?? []).length;
    await expect.poll(segments).toBeGreaterThan(1);
    await browser.page.goto(url);
    await expect.poll(() => player(({ currentTime }) => currentTime)).toBeGreaterThan(1);
    const early = await playlist();
    expect(early).not.toContain('ENDLIST');
    const [before = ''] = early.split('#EXT-X-ENDLIST');
    await expect.poll(async () => (await playlist()).length).toBeGreaterThan(early.length);
    expect((await playlist()).startsWith(before)).toBe(true);

    await handlers['sources.disarm']({});
    await expect.poll(async () => (await uploads())[0]?.state).toBe('done');
    const ended = await playlist();
    expect(ended).toContain('#EXT-X-ENDLIST');
    const [recording] = studio.closed(id);
    const seconds = (recording?.samples ?? 0) / 44_100;
    const listed = [...ended.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, length]) => sum + Number(length), 0);
    expect(listed).toBeGreaterThan(seconds - 0.1);
    await browser.page.reload();
    await expect.poll(() => player(({ duration }) => duration)).toBeGreaterThan(seconds - 0.2);
    await player((audio) => {
      audio.currentTime = audio.duration - 1;
    });
    await expect.poll(() => player((audio) => audio.ended)).toBe(true);
    // The whole file is beside its segments.
    const name = recording?.path.split('/').at(-1) ?? '';
    expect((await reader.head(`${folder}/${name}`, signal))?.bytes).toBe(recording?.bytes);
    expect(browser.complaints).toEqual([]);
  });
});
