import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { S3Target } from '../../../shared/domain/target.ts';
import { recordingId, sourceId, targetId } from '../../../shared/units.ts';
import { ObjectStore } from '../../../../test/support/objectStore.ts';
import { FaultProxy } from '../../../../test/support/faultProxy.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { wholeOf } from '../../../../test/support/wholeOf.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { Chunk, UploadMeta } from '../driver.ts';
import { folderOf, LIVE_PLAYLIST, MANIFEST, PLAYLIST } from './layout.ts';
import { manifestSchema, playlist } from './manifest.ts';
import { S3Driver } from './s3Driver.ts';
import { segmentsOf } from './segments.ts';
import { Store } from './store.ts';

const signal = new AbortController().signal;

const box = (type: string, ...parts: readonly Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const words = (...values: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4);
  return bytes;
};

const RATE = 48_000;
const init = box('moov', box('trak', box('mdia', box('mdhd', words(0, 0, 0, RATE, 0, 0)))));
const first = Buffer.concat([box('ftyp', words(1)), init]);
/** A segment of `blocks` blocks of 1024 sample frames. */
const segment = (blocks: number, fill: number): Uint8Array =>
  Buffer.concat([
    box('styp', words(1)),
    box('moof', box('traf', box('tfhd', words(8, 1, 1024)), box('trun', words(0, blocks)))),
    box('mdat', Buffer.alloc(64, fill)),
  ]);

const chunk = (index: number, bytes: Uint8Array): Chunk => ({
  index,
  bytes,
  sha256: createHash('sha256').update(bytes).digest(),
});

describe('a store of objects as a target', () => {
  let store: ObjectStore;
  let reader: Store;
  let number = 0;

  beforeAll(async () => {
    store = await ObjectStore.start();
    reader = new Store(target('cmaf'), { secret });
  });
  afterAll(async () => {
    // Each request but those of a test that is about it had the right signature.
    expect(store.gate.refused).toEqual([
      expect.stringMatching(/unknown key$/),
      expect.stringMatching(/another signature$/),
      ...Array.from({ length: 2 }, () => expect.stringMatching(/other bytes than were signed$/) as unknown),
    ]);
    await reader.close();
    await store.dispose();
  });

  const secret = (): Promise<string> => Promise.resolve(ObjectStore.secretAccessKey);
  const target = (form: S3Target['form'], more: Partial<S3Target> = {}): S3Target => ({
    id: targetId('11111111-1111-4111-8111-111111111111'),
    kind: 's3',
    name: 'Store',
    enabled: true,
    endpoint: store.endpoint,
    region: 'us-east-1',
    bucket: store.bucket,
    prefix: '{source}/%Y',
    pathStyle: true,
    accessKeyId: ObjectStore.accessKeyId,
    form,
    bitrate: 96_000,
    wholeFile: false,
    ...more,
  });
  const driver = (form: S3Target['form'], more: Partial<S3Target> = {}, key = secret): S3Driver =>
    new S3Driver(target(form, more), { secret: key, clock: systemClock, log: silentLog });
  const meta = (mimeType: string): UploadMeta => ({
    recording: {
      id: recordingId(`${String((number += 1)).padStart(8, '0')}-1111-4111-8111-111111111111`),
      sourceId: sourceId('s'),
      sourceName: 'Röhre / 1',
      startedAt: Date.UTC(2026, 0, 1, 23, 30),
      offsetMinutes: 60,
      zone: 'Europe/Berlin',
      container: 'wav',
      format: { codec: 'pcm', sampleRate: RATE, channels: 1 },
    },
    fileName: 'a.wav',
    mimeType,
    part: 1,
  });
  const text = async (key: string): Promise<string> => Buffer.from((await reader.get(key, signal)) ?? []).toString();

  it('lists a segment only once it is stored, and ends with a list of all', async () => {
    const to = driver('cmaf');
    const { sessionId, liveLink } = await to.open(meta('audio/mp4'), signal);
    expect(sessionId).toMatch(/^Röhre _ 1\/2026\/20260101T233000Z-0{7}\d$/);
    expect(liveLink).toBe(`${store.endpoint}/recordings/${encodeURI(sessionId)}/${LIVE_PLAYLIST}`);
    expect(await to.send(sessionId, chunk(1, first), signal)).toEqual({ type: 'stored' });
    expect(await to.send(sessionId, chunk(3, segment(1, 3)), signal)).toEqual({ type: 'expected', index: 2 });
    const two = Buffer.concat([segment(140, 1), segment(141, 2)]);
    expect(await to.send(sessionId, chunk(2, two), signal)).toEqual({ type: 'stored' });
    const live = await text(`${sessionId}/${PLAYLIST}`);
    expect(live).toContain('#EXT-X-MAP:URI="init.mp4"');
    expect(live.match(/#EXTINF:[\d.]+/g)).toEqual(['#EXTINF:2.986667', '#EXTINF:3.008000']);
    expect(live).not.toContain('ENDLIST');
    for (const name of live.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      expect(await reader.head(`${sessionId}/${name}`, signal)).toBeDefined();
    }
    const shown = meta('audio/mp4');
    expect(await to.finalize(sessionId, { chunks: 3, bytes: 1 }, shown, signal)).toEqual({
      type: 'missing',
      indexes: [3],
    });
    const finished = await to.finalize(sessionId, { chunks: 2, bytes: first.length + two.length }, shown, signal);
    expect(finished).toMatchObject({ type: 'accepted', recordingId: sessionId });
    const ended = await text(`${sessionId}/${PLAYLIST}`);
    expect(ended).toContain('#EXT-X-PLAYLIST-TYPE:VOD');
    expect(ended).toContain('#EXT-X-ENDLIST');
    expect(await to.follow(sessionId, signal)).toMatchObject({ state: 'completed' });
    await to.close();
  });

  it('finds what is there after a restart, also what came after the manifest, and never less', async () => {
    for (const form of ['cmaf', 'slices'] as const) {
      const to = driver(form);
      const { sessionId } = await to.open(meta('audio/ogg'), signal);
      const chunks = [
        first,
        ...Array.from({ length: 20 }, (_, at) => segment(3, at)),
        Buffer.concat([segment(1, 1), segment(2, 2)]),
      ];
      for (const [at, bytes] of chunks.entries()) await to.send(sessionId, chunk(at + 1, bytes), signal);
      const before = await text(`${sessionId}/${PLAYLIST}`);
      const later = driver(form);
      const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
      expect(await later.look(sessionId, signal)).toEqual({ status: 'open', chunks: 22, bytes, expected: 23 });
      expect(await later.send(sessionId, chunk(22, chunks[21] ?? first), signal)).toEqual({ type: 'stored' });
      expect(await later.send(sessionId, chunk(5, Buffer.from('other')), signal)).toMatchObject({ type: 'gone' });
      await later.send(sessionId, chunk(23, segment(5, 99)), signal);
      const after = await text(`${sessionId}/${PLAYLIST}`);
      if (form === 'cmaf') {
        expect(after.startsWith(before)).toBe(true);
        expect(after.match(/#EXTINF/g)).toHaveLength(23);
        // What slides along has the last 20 and knows how many came before.
        const live = await text(`${sessionId}/${LIVE_PLAYLIST}`);
        expect(live.match(/segment_\d+\.m4s/g)).toEqual(after.match(/segment_\d+\.m4s/g)?.slice(-20));
        expect(live).toContain('#EXT-X-MEDIA-SEQUENCE:3\n');
        expect(live).toContain('#EXT-X-MAP:URI="init.mp4"');
        expect(live).not.toMatch(/PLAYLIST-TYPE|ENDLIST/);
      }
      await later.finalize(sessionId, { chunks: 23, bytes: 0 }, meta('audio/ogg'), signal);
      if (form === 'cmaf') expect(await text(`${sessionId}/${LIVE_PLAYLIST}`)).toContain('#EXT-X-ENDLIST');
      const manifest = manifestSchema.parse(JSON.parse(await text(`${sessionId}/${MANIFEST}`)));
      expect(manifest).toMatchObject({ complete: true });
      const stored = manifest.chunks.flatMap(({ objects }) => objects.map(({ name }) => name));
      const joined = await Promise.all(stored.map((name) => reader.get(`${sessionId}/${name}`, signal)));
      expect(Buffer.concat(joined.map((part) => part ?? new Uint8Array(0)))).toEqual(
        Buffer.concat([...chunks, segment(5, 99)]),
      );
      await Promise.all([to.close(), later.close()]);
    }
  });

  it('finds what is there of a recording without any memory of it', async () => {
    const to = driver('cmaf');
    const about = meta('audio/mp4');
    expect(await to.find(about, 0, signal)).toBeUndefined();
    const { sessionId } = await to.open(about, signal);
    expect(await to.opened('key', about, signal)).toBe(sessionId);
    expect(await to.find(about, 0, signal)).toBeUndefined();
    const chunks = [chunk(1, first), chunk(2, segment(140, 1)), chunk(3, segment(140, 2))];
    for (const each of chunks) await to.send(sessionId, each, signal);
    const later = driver('cmaf');
    const found = await later.find(about, 0, signal);
    expect(found).toMatchObject({ type: 'session', session: { sessionId } });
    expect(found?.type === 'session' && found.chunks).toEqual(
      chunks.map(({ bytes, sha256 }) => ({ bytes: bytes.length, sha256 })),
    );
    expect(await later.opened('key', about, signal)).toBeUndefined();
    await Promise.all([to.close(), later.close()]);
  });

  it('counts no chunk of which an object is missing', async () => {
    const to = driver('cmaf');
    const { sessionId } = await to.open(meta('audio/mp4'), signal);
    await to.send(sessionId, chunk(1, first), signal);
    await to.send(sessionId, chunk(2, Buffer.concat([segment(1, 1), segment(1, 2)])), signal);
    await reader.remove(`${sessionId}/segment_000002.m4s`, signal);
    const later = driver('cmaf');
    expect(await later.look(sessionId, signal)).toMatchObject({ chunks: 1, expected: 2 });
    await Promise.all([to.close(), later.close()]);
  });

  it('says what is wrong with keys, bucket and address', async () => {
    const good = driver('cmaf');
    expect(await good.probe(signal)).toBe('Store takes objects in bucket recordings.');
    const none = (): Promise<string> => Promise.resolve('');
    const attempts = [
      [driver('cmaf', {}, none), 'UPLOAD_UNAUTHORIZED'],
      [driver('cmaf', { accessKeyId: 'nobody' }), 'UPLOAD_UNAUTHORIZED'],
      [driver('cmaf', {}, () => Promise.resolve('another key')), 'UPLOAD_UNAUTHORIZED'],
      [driver('cmaf', { bucket: 'nowhere' }), 'UPLOAD_REJECTED'],
      [driver('cmaf', { endpoint: 'http://127.0.0.1:9' }), 'UPLOAD_UNREACHABLE'],
    ] as const;
    for (const [to, code] of attempts) {
      await expect(to.probe(signal)).rejects.toMatchObject({ code });
      await to.close();
    }
    await good.close();
  });

  it('removes a session, and takes a whole file in parts', async () => {
    const to = driver('slices');
    const about = meta('audio/wav');
    const { sessionId } = await to.open(about, signal);
    await to.send(sessionId, chunk(1, Buffer.alloc(1000)), signal);
    await to.discard(sessionId, signal);
    expect(await reader.list(sessionId, signal)).toEqual([]);
    expect(await to.look(sessionId, signal)).toMatchObject({ status: 'gone' });
    const pieces = Array.from({ length: 150 }, (_, at) => Buffer.alloc(65_536, at));
    const file = wholeOf(Buffer.concat(pieces));
    const { recordingId: key } = await to.whole(file, about, signal);
    expect((await reader.head(key, signal))?.bytes).toBe(file.bytes);
    await to.close();
  });

  describe.each([
    ['compares it with its signature', () => store.endpoint],
    ['compares nothing, and says what it has', () => store.unguarded],
  ])('where what is sent arrives damaged at a store that %s', (_name, address) => {
    const bytes = Buffer.alloc(9 * 1024 * 1024, 'audio');
    let proxy: FaultProxy;
    let to: S3Driver;
    /** Which of the requests with a body arrive with another byte, from 1. */
    let spoiled: readonly number[];
    let sent: number;

    beforeEach(async () => {
      proxy = await FaultProxy.start(address());
      to = driver('slices', { endpoint: proxy.url });
      sent = 0;
      proxy.choose = ({ method }) => (method === 'PUT' && spoiled.includes((sent += 1)) ? 'wrong bytes' : undefined);
    });
    afterEach(async () => {
      await to.close();
      await proxy.close();
    });

    it('takes no damaged part of a whole file', async () => {
      const about = meta('audio/wav');
      spoiled = [2];
      await expect(to.whole(wholeOf(bytes), about, signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
      const { recordingId: key } = await to.whole(wholeOf(bytes), about, signal);
      expect(bytes.equals((await reader.get(key, signal)) ?? new Uint8Array(0))).toBe(true);
    });

    it('takes no damaged chunk', async () => {
      spoiled = [2];
      const { sessionId } = await to.open(meta('audio/wav'), signal);
      const one = chunk(1, Buffer.from('some audio'));
      await expect(to.send(sessionId, one, signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
      expect(await to.send(sessionId, one, signal)).toEqual({ type: 'stored' });
    });
  });

  it('calls nothing finished before its lists are', async () => {
    const proxy = await FaultProxy.start(store.unguarded);
    const to = driver('cmaf', { endpoint: proxy.url });
    const { sessionId } = await to.open(meta('audio/mp4'), signal);
    await to.send(sessionId, chunk(1, first), signal);
    const two = segment(3, 2);
    await to.send(sessionId, chunk(2, two), signal);
    proxy.choose = ({ method, path }) => (method === 'PUT' && path.includes(PLAYLIST) ? 'drop' : undefined);
    const totals = { chunks: 2, bytes: first.length + two.length };
    await expect(to.finalize(sessionId, totals, meta('audio/mp4'), signal)).rejects.toThrow();
    expect(await to.look(sessionId, signal)).toMatchObject({ status: 'open', chunks: 2 });
    proxy.choose = () => undefined;
    expect(await to.finalize(sessionId, totals, meta('audio/mp4'), signal)).toMatchObject({ type: 'accepted' });
    expect(await text(`${sessionId}/${PLAYLIST}`)).toContain('#EXT-X-ENDLIST');
    await to.close();
    await proxy.close();
  });

  it('learns whether the tags of a store are digests, also from what arrives damaged', async () => {
    const proxy = await FaultProxy.start(store.unguarded);
    const to = driver('slices', { endpoint: proxy.url });
    let sent = 0;
    proxy.choose = ({ method }) => (method === 'PUT' && (sent += 1) === 1 ? 'wrong bytes' : undefined);
    const bytes = Buffer.alloc(100_000, 'audio');
    const { recordingId: key } = await to.whole(wholeOf(bytes), meta('audio/wav'), signal);
    expect(sent).toBe(2);
    expect(bytes.equals((await reader.get(key, signal)) ?? new Uint8Array(0))).toBe(true);
    await to.close();
    await proxy.close();
  });
});

describe('the folder of a session', () => {
  it('is at the place that the pattern says, and climbs out of nothing', () => {
    const recording = { startedAt: 0, offsetMinutes: 0, id: recordingId('abcdefgh-1') };
    const at = (prefix: string, sourceName: string): string =>
      folderOf(prefix, { recording: { ...recording, sourceName } as UploadMeta['recording'], part: 2 });
    expect(at('../..//a/%d-%H', 'x')).toBe('a/01-00/19700101T000000Z-abcdefgh-part2');
    expect(at('{source}', '../x')).toBe('._x/19700101T000000Z-abcdefgh-part2');
  });
});

describe('segments of a chunk', () => {
  it('are told apart, and a broken chunk is refused', () => {
    const parts = segmentsOf(Buffer.concat([first, segment(2, 1), segment(3, 2)]));
    expect(parts.map(({ kind, samples }) => [kind, samples])).toEqual([
      ['init', 0],
      ['segment', 2048],
      ['segment', 3072],
    ]);
    expect(parts[0]?.timescale).toBe(RATE);
    for (const cut of [1, 7, 20, 60]) expect(() => segmentsOf(segment(2, 1).subarray(0, -cut))).toThrow(/broken/);
  });
  it('make a playlist of version 7', () => {
    const manifest = {
      version: 1,
      recording: 'r',
      source: 's',
      startedAt: 0,
      part: 1,
      mimeType: 'm',
      complete: false,
    } as const;
    expect(
      playlist({ ...manifest, chunks: [] })
        .split('\n')
        .slice(0, 4),
    ).toEqual(['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:4', '#EXT-X-MEDIA-SEQUENCE:0']);
  });
});
