import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../../test/support/silentLog.ts';
import type { EventName } from '../../../shared/contract/events.ts';
import type { Source } from '../../../shared/contract/requests.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';
import { recordingId, sourceId } from '../../../shared/units.ts';
import type { Studio } from '../studio.ts';
import { AutomationAccess, type Environment } from './access.ts';
import { AutomationFace } from './face.ts';
import { isOwnHost, isSameOrigin } from './hosts.ts';

const ID = sourceId('1b7c1b0e-6d0f-4d8c-9f3e-0d3c5a1b2c3d');
const TOKEN = 'a-token-of-the-environment';

function memorySecrets(): Secrets {
  const kept = new Map<string, string>();
  return {
    protection: 'memory',
    get: async (key) => kept.get(key),
    set: async (key, secret) => void kept.set(key, secret),
    delete: async (key) => void kept.delete(key),
  };
}

/** A studio that notes what it is asked. */
function standIn() {
  const asked: [string, unknown][] = [];
  const listeners = new Set<(name: EventName, payload: never) => void>();
  const source: Source = {
    config: {
      id: ID,
      name: 'Hut',
      kind: 'generator',
      programme: 'tone',
      seed: 1,
      sampleRate: 48_000,
      bitDepth: 16,
      channels: 1,
    },
    status: { sourceId: ID, state: 'disarmed', since: 0 },
    hasPassword: false,
  };
  const state = { status: source.status };
  const answers: Record<string, unknown> = {
    'app.info': { version: '0.1.0' },
    'alarms.active': [],
    'hooks.status': { webhook: { waiting: 2 } },
    'storage.get': { recordingsFolder: '/music', freeBytes: 5e9 },
    'uploads.transfers': [],
    'markers.add': { id: 'x' },
  };
  const handlers = new Proxy({} as Studio['handlers'], {
    get: (_, name: string) => async (input: unknown) => {
      if (name === 'sources.list') return [{ ...source, status: state.status }];
      asked.push([name, input]);
      return answers[name];
    },
  });
  const studio: Pick<Studio, 'handlers' | 'onEvent'> = {
    handlers,
    onEvent: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const emit = (name: EventName, payload: unknown): void => {
    for (const listener of listeners) listener(name, payload as never);
  };
  return { studio, asked, emit, state, source, listeners };
}

let face: AutomationFace | undefined;
afterEach(() => face?.close());

async function open(env: Environment = { LONGTAKE_API_TOKEN: TOKEN, LONGTAKE_API_PORT: '0' }) {
  const rig = standIn();
  const secrets = memorySecrets();
  const access = new AutomationAccess(secrets, env);
  const told: string[] = [];
  face = new AutomationFace({
    studio: rig.studio,
    access,
    settings: () => undefined,
    version: '0.1.0',
    log: silentLog,
    tell: (message) => told.push(message),
    env,
  });
  await face.follow();
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${face?.address ?? ''}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      text,
      body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  };
  return { ...rig, access, secrets, told, ask };
}

describe('the automation API', () => {
  it.each([
    [{ LONGTAKE_API_TOKEN: 'short' }, /takes 16 to 500 characters/],
    [{ LONGTAKE_API_TOKEN_FILE: '/nowhere/token' }, /\/nowhere\/token.*ENOENT/],
    [{ LONGTAKE_API_TOKEN: TOKEN }, /^$/],
    [{}, /^$/],
  ])('says why its token cannot be used: %j', (env, sentence) => {
    expect(new AutomationAccess(memorySecrets(), env).problem() ?? '').toMatch(sentence);
  });

  it.skipIf(process.getuid === undefined)('takes no token from a file that others can read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longtake-token-'));
    try {
      const path = join(folder, 'token');
      await writeFile(path, `${TOKEN}\n`, { mode: 0o600 });
      const access = new AutomationAccess(memorySecrets(), { LONGTAKE_API_TOKEN_FILE: path });
      expect(await access.isToken(TOKEN)).toBe(true);
      await chmod(path, 0o644);
      expect(access.problem()).toMatch(/^LONGTAKE_API_TOKEN_FILE: .*chmod 600/);
      await expect(access.isToken(TOKEN)).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is off unless it is asked for', async () => {
    await open({ LONGTAKE_API_TOKEN: TOKEN });
    expect(face?.address).toBeUndefined();
  });

  it('starts, stops, splits and marks what is named, by name or id', async () => {
    const { ask, asked } = await open();
    expect(await ask('POST', '/api/v1/start', { sources: ['Hut'] })).toMatchObject({
      status: 200,
      body: { sources: [{ id: ID, name: 'Hut', armed: false }] },
    });
    await ask('POST', '/api/v1/split', { sources: [ID] });
    await ask('POST', '/api/v1/stop');
    await ask('POST', '/api/v1/mark', { label: 'Owl', at: 5, source: 'Hut' });
    expect(asked).toEqual([
      ['sources.arm', { ids: [ID] }],
      ['sources.split', { ids: [ID] }],
      ['sources.disarm', {}],
      ['markers.add', { label: 'Owl', at: 5, sourceId: ID }],
    ]);
    expect((await ask('GET', '/api/v1/status')).body).toMatchObject({
      healthy: true,
      sources: [{ state: 'disarmed' }],
    });
  });

  it('says in JSON what is wrong, and does nothing then', async () => {
    const { ask, asked } = await open();
    const code = async (...request: Parameters<typeof ask>): Promise<unknown> => {
      const { status, body } = await ask(...request);
      return [status, (body['error'] as { code: string }).code];
    };
    expect(await code('POST', '/api/v1/start', { sources: ['Owl'] })).toEqual([404, 'NOT_FOUND']);
    // A word that is spelt wrong must not start everything.
    expect(await code('POST', '/api/v1/start', { source: ['Hut'] })).toEqual([400, 'INVALID_INPUT']);
    expect(await code('POST', '/api/v1/start', '{"sources":')).toEqual([400, 'INVALID_INPUT']);
    expect(await code('POST', '/api/v1/start', { sources: ['x'.repeat(70_000)] })).toEqual([413, 'INVALID_INPUT']);
    expect(await code('GET', '/api/v1/nothing')).toEqual([404, 'NOT_FOUND']);
    expect(await code('POST', '/api/v1/stop', undefined, { authorization: 'Bearer wrong' })).toEqual([
      401,
      'UNAUTHORIZED',
    ]);
    expect(await code('POST', '/api/v1/stop', undefined, { authorization: '' })).toEqual([401, 'UNAUTHORIZED']);
    expect(await code('POST', '/api/v1/stop', undefined, { origin: 'http://evil.example' })).toEqual([
      403,
      'NOT_ALLOWED',
    ]);
    expect(asked).toEqual([]);
  });

  it('refuses an address that tries many tokens, and goes on to answer who has the right one', async () => {
    const { ask } = await open();
    const statuses = new Set<number>();
    for (let count = 0; count < 25; count += 1) {
      statuses.add((await ask('GET', '/api/v1/status', undefined, { authorization: `Bearer guess-${count}` })).status);
    }
    expect([...statuses]).toEqual([401, 429]);
    expect((await ask('GET', '/api/v1/status')).status).toBe(200);
  });

  it('takes a token that was made here, until there is a newer one', async () => {
    const { access, secrets } = await open();
    const first = await access.makeToken();
    expect(await access.isToken(first)).toBe(true);
    const second = await access.makeToken();
    expect([await access.isToken(first), await access.isToken(second)]).toEqual([false, true]);
    expect(await secrets.get('automation:token:sha256')).not.toContain(second);
    await access.removeToken();
    expect(await access.isToken(second)).toBe(false);
  });

  it('says that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { told } = await open({ LONGTAKE_API_PORT: String(port) });
    expect(told.join()).toContain('another program has this port');
    taken.close();
  });
});

describe('health', () => {
  it('is red as soon as an armed source is not captured, and says why', async () => {
    const { ask, state, source } = await open();
    const seen = async (status: Partial<Source['status']>) => {
      state.status = { ...source.status, ...status };
      return ask('GET', '/health');
    };
    expect(await seen({ state: 'disarmed' })).toMatchObject({ status: 200, body: { status: 'ok', sources: [] } });
    expect(await seen({ state: 'recording' })).toMatchObject({ status: 200, body: { status: 'ok' } });
    for (const lost of ['arming', 'paused', 'reconnecting', 'failed'] as const) {
      expect(await seen({ state: lost })).toMatchObject({ status: 503, body: { status: 'red' } });
    }
    const problem = { code: 'DEVICE_LOST', message: 'The card is gone.' } as const;
    expect((await seen({ state: 'reconnecting', problem })).body['sources']).toEqual([
      { source: 'Hut', state: 'reconnecting', ok: false, reason: 'The card is gone.' },
    ]);
    // A proxy brings somebody else, who learns nothing but the colour.
    expect(
      (await ask('GET', '/health', undefined, { 'x-forwarded-for': '192.0.2.1', authorization: '' })).body,
    ).toEqual({
      status: 'red',
    });
  });
});

describe('metrics', () => {
  it('count each recording and each gap once', async () => {
    const { ask, emit, state, source } = await open();
    state.status = { ...source.status, state: 'recording' };
    const id = recordingId('5a0a5c1e-6a2f-4d58-8c5d-0d7b7f4f2c11');
    const recording = {
      id,
      sourceName: 'Hut',
      state: 'complete',
      bytes: 96_000,
      samples: 48_000,
      format: { sampleRate: 48_000 },
    };
    const gap = { id: 'g', sourceName: 'Hut', cause: 'connection', from: 1000 };
    for (let count = 0; count < 2; count += 1) {
      emit('recordings.opened', recording);
      emit('recordings.closed', recording);
      emit('gaps.changed', gap);
      emit('gaps.changed', { ...gap, to: 3500 });
    }
    const { text } = await ask('GET', '/metrics', undefined, { authorization: '' });
    for (const line of [
      'longtake_recordings_opened_total{source="Hut"} 1',
      'longtake_recordings_closed_total{source="Hut",state="complete"} 1',
      'longtake_recorded_seconds_total{source="Hut"} 1',
      'longtake_gap_seconds_total{source="Hut",cause="connection"} 2.5',
      'longtake_source_capturing{source="Hut"} 1',
      'longtake_storage_free_bytes 5000000000',
      'longtake_webhook_waiting 2',
      'longtake_healthy 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    const forwarded = { 'x-forwarded-for': '192.0.2.1', authorization: '' };
    expect((await ask('GET', '/metrics', undefined, forwarded)).status).toBe(401);
  });

  it('end with the face', async () => {
    const { listeners } = await open();
    expect(listeners.size).toBe(1);
    await face?.close();
    expect(listeners.size).toBe(0);
  });
});

describe('names of this computer', () => {
  it.each(['localhost:8485', '127.0.0.1', '[::1]:80', '192.168.1.5:8486', 'HUT.local'])('%s is one', (host) => {
    expect(isOwnHost(host, ['hut.local'])).toBe(true);
  });
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '', 'a b', 'evil.example#@localhost'])(
    '%s is none',
    (host) => expect(isOwnHost(host)).toBe(false),
  );
  it('has one origin for each', () => {
    expect(isSameOrigin('http://localhost:80', 'localhost', ['http:'])).toBe(true);
    expect(isSameOrigin('https://hut.local', 'hut.local:443', ['https:'])).toBe(true);
    for (const origin of ['null', 'http://localhost:81', 'https://localhost', 'http://evil.example']) {
      expect(isSameOrigin(origin, 'localhost', ['http:'])).toBe(false);
    }
  });
});
