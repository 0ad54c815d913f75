import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWavHeader } from '../../test/support/openWav.ts';
import { startTestServer, type TestServer } from '../../test/support/testServer.ts';
import type { Incoming } from './storage/storage.ts';

/** More steps than any of these runs has. */
const MOST_STEPS = 400;
/** 1: every step, which takes a minute or two. */
const EVERY = process.env['LONGTAKE_EVERY_STEP'] === undefined ? 5 : 1;

/** Counts the steps of a server, and from one of them on lets none happen, as a kill does. */
class Steps {
  taken = 0;
  readonly #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  get isDead(): boolean {
    return this.taken > this.#last;
  }

  /** The same port, each of whose calls is a step. */
  around<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === 'object' && value !== null) return this.around(value);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          this.taken += 1;
          if (this.isDead) throw new Error('The server was killed.');
          const result: unknown = Reflect.apply(value, target, parameters);
          if (!(result instanceof Promise) || name !== 'receive') return result;
          return result.then((incoming: Incoming) => this.around(incoming));
        };
      },
    });
  }
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-killed-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  session: string | undefined;
  /** Chunks that were acknowledged. */
  stored: number;
  recording: unknown;
}

const chunks = [openWavHeader(), randomBytes(40_000), randomBytes(20_000)];

/** Goes as far as the server lets it. */
async function upload(server: TestServer, run: Run): Promise<void> {
  const opened = await server.json('POST', '/upload/session', { mime_type: 'audio/wav' });
  if (opened.status !== 201) return;
  run.session = String(opened.body['session_id']);
  for (const [index, chunk] of chunks.entries()) {
    if ((await server.chunk(run.session, index + 1, chunk)).status !== 204) return;
    run.stored = index + 1;
  }
  await finish(server, run);
}

async function finish(server: TestServer, run: Run): Promise<void> {
  const finalized = await server.json('POST', `/upload/session/${String(run.session)}/finalize`, {});
  if (finalized.status === 202) run.recording = finalized.body['recording_id'];
}

/** Until the recording is made, or the server is killed, if `steps` do that. */
async function completed(server: TestServer, id: unknown, steps?: Steps): Promise<void> {
  const status = async (): Promise<unknown> =>
    steps?.isDead ? 'killed' : (await server.json('GET', `/api/v1/recordings/${String(id)}/status`)).body['status'];
  await expect.poll(status, { interval: 10 }).toBeOneOf(['COMPLETED', 'killed']);
}

/** A server that is killed at step `last`, and the one that is started afterwards. True when nothing was left to kill. */
async function expectNothingLost(last: number, own: string): Promise<boolean> {
  const steps = new Steps(last);
  const run: Run = { session: undefined, stored: 0, recording: undefined };
  const first = await startTestServer(
    own,
    {},
    {
      around: { storage: (port) => steps.around(port), database: (port) => steps.around(port) },
    },
  ).catch(() => undefined);
  if (first) {
    await upload(first, run);
    if (run.recording !== undefined) await completed(first, run.recording, steps);
    await first.close().catch(() => undefined);
  }
  const second = await startTestServer(own);
  try {
    await prove(second, run);
  } finally {
    await second.close();
  }
  return !steps.isDead;
}

/** Whatever the first server said is true for the second, and what is missing can be sent to it. */
async function prove(server: TestServer, run: Run): Promise<void> {
  if (run.session === undefined) return;
  const session = await server.json('GET', `/upload/session/${run.session}`);
  if (session.body['status'] === 'recording') {
    expect(session.body['chunk_count']).toBeGreaterThanOrEqual(run.stored);
    expect(run.recording).toBeUndefined();
    for (let next = Number(session.body['expected_chunk_index']); next <= chunks.length; next += 1) {
      expect((await server.chunk(run.session, next, chunks[next - 1] ?? '')).status).toBe(204);
    }
    await finish(server, run);
  }
  const { body } = await server.json('GET', `/upload/session/${run.session}`);
  const recording = body['finalized_recording_id'];
  if (run.recording !== undefined) expect(recording).toBe(run.recording);
  await completed(server, recording);
  const file = await fetch(`${server.url}/api/v1/recordings/${String(recording)}/download`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(44).equals(Buffer.concat(chunks.slice(1)))).toBe(true);
  expect(bytes.readUInt32LE(40)).toBe(60_000);
  const all = await server.json('GET', '/api/v1/recordings');
  expect(all.body['recordings']).toHaveLength(1);
}

describe('a server that is killed', () => {
  it('keeps what it acknowledged, wherever that was', async () => {
    // Each run proves some of the steps, and all runs all of them.
    const first = EVERY === 1 ? 1 : randomInt(1, EVERY + 1);
    for (let step = first; step < MOST_STEPS; step += EVERY) {
      let isOver: boolean;
      try {
        isOver = await expectNothingLost(step, join(folder, String(step)));
      } catch (error) {
        throw new Error(`Killed at step ${step}:`, { cause: error });
      }
      if (isOver) return;
    }
    throw new Error('It has more steps than were tried.');
  }, 240_000);
});
