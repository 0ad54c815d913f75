import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TargetDraft } from '../../src/shared/domain/target.ts';
import type { Upload } from '../../src/shared/domain/upload.ts';
import { decode } from '../support/ffmpeg.ts';
import { TestStudio } from '../support/studio.ts';
import { startTestServer, type TestServer } from '../support/testServer.ts';

let folder = '';
let server: TestServer;
let studio: TestStudio;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-uploads-'));
  server = await startTestServer(join(folder, 'server'));
  studio = await TestStudio.start();
});

afterAll(async () => {
  await studio.dispose();
  await server.close();
  await rm(folder, { recursive: true });
});

const common = () => ({ enabled: true, url: server.url, auth: 'token' as const, secret: server.token });
const drafts = (): readonly TargetDraft[] => [
  { ...common(), kind: 'longtake-server', name: 'Own', title: '{source} for Longtake' },
  { ...common(), kind: 'speakr', name: 'Speakr', flacAs: 'wav', chunkSeconds: 10 },
];

test('what is recorded is on both servers, sample for sample', async () => {
  const { handlers } = studio.studio;
  const targets = [];
  for (const draft of drafts()) {
    expect((await handlers['targets.probe']({ draft })).message).toContain('accepts');
    targets.push((await handlers['targets.add'](draft)).target.id);
  }
  const seen = new Map<string, Upload>();
  studio.studio.onEvent((name, payload) => {
    if (name !== 'uploads.changed' || !('uploads' in payload)) return;
    for (const upload of payload.uploads) seen.set(upload.id, upload);
  });
  const signal = {
    kind: 'generator',
    programme: 'mixed',
    sampleRate: 48_000,
    bitDepth: 16,
    channels: 2,
    targets,
  } as const;
  const ids = await Promise.all([
    studio.addAndArm({ ...signal, name: 'Plain', seed: 1 }),
    studio.addAndArm({ ...signal, name: 'Packed', seed: 2, container: 'flac' }),
  ]);
  await studio.until('a recording of each', () => ids.every((id) => studio.closed(id).length > 0));
  await handlers['sources.disarm']({});
  const recordings = ids.flatMap((id) => studio.closed(id));
  await studio.until('all uploads done', () => {
    const uploads = [...seen.values()];
    return uploads.length === 2 * recordings.length && uploads.every(({ state }) => state === 'done');
  });

  const uploads = [...seen.values()];
  for (const { targetName, digests, safeBytes, bytes, problem } of uploads) {
    expect(problem).toBeUndefined();
    expect(safeBytes).toBe(bytes);
    expect(digests).toBe(targetName === 'Own');
  }
  const answer = await server.json('GET', '/api/v1/recordings');
  const received = answer.body['recordings'] as readonly { id: number; title: string; status: string }[];
  expect(received).toHaveLength(uploads.length);
  const there = await Promise.all(received.map(({ id }) => received16(id)));
  const here = await Promise.all(recordings.map(async (recording) => (await decode(studio.file(recording))).pcm));
  for (const pcm of here) expect(there.filter((other) => other.equals(pcm))).toHaveLength(2);
  expect(received.map(({ title }) => title)).toContain('Plain for Longtake');
});

async function received16(id: number): Promise<Buffer> {
  const path = join(folder, `${id}`);
  const answer = await fetch(`${server.url}/api/v1/recordings/${id}/download`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  await writeFile(path, Buffer.from(await answer.arrayBuffer()));
  return (await decode(path)).pcm;
}
