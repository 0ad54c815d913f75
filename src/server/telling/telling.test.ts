import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MailServer } from '../../../test/support/mailServer.ts';
import { uploadRecording } from '../../../test/support/serverRecording.ts';
import { startTestServer, type TestServer } from '../../../test/support/testServer.ts';
import { WebhookReceiver } from '../../../test/support/webhookReceiver.ts';

const MINUTE_MS = 60_000;

let folder: string;
let hook: WebhookReceiver;
let mail: MailServer;
let server: TestServer;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-03-01T12:00:00Z');
  folder = await mkdtemp(join(tmpdir(), 'longtake-telling-'));
  [hook, mail] = await Promise.all([WebhookReceiver.start(), MailServer.start()]);
});
afterEach(async () => {
  await server.close();
  await Promise.all([hook.leave(), mail.close()]);
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  const settings = {
    LONGTAKE_SERVER_PUBLIC_URL: 'https://audio.example.org',
    LONGTAKE_SERVER_WEBHOOK_URL: hook.url,
    LONGTAKE_SERVER_WEBHOOK_SECRET: 'quiet',
    LONGTAKE_SERVER_SMTP_URL: mail.url,
    LONGTAKE_SERVER_MAIL_FROM: 'Hut <hut@example.org>',
    RECORDING_EXPIRATION_DAYS: '30',
  };
  server = await startTestServer(folder, { ...settings, ...env }, { now: () => now });
}

interface Told {
  readonly type: string;
  readonly recording_id: number | null;
}

const told = (): readonly Told[] => hook.messages.map(({ body }) => JSON.parse(body) as Told);
const types = (): readonly string[] => told().map(({ type }) => type);
const plainText = (text: string): string => text.replaceAll('=\r\n', '');

/** What is due by now is tried; anything that happens makes the server look. */
async function look(): Promise<void> {
  await server.open({ mime_type: 'audio/wav' });
}

describe('what the server tells', () => {
  it('goes by webhook, signed with its time, and to the owner by mail', async () => {
    await start();
    const id = await uploadRecording(server, { email: 'ada@example.org', title: 'Dawn chorus' });
    await expect.poll(types).toEqual(['session.opened', 'session.finalized', 'recording.ready']);
    const [ready] = hook.messages.slice(-1);
    expect(JSON.parse(ready?.body ?? '')).toMatchObject({
      type: 'recording.ready',
      owner: 'ada@example.org',
      recording_id: id,
      recording: {
        title: 'Dawn chorus',
        status: 'COMPLETED',
        bytes: 16_044,
        duration_ms: 1000,
        link: `https://audio.example.org/recordings/${id}`,
        expires_at: '2026-03-31T12:00:00.000Z',
      },
    });
    const timestamp = String(ready?.headers['x-longtake-timestamp']);
    expect(Number(timestamp) * 1000).toBe(now);
    expect(ready?.headers['x-longtake-signature']).toBe(
      `sha256=${createHmac('sha256', 'quiet').update(`${timestamp}.${ready?.body}`).digest('hex')}`,
    );
    await expect.poll(() => mail.mails.length).toBe(1);
    const letter = plainText(mail.mails[0] ?? '');
    for (const part of [
      'From: Hut <hut@example.org>',
      'To: ada@example.org',
      'Subject: Recording ready: Dawn chorus',
      'Length: 0:00:01',
      'It is kept until 2026-03-31 12:00 UTC',
      `https://audio.example.org/recordings/${id}`,
    ]) {
      expect(letter).toContain(part);
    }
  });

  it('tells why a recording failed', async () => {
    await start();
    await uploadRecording(server, { email: 'ada@example.org', title: 'Night', audio: Buffer.from('noise') });
    await expect.poll(() => types().at(-1)).toBe('recording.failed');
    await expect.poll(() => mail.mails.length).toBe(1);
    expect(plainText(mail.mails[0] ?? '')).toMatch(/Reason: \S+/);
  });

  it('waits longer with every try, over a restart, and gives up after days', async () => {
    await hook.leave();
    await start({ LONGTAKE_SERVER_SMTP_URL: '' });
    await look();
    const waiting = async () => (await server.json('GET', '/api/v1/outbox')).body;
    const nextIn = async () => ((await server.server.context.database.deliveries.nextAt()) ?? 0) - now;
    await expect.poll(waiting).toMatchObject({ waiting: 1, dead: 0 });
    // Longer than 10 s is only how long a try has that is under way.
    const isPutOff = async (least: number, most: number) => (await nextIn()) >= least && (await nextIn()) <= most;
    await expect.poll(() => isPutOff(8000, 10_000)).toBe(true);
    await server.close();
    now += 10_000;
    await start({ LONGTAKE_SERVER_SMTP_URL: '' });
    await expect.poll(() => isPutOff(16_000, 20_000)).toBe(true);
    await server.close();

    now += 6 * 24 * 60 * MINUTE_MS;
    await start({ LONGTAKE_SERVER_SMTP_URL: '' });
    await expect.poll(waiting).toMatchObject({ waiting: 0, dead: 1 });
    const [letter] = (await waiting())['dead_letters'] as readonly { id: string; problem: string }[];
    expect(letter?.problem).toMatch(/could not be reached/);

    await hook.listen();
    const again = await server.json('POST', `/api/v1/outbox/${letter?.id}/retry`);
    expect(again.status).toBe(202);
    await expect.poll(types).toEqual(['session.opened']);
    expect(hook.messages[0]?.headers['x-longtake-delivery']).toBe(letter?.id);
  });

  it('shows its messages to an admin alone', async () => {
    await start();
    const headers = { authorization: `Bearer ${await server.addUser('ada@example.org')}` };
    expect((await server.request('GET', '/api/v1/outbox', { headers })).status).toBe(403);
  });

  it('sends a mail again that was put off, and none that was refused for good', async () => {
    await start({ LONGTAKE_SERVER_WEBHOOK_URL: '' });
    mail.answers.push(450);
    await uploadRecording(server, { email: 'ada@example.org', title: 'Dawn' });
    await expect.poll(() => mail.answers.length).toBe(0);
    await expect.poll(() => server.server.context.database.deliveries.nextAt()).toBeLessThan(now + MINUTE_MS);
    expect(mail.mails).toEqual([]);
    now += MINUTE_MS;
    await look();
    await expect.poll(() => mail.mails.length).toBe(1);
    mail.answers.push(550);
    await uploadRecording(server, { email: 'bob@example.org', title: 'Dusk' });
    await expect.poll(async () => (await server.json('GET', '/api/v1/outbox')).body['dead']).toBe(1);
  });
});

describe('storage events', () => {
  const env = { RECORDING_STORAGE_EVENT_ENABLE: 'true', RECORDING_STORAGE_EVENT_TOKEN: 'store-secret' };
  const hookPath = '/api/v1/recordings/storage-hook';
  const event = (key: string): string =>
    JSON.stringify({ Records: [{ s3: { bucket: { name: 'audio' }, object: { key } } }] });
  const post = (body: string, token = 'store-secret') =>
    server.request('POST', hookPath, {
      body,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });

  it('let messages about a recording go, once', async () => {
    await start(env);
    const id = await uploadRecording(server, { email: 'ada@example.org', title: 'Dawn' });
    await expect.poll(types).toEqual(['session.opened', 'session.finalized']);
    expect(mail.mails).toEqual([]);
    const key = encodeURIComponent(`prefix/recordings/${id}/audio.wav`);
    expect(await post(event(key))).toMatchObject({ status: 200, body: { message: 'Event processed.' } });
    await expect.poll(() => types().at(-1)).toBe('recording.ready');
    await expect.poll(() => mail.mails.length).toBe(1);
    expect(await post(event(key))).toMatchObject({ status: 200, body: { message: 'Event was processed before.' } });
  });

  it('are not waited for without end', async () => {
    await start(env);
    const id = await uploadRecording(server, { email: 'ada@example.org', title: 'Dawn' });
    const status = async (): Promise<unknown> =>
      (await server.json('GET', `/api/v1/recordings/${id}/status`)).body['status'];
    await expect.poll(status).toBe('COMPLETED');
    await expect.poll(types).toEqual(['session.opened', 'session.finalized']);
    now += 61 * MINUTE_MS;
    await look();
    await expect.poll(types).toContain('recording.ready');
  });

  it('are refused without the token, for what is unknown, and where they are switched off', async () => {
    await start(env);
    expect((await post(event('recordings/1/audio.wav'), 'guess')).status).toBe(401);
    expect((await post(event('recordings/999/audio.wav'))).status).toBe(404);
    expect((await post('{"Records":"none"}')).status).toBe(400);
    expect(await post(event('elsewhere/1/picture.png'))).toMatchObject({
      status: 200,
      body: { message: 'Event ignored.' },
    });
    await server.close();
    await start();
    expect((await post(event('recordings/1/audio.wav'))).status).toBe(404);
  });
});
