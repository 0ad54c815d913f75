import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { WebhookMessage } from '../../src/engine/alarms/webhook.ts';
import { DEFAULT_SETTINGS } from '../../src/shared/domain/settings.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { TargetId } from '../../src/shared/units.ts';
import { TestStudio } from '../support/studio.ts';
import { startTestServer, type TestServer } from '../support/testServer.ts';
import { WebhookReceiver } from '../support/webhookReceiver.ts';

/** Keeps what it is told, one line each: its environment and its standard input. */
const SCRIPT = `let told = ''; process.stdin.on('data', (piece) => (told += piece)).on('end', () =>
  require('fs').appendFileSync(process.argv[1], JSON.stringify([process.env.LONGTAKE_EVENT, JSON.parse(told)]) + '\\n'));`;

describe('what happens is told to a webhook and to a script', () => {
  let folder: string;
  let server: TestServer;
  let receiver: WebhookReceiver;
  let studio: TestStudio;
  let recordings: readonly Recording[];

  const posted = (): readonly WebhookMessage[] =>
    receiver.messages.map(({ body }) => JSON.parse(body) as WebhookMessage);
  const ran = async (): Promise<readonly WebhookMessage[]> => {
    const text = await readFile(join(folder, 'told'), 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => {
      const [type, message] = JSON.parse(line) as [string, WebhookMessage];
      expect(message.type).toBe(type);
      return message;
    });
  };
  /** Both are told the same, the script in any order. */
  const bothHeard = async (type: WebhookMessage['type'], count: number): Promise<readonly WebhookMessage[]> => {
    const of = (messages: readonly WebhookMessage[]) => messages.filter((message) => message.type === type);
    const sorted = (messages: readonly WebhookMessage[]) => messages.map((one) => JSON.stringify(one)).toSorted();
    await expect.poll(() => of(posted()).length).toBeGreaterThanOrEqual(count);
    // While they are compared, more may come to the one and then to the other.
    const web = await vi.waitUntil(
      async () => {
        const [byScript, byWeb] = [of(await ran()), of(posted())];
        return isDeepStrictEqual(sorted(byScript), sorted(byWeb)) && byWeb;
      },
      { timeout: 120_000 },
    );
    for (const message of web) expect(message).toMatchObject({ host: hostname(), at: expect.any(Number) });
    return web;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-hooks-'));
    server = await startTestServer(join(folder, 'server'));
    receiver = await WebhookReceiver.start();
    studio = await TestStudio.start({
      settings: {
        alarms: { ...DEFAULT_SETTINGS.alarms, webhookUrl: receiver.url },
        hooks: { webhook: ['opened', 'closed', 'section', 'alarm', 'uploaded'] },
      },
    });
    const script = { program: process.execPath, args: ['-e', SCRIPT, join(folder, 'told')], timeoutSeconds: 120 };
    await writeFile(join(studio.folder, 'data', 'hooks.json'), JSON.stringify({ script }), { mode: 0o600 });
    const { handlers } = studio.studio;
    const common = { enabled: true, url: server.url, auth: 'token' as const, secret: server.token };
    const { target } = await handlers['targets.add']({ ...common, kind: 'longtake-server', name: 'Own' });
    const targets: TargetId[] = [target.id];
    const format = { sampleRate: 8000, bitDepth: 16, channels: 1 } as const;
    const id = await studio.addAndArm({
      kind: 'generator',
      name: 'Loud',
      programme: 'bursts',
      seed: 3,
      ...format,
      targets,
    });
    await studio.until('four recordings', () => studio.closed(id).length >= 4);
    await handlers['sources.disarm']({});
    recordings = studio.closed(id);
  });
  afterAll(async () => {
    await studio.dispose();
    await receiver.leave();
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('each recording, when it is opened and when it is closed', async () => {
    const opened = await bothHeard('opened', recordings.length);
    const closed = await bothHeard('closed', recordings.length);
    const ids = recordings.map(({ id }) => id).toSorted();
    expect(opened.map(({ recording }) => recording?.id).toSorted()).toEqual(ids);
    expect(closed.map(({ recording }) => recording?.id).toSorted()).toEqual(ids);
    for (const recording of recordings) {
      expect(opened).toContainEqual(
        expect.objectContaining({ recording: expect.objectContaining({ id: recording.id, state: 'recording' }) }),
      );
      const { id, path, sourceName, samples, bytes, state } = recording;
      expect(closed).toContainEqual(
        expect.objectContaining({
          recording: expect.objectContaining({ id, path, sourceName, samples, bytes, state }),
        }),
      );
    }
  });

  it('each section, once, when it grows no more', async () => {
    const [first] = await bothHeard('section', 1);
    expect(first?.section).toMatchObject({
      recordingId: expect.toBeOneOf(recordings.map(({ id }) => id)),
      sourceName: 'Loud',
      from: expect.any(Number),
      to: expect.any(Number),
      score: expect.any(Number),
    });
    const sections = posted().flatMap(({ section }) => (section ? [section] : []));
    for (const one of sections) {
      const others = sections.filter((other) => other !== one && other.recordingId === one.recordingId);
      expect(others.some((other) => other.from < one.to && one.from < other.to)).toBe(false);
    }
  });

  it('each upload, when the server has every byte', async () => {
    const uploaded = await bothHeard('uploaded', recordings.length);
    expect(uploaded.map(({ upload }) => upload?.recordingId).toSorted()).toEqual(
      recordings.map(({ id }) => id).toSorted(),
    );
    for (const { upload } of uploaded) {
      expect(upload).toMatchObject({ state: 'done', targetName: 'Own', sourceName: 'Loud' });
      expect(upload?.safeBytes).toBe(upload?.bytes);
    }
    const there = (await server.json('GET', '/api/v1/recordings')).body['recordings'];
    expect(there).toHaveLength(recordings.length);
  });

  it('and nothing of it is left open when the studio ends', async () => {
    const { handlers } = studio.studio;
    const status = async () => handlers['hooks.status']({});
    await expect.poll(status).toMatchObject({ webhook: { waiting: 0 }, script: { failures: 0 } });
    const data = join(studio.folder, 'data');
    expect(existsSync(join(data, 'uploads.db'))).toBe(true);
    await studio.studio.stop();
    expect((await readdir(data)).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  });
});
