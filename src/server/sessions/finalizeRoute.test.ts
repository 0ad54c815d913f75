import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { oneSecondOfWav } from '../../../test/support/openWav.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import type { Storage } from '../storage/storage.ts';

let folder: string;
let server: TestServer;
/** Holds up the file beside the chunks, once it says that the session is being finalized. */
let hold: (() => Promise<void>) | undefined;
/** No file of a recording can be begun. */
let isFull = false;
let ahead = 0;

const patience = { timeout: 60_000 };
const noSpace = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-finalize-'));
  const storage = (own: Storage): Storage =>
    new Proxy(own, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'receive') {
          return async (key: string) => {
            if (isFull && key.includes('/audio.')) throw noSpace();
            return target.receive(key);
          };
        }
        if (name !== 'writeText') return value.bind(target) as unknown;
        return async (key: string, text: string) => {
          if (key.endsWith('session.json') && text.includes('"finalizing"')) await hold?.();
          await target.writeText(key, text);
        };
      },
    });
  const now = (): number => Date.now() + ahead;
  server = await startTestServer(folder, {}, { now, around: { storage, database: (own) => own } });
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('answers, and leaves no folder, however late the file beside the chunks is written', async () => {
  const id = await server.open({ mime_type: 'audio/wav' });
  expect((await server.chunk(id, 1, oneSecondOfWav())).status).toBe(204);
  // Workers of this process and of others look for jobs by themselves.
  hold = () =>
    expect.poll(async () => (await server.json('GET', `/upload/session/${id}`)).body['status']).toBe('finalized');
  const answer = await server.json('POST', `/upload/session/${id}/finalize`, {});
  expect(answer.status).toBe(202);
  await expect.poll(() => readdir(join(folder, '_sessions'))).toEqual([]);
});

it('says that the disk is full, and goes on once it is not', async () => {
  const id = await server.open({ mime_type: 'audio/wav' });
  await server.chunk(id, 1, oneSecondOfWav());
  hold = () => Promise.reject(noSpace());
  const refused = await server.json('POST', `/upload/session/${id}/finalize`, {});
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '60' }, body: { code: 'disk_full' } });
  hold = undefined;
  expect((await server.json('POST', `/upload/session/${id}/finalize`, {})).status).toBe(202);
});

it('tells its owner why a recording waits and what to do, until it is made', async () => {
  isFull = true;
  const id = await server.open({ mime_type: 'audio/wav', title: 'Full' });
  await server.chunk(id, 1, oneSecondOfWav());
  const { body } = await server.json('POST', `/upload/session/${id}/finalize`, {});
  const recording = `/api/v1/recordings/${String(body['recording_id'])}`;
  const said = expect.stringMatching(/disk .* is full. Make room/);
  await expect
    .poll(async () => (await server.json('GET', `${recording}/status`)).body, patience)
    .toMatchObject({ status: 'STITCHING', error_message: null, warning: said });
  expect((await server.json('GET', recording)).body).toMatchObject({ status: 'STITCHING', warning: said });
  expect((await server.json('GET', '/api/v1/recordings')).text).toContain('is full. Make room');
  expect((await server.json('GET', `/upload/session/${id}`)).body).toMatchObject({
    status: 'finalizing',
    warning: said,
  });
  const lists = (await server.request('GET', '/page/lists')).text;
  const listed = new RegExp(`data-session="${id}".*?</li>`, 's').exec(lists)?.[0];
  expect(listed).toContain('is full. Make room');
  const page = await server.request('GET', `/recordings/${String(body['recording_id'])}`);
  expect(page.text).toContain('is full. Make room');
  isFull = false;
  ahead += 600_000;
  await expect
    .poll(async () => (await server.json('GET', `${recording}/status`)).body['status'], patience)
    .toBe('COMPLETED');
  expect((await server.json('GET', `${recording}/status`)).body).not.toHaveProperty('warning');
  expect(
    await readFile(join(folder, 'recordings', String(body['recording_id']), 'recording.json'), 'utf8'),
  ).not.toContain('waiting');
});

it.each([0, 1])('waits where ffmpeg has no room for the end of its file, and ends with %i', async (exit) => {
  const mp4 = join(folder, `a-${exit}.mp4`);
  const fragments = ['-c:a', 'aac', '-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-y', mp4];
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'sine=duration=1', ...fragments]);
  const full = join(folder, `full-${exit}`);
  const program = join(folder, `ffmpeg-${exit}`);
  const told = '[out#0/mp4 @ 0x55e0] Error writing trailer: No space left on device\nConversion failed!';
  await writeFile(full, '');
  await writeFile(
    program,
    `#!/bin/sh
if [ -e '${full}' ]; then
  for output; do :; done
  echo half > "$output"
  echo '${told}' >&2
  exit ${exit}
fi
exec ffmpeg "$@"
`,
    { mode: 0o700 },
  );
  vi.stubEnv('LONGTAKE_FFMPEG', program);
  const id = await server.open({ mime_type: 'audio/mp4' });
  await server.chunk(id, 1, await readFile(mp4));
  const { body } = await server.json('POST', `/upload/session/${id}/finalize`, {});
  const recording = `/api/v1/recordings/${String(body['recording_id'])}`;
  await expect
    .poll(async () => (await server.json('GET', recording)).body, patience)
    .toMatchObject({ status: 'STITCHING', warning: expect.stringMatching(/disk .* is full. Make room/) });
  expect(await readdir(join(folder, '_sessions', id))).toContain('chunk-000001.bin');
  await expect.poll(() => readdir(join(folder, 'work')), patience).toEqual([]);
  await rm(full);
  ahead += 600_000;
  await expect
    .poll(async () => (await server.json('GET', recording)).body, patience)
    .toMatchObject({ status: 'COMPLETED', duration: expect.closeTo(1, 0) as unknown });
});
