import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEntry } from '../../scripts/testing/build-entry.mjs';
import { targetSecretKey } from '../../src/engine/studio/uploads/targets.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/domain/settings.ts';
import type { SourceConfig } from '../../src/shared/domain/source.ts';
import type { Upload } from '../../src/shared/domain/upload.ts';
import { sourceId, targetId } from '../../src/shared/units.ts';
import { StudioProcess } from '../chaos/studioProcess.ts';
import { decode } from '../support/ffmpeg.ts';
import { SessionServerProcess } from '../support/sessionServer.ts';

const TARGET = targetId('0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e0001');
const SOURCES = ['6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11', '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d12'].map(sourceId);
const WAIT_MS = 120_000;

let folder = '';
let server: SessionServerProcess;
let studio: StudioProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-uploads-'));
  server = await SessionServerProcess.start();
  const sources = SOURCES.map((id, index): SourceConfig => ({
    id,
    kind: 'generator',
    name: `Source ${index + 1}`,
    programme: 'mixed',
    seed: index,
    sampleRate: 48_000,
    bitDepth: 16,
    channels: 2,
    container: index === 0 ? 'wav' : 'flac',
    targets: [TARGET],
  }));
  studio = new StudioProcess(await buildEntry('uploadsHost', 'test/chaos/hostProcess.ts'), {
    folder,
    programs: resolve('out/main'),
    env: {},
    secrets: { [targetSecretKey(TARGET)]: server.token },
    state: {
      settings: { ...DEFAULT_SETTINGS, splitSeconds: 5, recordingsFolder: join(folder, 'recordings') },
      sources,
      armed: SOURCES,
      targets: [
        {
          id: TARGET,
          kind: 'longtake-server',
          name: 'Server',
          enabled: true,
          url: server.url,
          auth: 'token',
          chunkSeconds: 1,
        },
      ],
    },
  });
});

afterAll(async () => {
  await studio?.dispose();
  await server?.remove();
  await rm(folder, { recursive: true, force: true });
});

const uploads = (): Upload[] => [...studio.uploads.values()];
const ofSource = (index: number): Upload[] => uploads().filter(({ sourceId: id }) => id === SOURCES[index]);

/** Some audio of each source is there that was not there before. */
async function moreIsSafe(what: string): Promise<void> {
  const safe = (index: number): number => ofSource(index).reduce((total, { safeBytes }) => total + safeBytes, 0);
  const before = SOURCES.map((_, index) => safe(index));
  await studio.until(what, () => SOURCES.every((_, index) => safe(index) > (before[index] ?? 0) + 50_000), WAIT_MS);
}

test('what is recorded is at the server once and whole, whoever is killed', async () => {
  await studio.start();
  await moreIsSafe('audio is safe while it is recorded');

  await server.kill();
  await studio.until('the server is missed', () => uploads().some(({ problem }) => problem !== undefined), WAIT_MS);
  await server.start();
  await moreIsSafe('the server has the rest');

  await studio.killMain();
  await studio.start();
  await moreIsSafe('it goes on after main was killed');
  expect((await studio.request('uploads.recovered', {})).length).toBeGreaterThan(0);

  await studio.request('sources.disarm', {});
  const listed = await studio.request('uploads.list', { limit: 500 });
  const now = (upload: Upload): Upload => studio.uploads.get(upload.id) ?? upload;
  await studio.until('everything is done', () => listed.every((upload) => now(upload).state === 'done'), WAIT_MS);
  expect(listed.length).toBeGreaterThanOrEqual(4);

  const answers = await Promise.all(
    listed.map(now).map(async (upload) => {
      const recording = await studio.request('library.recording', { id: upload.recordingId });
      const id = /\/recordings\/([^/]+)/.exec(upload.link ?? '')?.[1];
      const answer = await server.fetch(`/api/v1/recordings/${id}/download`);
      expect(answer.status).toBe(200);
      const received = join(folder, `received-${upload.id}.${recording.container}`);
      await writeFile(received, Buffer.from(await answer.arrayBuffer()));
      const [here, there] = await Promise.all([decode(join(recording.root, recording.path)), decode(received)]);
      expect(there.complaints).toBe('');
      expect(there.pcm.equals(here.pcm), upload.path).toBe(true);
      return here.pcm.length;
    }),
  );
  expect(Math.min(...answers)).toBeGreaterThan(0);
  // Nothing was sent twice, and nothing that was recorded was left out.
  const { recordings } = (await (await server.fetch('/api/v1/recordings')).json()) as { recordings: unknown[] };
  expect(recordings).toHaveLength(listed.length);
  expect(new Set(listed.map(({ recordingId }) => recordingId)).size).toBe(listed.length);
});
