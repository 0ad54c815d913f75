import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import { nodeFileSystem } from '../platform/nodeFileSystem.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { OpenFile } from '../../shared/ports/fileSystem.ts';
import { fileBody } from '../clips/mediaBody.ts';
import { createMediaResponder } from './mediaResponse.ts';

const ID = '1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d';
const URL_OF_ID = `longtake-media://recording/${ID}`;
const SIZE = 1_000_003;
const bytes = Uint8Array.from({ length: SIZE }, (_, index) => (index * 31) % 251);

let folder: string;
let path: string;
let open = 0;
let reads: number[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-media-'));
  path = join(folder, 'a.wav');
  await writeFile(path, bytes);
  open = 0;
  reads = [];
});
afterEach(async () => {
  expect(open).toBe(0);
  await rm(folder, { recursive: true });
});

const counted = async (name: string): Promise<OpenFile> => {
  const file = await nodeFileSystem.openForReading(name);
  open += 1;
  return {
    ...file,
    read: (position, length) => {
      reads.push(length);
      return file.read(position, length);
    },
    close: async () => {
      open -= 1;
      await file.close();
    },
  };
};

const respond = createMediaResponder({
  open: async (address) => {
    const [, id = ''] = /^recording\/([0-9a-f-]{36})$/.exec(address) ?? [];
    if (id !== ID) throw new LongtakeError(id.startsWith('c') ? 'CONFLICT' : 'NOT_FOUND', 'No.');
    const size = (await nodeFileSystem.stat(path))?.bytes;
    if (size === undefined) throw new LongtakeError('NOT_FOUND', 'Gone.');
    return fileBody({ openForReading: counted }, { path, size, mimeType: 'audio/wav' });
  },
  pageOrigin: 'longtake-app://studio',
  log: silentLog,
});

const get = (headers: Record<string, string> = {}, method = 'GET', url = URL_OF_ID) =>
  respond(new Request(url, { method, headers }));

const isExactly = async (response: Response, wanted: Uint8Array) =>
  Buffer.from(await response.arrayBuffer()).equals(wanted);

describe('createMediaResponder', () => {
  it('serves a whole file and says how long it is', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'access-control-allow-origin': 'longtake-app://studio',
      'content-length': String(SIZE),
      'content-type': 'audio/wav',
    });
    expect(await isExactly(response, bytes)).toBe(true);
    expect(Math.max(...reads)).toBeLessThanOrEqual(256 * 1024);
  });

  it('serves exactly the range that is asked for', async () => {
    const response = await get({ range: 'bytes=700000-' });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes 700000-${SIZE - 1}/${SIZE}`);
    expect(response.headers.get('content-length')).toBe(String(SIZE - 700_000));
    expect(await isExactly(response, bytes.subarray(700_000))).toBe(true);
  });

  it('says how long the file is when the range lies behind it', async () => {
    const response = await get({ range: `bytes=${SIZE}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${SIZE}`);
  });

  it('answers HEAD without reading', async () => {
    const response = await get({}, 'HEAD');
    expect(response.headers.get('content-length')).toBe(String(SIZE));
    expect(response.body).toBeNull();
    expect(reads).toEqual([]);
  });

  it('sends the whole file when the range is conditional', async () => {
    const response = await get({ range: 'bytes=1-2', 'if-range': '"x"' });
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('serves an empty file', async () => {
    await truncate(path, 0);
    const response = await get();
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '0']);
  });

  it('knows recordings by their ids and nothing else', async () => {
    const urls = [
      `longtake-media://recording/${ID}/../../../etc/passwd`,
      'longtake-media://recording/%2Fetc%2Fpasswd',
      `longtake-media://recording/${ID}/`,
      `longtake-media://recording//${ID}`,
      `longtake-media://files/${ID}`,
      'longtake-media://recording/00000000-0000-0000-0000-000000000000',
    ];
    for (const url of urls) expect((await get({}, 'GET', url)).status).toBe(404);
    expect((await get({}, 'GET', URL_OF_ID.replace(ID, `c${ID.slice(1)}`))).status).toBe(409);
    expect((await get({}, 'POST')).status).toBe(405);
  });

  it('reads only as far as the listener went', async () => {
    const response = await get();
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    expect(reads.length).toBeLessThanOrEqual(2);
  });

  it('closes the file once when the listener leaves in the middle of a read', async () => {
    const response = await get();
    const reader = response.body?.getReader();
    const reading = reader?.read();
    await reader?.cancel();
    await reading;
    expect(open).toBe(0);
  });

  it('breaks off when the file shrinks under it', async () => {
    const response = await get();
    await truncate(path, 300_000);
    await expect(response.arrayBuffer()).rejects.toThrow(/ended at byte 300000/);
  });

  it('says that a file is gone', async () => {
    await rm(path);
    expect((await get()).status).toBe(404);
    await writeFile(path, bytes);
  });
});
