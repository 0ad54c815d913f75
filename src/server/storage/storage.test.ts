import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Stand, startS3 } from '../../../test/support/s3Stand.ts';
import { Servers } from '../../../test/support/servers.ts';
import type { S3Config } from '../config/s3Config.ts';
import { DiskStorage } from './diskStorage.ts';
import { S3Storage } from './s3Storage.ts';
import type { Storage } from './storage.ts';

let folder: string;
let s3: S3Stand;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-storage-'));
  s3 = await startS3(join(folder, 's3'), 'recordings');
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

function bucket(): S3Config {
  const { url: endpoint, bucket: name, credentials } = s3;
  return { endpoint, bucket: name, credentials, region: 'us-east-1', prefix: 'below/this', pathStyle: true };
}

const makers: readonly (readonly [string, () => Storage])[] = [
  ['a disk', () => new DiskStorage(join(folder, 'disk'))],
  ['a bucket', () => new S3Storage(bucket(), join(folder, 'spool'))],
];

async function bytesOf(storage: Storage, key: string, from = 0, to = Infinity): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of storage.read(key, from, to)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function put(storage: Storage, key: string, text: string, mayReplace: boolean): Promise<string> {
  const incoming = await storage.receive(key);
  await incoming.write([Buffer.from(text.slice(0, 2)), Buffer.from(text.slice(2))]);
  const outcome = await incoming.publish(key, mayReplace);
  await incoming.discard();
  return outcome;
}

describe.each(makers)('a storage on %s', (_name, make) => {
  it('keeps what was published, and replaces it only when told to', async () => {
    const storage = make();
    expect(await put(storage, 'a/one.bin', 'first', false)).toBe('published');
    expect(await put(storage, 'a/one.bin', 'other', false)).toBe('taken');
    expect(await bytesOf(storage, 'a/one.bin')).toBe('first');
    expect(await put(storage, 'a/one.bin', 'other', true)).toBe('published');
    expect(await bytesOf(storage, 'a/one.bin')).toBe('other');
    expect(await bytesOf(storage, 'a/one.bin', 1, 3)).toBe('th');
    expect(await bytesOf(storage, 'a/one.bin', 3)).toBe('er');
    expect(await storage.stat('a/one.bin')).toMatchObject({ key: 'a/one.bin', bytes: 5 });
    await storage.close();
  });

  it('lists, and forgets what is removed', async () => {
    const storage = make();
    await storage.writeText('b/x/text.json', '{}');
    await put(storage, 'b/y/chunk-000001.bin', 'bytes', false);
    const keys: string[] = [];
    for await (const { key } of storage.list('b/')) keys.push(key);
    expect(keys.toSorted()).toEqual(['b/x/text.json', 'b/y/chunk-000001.bin']);
    expect((await storage.folders('b/')).toSorted()).toEqual(['x', 'y']);
    expect(await storage.readText('b/x/text.json')).toBe('{}');
    await storage.remove('b/x/text.json');
    await storage.remove('b/x/text.json');
    expect(await storage.readText('b/x/text.json')).toBeUndefined();
    await storage.removeAll('b/');
    await storage.removeAll('b/');
    expect(await storage.stat('b/y/chunk-000001.bin')).toBeUndefined();
    await expect(bytesOf(storage, 'b/y/chunk-000001.bin')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await storage.close();
  });

  it('shows nothing of what was not published', async () => {
    const storage = make();
    const incoming = await storage.receive('c/one.bin');
    await incoming.write([Buffer.from('half')]);
    expect(await storage.stat('c/one.bin')).toBeUndefined();
    await incoming.discard();
    const keys: string[] = [];
    for await (const { key } of storage.list('c/')) keys.push(key);
    expect(keys).toEqual([]);
    await storage.close();
  });
});

describe('a storage on a bucket', () => {
  it('keeps what is larger than one part', async () => {
    const storage = makers[1]?.[1]();
    if (!storage) throw new Error('There is no second storage.');
    const block = Buffer.alloc(11 * 1024 * 1024, 'x');
    const incoming = await storage.receive('large.bin');
    for (let count = 0; count < 4; count += 1) await incoming.write([block]);
    await incoming.publish('large.bin', true);
    await incoming.discard();
    expect(await storage.stat('large.bin')).toMatchObject({ bytes: 4 * block.length });
    expect(await bytesOf(storage, 'large.bin', 33 * 1024 * 1024, 33 * 1024 * 1024 + 3)).toBe('xxx');
    await storage.close();
  });
});

describe('a storage on a bucket whose store hangs', () => {
  const BEGINNING = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{';
  const hangs: readonly (readonly [string, (socket: Socket) => unknown])[] = [
    ['says nothing', () => undefined],
    ['stops in the middle of its answer', (socket) => socket.once('data', () => socket.write(BEGINNING))],
  ];

  it.each(hangs)('waits no longer where it %s', async (_name, hang) => {
    const servers = new Servers();
    const config = { ...bucket(), endpoint: `http://127.0.0.1:${await servers.listen(createServer(hang))}` };
    const storage = new S3Storage(config, join(folder, 'spool'), { connectMs: 300, idleMs: 300 });
    const waits = [
      storage.readText('a.json'),
      bytesOf(storage, 'a.bin'),
      storage.writeText('b.json', '{}').then(() => storage.readText('b.json')),
      put(storage, 'c.bin', 'chunk', true).then(() => storage.readText('c.bin')),
    ];
    for (const wait of await Promise.allSettled(waits)) expect(wait).toMatchObject({ status: 'rejected' });
    await storage.close();
    await servers.close();
  });
});

describe('a storage on a disk', () => {
  it('takes no key that leads out of it', async () => {
    const storage = new DiskStorage(join(folder, 'inner'));
    await expect(storage.writeText('../outside.json', '{}')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(storage.readText('/etc/hostname')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
