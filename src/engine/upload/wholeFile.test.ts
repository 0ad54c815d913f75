import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultProxy } from '../../../test/support/faultProxy.ts';
import { makeRecording } from '../../../test/support/makeRecording.ts';
import { TARGET } from '../../../test/support/queueRig.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { startTestServer } from '../../../test/support/testServer.ts';
import { openWavHeader } from '../containers/wav.ts';
import { systemClock } from '../platform/systemClock.ts';
import { createDriver } from './createDriver.ts';
import { openQueue } from './database.ts';
import { TokenBucket } from './tokenBucket.ts';
import { UploadQueue } from './uploadQueue.ts';
import { UploadStore } from './uploadStore.ts';
import { wholeFile } from './wholeFile.ts';

const { signal } = new AbortController();
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-whole-file-'));
  path = join(folder, 'a.wav');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that is read to be sent', () => {
  const bytes = Buffer.alloc(300_000, 'audio');
  const file = () => {
    const pace = new TokenBucket(
      () => undefined,
      () => 0,
    );
    return wholeFile({ path, bytes: bytes.length, recording: makeRecording(), again: false }, pace, signal);
  };
  const read = async (during: () => Promise<void> = () => Promise.resolve()): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of file().read()) {
      if (pieces.length === 0) await during();
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  };

  test('comes with each byte, and has a digest', async () => {
    await writeFile(path, bytes);
    expect((await read()).equals(bytes)).toBe(true);
    expect(await file().digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('is none where it is changed, longer or shorter by then', async () => {
    const changes = [
      () => utimes(path, 1, 1),
      () => appendFile(path, 'more'),
      () => truncate(path, 200_000),
      () => rm(path).then(() => writeFile(path, bytes.subarray(1))),
    ];
    for (const change of changes.slice(0, 3)) {
      await writeFile(path, bytes);
      await expect(read(change)).rejects.toMatchObject({ code: 'DISK_ERROR' });
    }
    for (const change of changes.slice(1)) {
      await writeFile(path, bytes);
      await change();
      await expect(read()).rejects.toMatchObject({ code: 'DISK_ERROR' });
      await expect(file().digest()).rejects.toMatchObject({ code: 'DISK_ERROR' });
    }
  });
});

test('a whole file that arrives damaged is sent again until it is there as it is', async () => {
  const audio = Buffer.concat([
    openWavHeader({ sampleRate: 8000, channels: 1, bitDepth: 16 }),
    Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7) & 0xff)),
  ]);
  await writeFile(path, audio);
  const server = await startTestServer(join(folder, 'server'));
  const proxy = await FaultProxy.start(server.url);
  let tries = 0;
  proxy.choose = ({ path: asked }) => {
    if (!asked.endsWith('/upload')) return undefined;
    tries += 1;
    return tries <= 2 ? 'wrong bytes' : undefined;
  };
  const { connection } = openQueue(join(folder, 'uploads.db'), silentLog);
  const store = new UploadStore(
    connection,
    () => Date.now(),
    () => undefined,
  );
  const target = { id: TARGET, kind: 'longtake-server', name: 'Server', enabled: true, url: proxy.url } as const;
  const queue = new UploadQueue({
    store,
    clock: systemClock,
    log: silentLog,
    createDriver,
    openBody: () => Promise.reject(new Error('It goes as a whole.')),
    targets: () => [{ ...target, auth: 'token' }],
    secret: () => Promise.resolve(server.token),
    file: () => path,
    spoolFolder: () => join(folder, 'spool'),
    isPaused: () => false,
    bytesPerSecond: () => undefined,
    onTransfer: () => undefined,
  });
  const recording = makeRecording({ bytes: audio.length });
  queue.add(recording, [TARGET]);
  const entry = () => store.ofRecording(recording.id)[0];
  const id = entry()?.id;
  if (!id) throw new Error('There is no upload.');
  await queue.whole(id);
  queue.start();
  await expect.poll(() => entry()?.problem?.message).toMatch(/arrived damaged at Server/);
  expect(entry()).toMatchObject({ state: 'sending', safeBytes: 0, remoteId: undefined });
  await expect.poll(() => entry()?.state).toBe('done');
  expect(tries).toBe(3);
  const made = join(folder, 'server', 'recordings');
  const [only, ...others] = await readdir(made);
  expect(others).toEqual([]);
  const file = (await readdir(join(made, only ?? ''))).find((name) => name.endsWith('.wav')) ?? '';
  const kept = await readFile(join(made, only ?? '', file));
  // But for the header, which has true sizes there.
  expect(kept.subarray(-50_000).equals(audio.subarray(-50_000))).toBe(true);
  await queue.stop();
  store.close();
  await proxy.close();
  await server.close();
});
