import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneSecondOfWav } from '../../../test/support/openWav.ts';
import { type S3Stand, startS3 } from '../../../test/support/s3Stand.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';

let folder: string;
let s3: S3Stand;
let server: TestServer;

const start = async (): Promise<void> => {
  server = await startTestServer(join(folder, 'data'), {
    LONGTAKE_SERVER_STORAGE: 's3',
    LONGTAKE_SERVER_S3_ENDPOINT: s3.url,
    LONGTAKE_SERVER_S3_BUCKET: s3.bucket,
    LONGTAKE_SERVER_S3_PREFIX: 'server',
    LONGTAKE_SERVER_S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    LONGTAKE_SERVER_S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-bucket-'));
  s3 = await startS3(join(folder, 's3'), 'recordings');
  await start();
});
afterAll(async () => {
  await server.close();
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a server over a bucket', () => {
  it('keeps sessions and recordings there, and has them again without its database', async () => {
    const wav = oneSecondOfWav();
    const id = await server.open({ mime_type: 'audio/wav', title: 'In a bucket' });
    expect((await server.chunk(id, 1, wav)).status).toBe(204);
    expect((await server.chunk(id, 1, wav)).status).toBe(409);
    await server.close();
    for (const name of await readdir(join(folder, 'data'))) {
      if (name.startsWith('server.db')) await rm(join(folder, 'data', name));
    }
    await start();
    expect((await server.json('GET', `/upload/session/${id}`)).body).toMatchObject({
      chunk_count: 1,
      title: 'In a bucket',
    });
    expect((await server.chunk(id, 2, wav.subarray(44))).status).toBe(204);
    const { body } = await server.json('POST', `/upload/session/${id}/finalize`, { chunk_count: 2 });
    const path = `/api/v1/recordings/${String(body['recording_id'])}`;
    await expect
      .poll(async () => (await server.json('GET', path)).body)
      .toMatchObject({ status: 'COMPLETED', duration: 2, title: 'In a bucket' });
    const part = await server.request('GET', `${path}/download`, { headers: { range: 'bytes=40-43' } });
    expect(part).toMatchObject({ status: 206, headers: { 'content-length': '4' } });
    expect(Buffer.from(part.text, 'latin1').length).toBeGreaterThan(0);
    expect((await server.request('DELETE', path)).status).toBe(204);
    expect(await server.server.context.storage.folders('recordings/')).toEqual([]);
    expect(await server.server.context.storage.folders('_sessions/')).toEqual([]);
  });
});
