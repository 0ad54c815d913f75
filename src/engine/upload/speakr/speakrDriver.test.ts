import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { makeCertificates, Servers } from '../../../../test/support/servers.ts';
import { silentLog } from '../../../../test/support/silentLog.ts';
import { SpeakrStandIn } from '../../../../test/support/speakrStandIn.ts';
import { TurnedClock } from '../../../../test/support/turnedClock.ts';
import { wholeOf } from '../../../../test/support/wholeOf.ts';
import { type SpeakrTarget, targetSchema } from '../../../shared/domain/target.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Chunk, UploadMeta } from '../driver.ts';
import { failureClass, type FailureClass } from '../failures.ts';
import { SpeakrDriver } from './speakrDriver.ts';

const signal = new AbortController().signal;
const HTML = '<html><h1>Oops</h1></html>';
let speakr: SpeakrStandIn;
let clock: TurnedClock;
const drivers: SpeakrDriver[] = [];

beforeEach(async () => {
  speakr = await SpeakrStandIn.start();
  clock = new TurnedClock('2026-11-21T10:00:00Z');
});

afterEach(async () => {
  await Promise.all(drivers.splice(0).map((driver) => driver.close()));
  await speakr.close();
});

function driverOf(change: Partial<SpeakrTarget> = {}, secret: string | undefined = speakr.token): SpeakrDriver {
  const target = targetSchema.parse({
    id: '0f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d11',
    kind: 'speakr',
    name: 'Speakr',
    enabled: true,
    url: speakr.url,
    auth: 'token',
    flacAs: 'wav',
    ...change,
  });
  if (target.kind !== 'speakr') throw new Error('not a speakr');
  const driver = new SpeakrDriver(target, { secret: () => Promise.resolve(secret), clock, log: silentLog });
  drivers.push(driver);
  return driver;
}

const byLogin = (): SpeakrDriver => driverOf({ auth: 'login', email: speakr.email }, speakr.password);

function meta(mimeType = 'audio/wav', part = 1): UploadMeta {
  const startedAt = Date.UTC(2026, 10, 21, 9, 30);
  return { recording: makeRecording({ startedAt, offsetMinutes: 60 }), fileName: 'a.wav', mimeType, part };
}

function chunk(index: number, text: string): Chunk {
  const bytes = new TextEncoder().encode(text);
  return { index, bytes, sha256: createHash('sha256').update(bytes).digest() };
}

describe.each([
  ['a token', () => driverOf()],
  ['e-mail and password', () => byLogin()],
])('with %s', (_name, create) => {
  test('a session is opened, filled, finalized and followed', async () => {
    speakr.outcome = { status: 'PROCESSING', transcription: null };
    const driver = create();
    expect(await driver.probe(signal)).toContain(speakr.email);
    const opened = await driver.open(meta(), signal);
    expect(opened).toMatchObject({ maxInFlight: 1, maxChunkBytes: 16 * 1024 * 1024, digests: false });
    expect(opened.expiresAt).toBe(Date.UTC(2026, 10, 22, 10, 0, 0, 123));
    const { sessionId } = opened;
    expect(await driver.send(sessionId, chunk(1, 'one '), signal)).toEqual({ type: 'stored' });
    expect(await driver.send(sessionId, chunk(2, 'two'), signal)).toEqual({ type: 'stored' });
    expect(await driver.look(sessionId, signal)).toMatchObject({ status: 'open', chunks: 2, bytes: 7, expected: 3 });
    const finalized = await driver.finalize(sessionId, { chunks: 2, bytes: 7 }, meta(), signal);
    expect(finalized).toMatchObject({ type: 'accepted', recordingId: '1' });
    expect(speakr.recordings[0]?.bytes.toString()).toBe('one two');
    expect(await driver.look(sessionId, signal)).toMatchObject({ status: 'finalizing', recordingId: '1' });
    expect(await driver.follow('1', signal)).toMatchObject({ state: 'processing', link: `${speakr.url}/recordings/1` });
    Object.assign(speakr.recordings[0] ?? {}, { status: 'COMPLETED' });
    expect(await driver.follow('1', signal)).toMatchObject({ state: 'completed' });
  });
});

test('what the target’s settings say of a recording gets there', async () => {
  const driver = driverOf({ title: '{source} at %H:%M', folderId: 7, language: 'de', tagIds: [3, 4] });
  const { sessionId } = await driver.open(meta(), signal);
  await driver.send(sessionId, chunk(1, 'audio'), signal);
  await driver.finalize(sessionId, { chunks: 1, bytes: 5 }, meta('audio/wav', 2), signal);
  expect(speakr.recordings[0]).toMatchObject({
    finalize: { title: 'Studio A at 10:30 (part 2)', folder_id: 7, language: 'de' },
    tagIds: [3, 4],
    meetingDate: '2026-11-21T10:30:00+01:00',
  });
});

test('tags come with the first answer, too, when that of the finalize was lost', async () => {
  const driver = driverOf({ tagIds: [3] });
  const { sessionId } = await driver.open(meta(), signal);
  await driver.send(sessionId, chunk(1, 'audio'), signal);
  speakr.fault = ({ path }) => (path.endsWith('/tags') ? { status: 503 } : undefined);
  expect(await driver.finalize(sessionId, { chunks: 1, bytes: 5 }, meta(), signal)).toMatchObject({ type: 'accepted' });
  await expect(driver.follow('1', signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
  speakr.fault = () => undefined;
  expect(await driver.follow('1', signal)).toMatchObject({ state: 'completed' });
  expect(speakr.recordings[0]?.tagIds).toEqual([3]);
});

test('both meanings of 409 are told apart', async () => {
  const driver = driverOf();
  const { sessionId } = await driver.open(meta(), signal);
  expect(await driver.send(sessionId, chunk(3, 'three'), signal)).toEqual({ type: 'expected', index: 1 });
  await driver.send(sessionId, chunk(1, 'one'), signal);
  await driver.send(sessionId, chunk(2, 'two'), signal);
  // Sent before, and its answer was lost.
  expect(await driver.send(sessionId, chunk(2, 'two'), signal)).toEqual({ type: 'stored' });
  expect(await driver.send(sessionId, chunk(1, 'one'), signal)).toEqual({ type: 'expected', index: 3 });
  const session = speakr.sessions.get(sessionId);
  if (!session) throw new Error('no session');
  session.status = 'expired';
  await expect(driver.send(sessionId, chunk(3, 'three'), signal)).rejects.toMatchObject({ code: 'UPLOAD_CONFLICT' });
  expect(await driver.look(sessionId, signal)).toMatchObject({ status: 'gone' });
  expect(await driver.look('unknown', signal)).toMatchObject({ status: 'gone' });
  expect(await driver.send('unknown', chunk(1, 'one'), signal)).toMatchObject({ type: 'gone' });
});

test('a session with less or other audio than was sent is not finalized', async () => {
  const driver = driverOf();
  const { sessionId } = await driver.open(meta(), signal);
  await driver.send(sessionId, chunk(1, 'one'), signal);
  const finalize = (chunks: number, bytes: number) => driver.finalize(sessionId, { chunks, bytes }, meta(), signal);
  expect(await finalize(3, 9)).toEqual({ type: 'missing', indexes: [2, 3] });
  expect(await finalize(1, 4)).toMatchObject({ type: 'gone' });
  expect(speakr.recordings).toHaveLength(0);
});

test('a session is discarded, also twice', async () => {
  const driver = driverOf();
  const { sessionId } = await driver.open(meta(), signal);
  await driver.discard(sessionId, signal);
  await driver.discard(sessionId, signal);
  await driver.discard('unknown', signal);
  expect(speakr.sessions.get(sessionId)?.status).toBe('aborted');
});

test('a failure is told in the words of the server', async () => {
  speakr.outcome = { status: 'FAILED', transcription: 'Recording is too short (0.4 s).\nRecord more than 0.5 s.' };
  const driver = driverOf();
  const { sessionId } = await driver.open(meta(), signal);
  await driver.send(sessionId, chunk(1, 'audio'), signal);
  await driver.finalize(sessionId, { chunks: 1, bytes: 5 }, meta(), signal);
  expect(await driver.follow('1', signal)).toMatchObject({
    state: 'failed',
    text: 'Recording is too short (0.4 s). Record more than 0.5 s.',
  });
  expect(await driver.follow('77', signal)).toMatchObject({ state: 'failed' });
});

test('a file goes whole, and not twice when the first try may have arrived', async () => {
  const driver = driverOf({ tagIds: [9] });
  const bytes = new TextEncoder().encode('RIFF\r\n--not a boundary\r\n');
  const file = wholeOf(bytes, { name: 'a "b".wav' });
  expect(await driver.whole(file, meta(), signal)).toMatchObject({ recordingId: '1' });
  expect(speakr.recordings[0]).toMatchObject({ title: 'Studio A 2026-11-21 10:30:00', tagIds: [9] });
  expect(Buffer.compare(speakr.recordings[0]?.bytes ?? Buffer.alloc(0), bytes)).toBe(0);
  expect(await driver.whole({ ...file, again: true }, meta(), signal)).toMatchObject({ recordingId: '1' });
  expect(await driver.whole({ ...file, again: true }, meta('audio/wav', 2), signal)).toMatchObject({
    recordingId: '2',
  });
});

describe('a file that Speakr says to have with another size', () => {
  const bytes = new TextEncoder().encode('RIFF and some audio');

  test('is sent again, twice at most before a person looks', async () => {
    const driver = driverOf();
    speakr.keep = (file) => file.subarray(1);
    speakr.keepsAs = 'audio/x-wav';
    for (const again of [false, true]) {
      const sending = driver.whole(wholeOf(bytes, { again }), meta(), signal);
      await expect(sending).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    }
    await expect(driver.whole(wholeOf(bytes, { again: true }), meta(), signal)).rejects.toMatchObject({
      code: 'UPLOAD_REJECTED',
      message: expect.stringContaining('2 times, with 18, 18 bytes; here it has 19'),
    });
    expect(speakr.recordings).toHaveLength(2);
  });

  test('is not taken for the file when the answer was lost', async () => {
    const driver = driverOf();
    speakr.keep = (file) => file.subarray(1);
    await driver.whole(wholeOf(bytes), meta(), signal).catch(() => undefined);
    speakr.keep = (file) => file;
    const sent = await driver.whole(wholeOf(bytes, { again: true }), meta(), signal);
    expect(sent).toMatchObject({ recordingId: '2' });
    expect(await driver.whole(wholeOf(bytes, { again: true }), meta(), signal)).toMatchObject(sent);
  });

  test('is there when Speakr has made another kind of file of it', async () => {
    const driver = driverOf();
    speakr.keep = (file) => file.subarray(9);
    speakr.keepsAs = 'audio/mpeg';
    expect(await driver.whole(wholeOf(bytes), meta(), signal)).toMatchObject({ recordingId: '1' });
    expect(await driver.whole(wholeOf(bytes, { again: true }), meta(), signal)).toMatchObject({ recordingId: '1' });
  });
});

test('media that are not on the list are refused with the list', async () => {
  await expect(driverOf().open(meta('audio/flac'), signal)).rejects.toMatchObject({
    code: 'UPLOAD_REJECTED',
    message: expect.stringContaining('audio/ogg'),
  });
});

test('a server without sessions gets files', async () => {
  speakr.fault = ({ path }) => (path === '/upload/session' ? { status: 404, body: HTML } : undefined);
  await expect(driverOf().open(meta(), signal)).rejects.toMatchObject({ code: 'UPLOAD_REJECTED' });
});

test('each container has a form that the list knows', () => {
  const formOf = (container: string, flacAs: 'opus' | 'wav' = 'wav') =>
    driverOf({ flacAs }).form(makeRecording({ container })).kind;
  expect(['wav', 'mp3', 'adts', 'ogg', 'flac'].map((container) => formOf(container))).toEqual([
    'recorded',
    'recorded',
    'fmp4',
    'recorded',
    'wav',
  ]);
  expect(formOf('flac', 'opus')).toBe('opus');
});

describe('logging in', () => {
  test('is done once for requests that come together, and again when it is forgotten', async () => {
    const driver = byLogin();
    const opened = await Promise.all([1, 2, 3].map(() => driver.open(meta(), signal)));
    const logins = () => speakr.requests.filter((request) => request === 'POST /login').length;
    expect(logins()).toBe(1);
    speakr.logOut();
    await driver.send(opened[0]?.sessionId ?? '', chunk(1, 'one'), signal);
    expect(logins()).toBe(2);
    speakr.expireCsrf();
    await driver.send(opened[0]?.sessionId ?? '', chunk(2, 'two'), signal);
    expect(speakr.sessions.get(opened[0]?.sessionId ?? '')?.chunks).toHaveLength(2);
    expect(speakr.referers.every((referer) => referer === `${speakr.url}/`)).toBe(true);
  });

  test('renews its CSRF token before the hour is over, without another login', async () => {
    const driver = byLogin();
    const { sessionId } = await driver.open(meta(), signal);
    clock.advance(51 * 60_000);
    await driver.send(sessionId, chunk(1, 'one'), signal);
    expect(speakr.requests.filter((request) => request === 'GET /api/csrf-token')).toHaveLength(2);
    expect(speakr.requests.filter((request) => request === 'POST /login')).toHaveLength(1);
  });

  test('needs a person when the password, the token or either is missing or wrong', async () => {
    const wrong = [
      driverOf({ auth: 'login', email: speakr.email }, 'wrong'),
      driverOf({ auth: 'login' }, 'any'),
      driverOf({}, 'wrong'),
      driverOf({}, ''),
      driverOf({}, 'two\nlines'),
    ];
    for (const driver of wrong) {
      for (const act of [() => driver.probe(signal), () => driver.open(meta(), signal)]) {
        await expect(act()).rejects.toMatchObject({ code: 'UPLOAD_UNAUTHORIZED' });
      }
    }
    expect(speakr.requests.filter((request) => request === 'POST /login').length).toBeLessThanOrEqual(4);
  });

  test('is not ended for others by the request that began it', async () => {
    const driver = byLogin();
    const impatient = new AbortController();
    const first = driver.open(meta(), impatient.signal);
    const second = driver.open(meta(), signal);
    impatient.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await second).sessionId).toMatch(/./);
  });
});

describe('a server that answers otherwise', () => {
  const table: readonly [string, Parameters<typeof faultOf>[0], ErrorCode, FailureClass][] = [
    ['429 as a quiet page', { status: 429, body: HTML }, 'UPLOAD_LIMIT', 'retry'],
    ['500', { status: 500, body: HTML }, 'UPLOAD_UNREACHABLE', 'retry'],
    ['502 of a proxy', { status: 502, body: HTML }, 'UPLOAD_UNREACHABLE', 'retry'],
    ['503', { status: 503, headers: { 'retry-after': '7' } }, 'UPLOAD_UNREACHABLE', 'retry'],
    ['507', { status: 507, body: '{"error":"quota exhausted","quota_bytes":1}' }, 'UPLOAD_QUOTA', 'person'],
    ['401', { status: 401 }, 'UPLOAD_UNAUTHORIZED', 'person'],
    ['403', { status: 403, body: HTML }, 'UPLOAD_UNAUTHORIZED', 'person'],
    ['413 of a proxy', { status: 413, body: HTML }, 'UPLOAD_REJECTED', 'person'],
    ['400', { status: 400, body: '{"error":"Empty chunk body"}' }, 'UPLOAD_REJECTED', 'person'],
    ['404 of another server', { status: 404, body: HTML }, 'UPLOAD_UNREACHABLE', 'retry'],
    [
      'a way elsewhere',
      { status: 302, headers: { location: 'http://captive.example/' } },
      'UPLOAD_UNREACHABLE',
      'retry',
    ],
    [
      "a way to a network's login",
      { status: 302, headers: { location: 'https://captive.example/login?to=1' } },
      'UPLOAD_UNREACHABLE',
      'retry',
    ],
    ['a way to its login', { status: 302, headers: { location: '/login?next=%2F' } }, 'UPLOAD_UNAUTHORIZED', 'person'],
    ['a login page', { status: 200, body: '<form><input type="password"></form>' }, 'UPLOAD_UNAUTHORIZED', 'person'],
    ['a page instead of data', { status: 200, body: HTML }, 'UPLOAD_UNREACHABLE', 'retry'],
    ['data of another kind', { status: 201, body: '{"session_id":"../../etc"}' }, 'UPLOAD_UNREACHABLE', 'retry'],
    ['data that is cut off', { status: 201, body: '{"session_id":"a' }, 'UPLOAD_UNREACHABLE', 'retry'],
  ];

  function faultOf(answer: { status: number; headers?: Record<string, string>; body?: string }) {
    return () => answer;
  }

  test.each(table)('%s', async (_name, answer, code, kind) => {
    speakr.fault = faultOf(answer);
    const failure = await driverOf()
      .open(meta(), signal)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(/[.)]$/) });
    expect(failureClass(failure)).toBe(kind);
    if (code === 'UPLOAD_QUOTA') expect(failure).toMatchObject({ details: { quotaBytes: 1 } });
    if (answer.headers?.['retry-after']) expect(failure).toMatchObject({ details: { retryAfterMs: 7000 } });
    expect(speakr.requests.filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  test.each([
    ['a body without an end', (write: (piece: string) => boolean) => void fill(write)],
    ['a huge object', (write: (piece: string) => boolean) => void write(`{"session_id":"${'a'.repeat(3_000_000)}"}`)],
  ])('with %s takes no more memory than an answer may', async (_name, send) => {
    speakr.fault = () => ({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: (response) => send((piece) => !response.destroyed && response.write(piece)),
    });
    // Not the end of its patience, but what it has read by then.
    await expect(driverOf().open(meta(), signal)).rejects.toMatchObject({
      code: 'UPLOAD_UNREACHABLE',
      message: expect.stringContaining('instead of data'),
    });
  });

  test('and breaks the connection, or is not there', async () => {
    speakr.fault = () => ({ status: 200, body: (response) => void response.destroy() });
    await expect(driverOf().open(meta(), signal)).rejects.toMatchObject({ code: 'UPLOAD_UNREACHABLE' });
    const nobody = driverOf({ url: 'http://127.0.0.1:9' });
    await expect(nobody.open(meta(), signal)).rejects.toMatchObject({
      code: 'UPLOAD_UNREACHABLE',
      message: expect.stringContaining('takes no connection'),
    });
  });

  test('and never answers ends when it is told to', async () => {
    speakr.fault = () => ({ status: 200, body: () => undefined });
    const stop = new AbortController();
    const opening = driverOf().open(meta(), stop.signal);
    await expect.poll(() => speakr.requests.length).toBeGreaterThan(0);
    stop.abort();
    await expect(opening).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

function fill(write: (piece: string) => boolean): void {
  const piece = ' '.repeat(64 * 1024);
  for (let count = 0; count < 40; count += 1) write(piece);
}

test('nothing goes over a line that others can read without consent', async () => {
  const open = driverOf({ url: 'http://speakr.example' });
  await expect(open.probe(signal)).rejects.toMatchObject({ code: 'UPLOAD_TLS' });
});

test('a certificate that nobody vouches for is a person’s to allow', async () => {
  const servers = new Servers();
  const selfSigned = (await makeCertificates()).made.get('self-signed');
  if (!selfSigned) throw new Error('no certificate');
  const url = await servers.serveTls(selfSigned, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"email":"a@b"}');
  });
  try {
    await expect(driverOf({ url }).probe(signal)).rejects.toMatchObject({ code: 'UPLOAD_TLS' });
    expect(await driverOf({ url, insecure: true }).probe(signal)).toContain('a@b');
  } finally {
    await servers.close();
  }
});

test('what was made of a recording is found by its title, start and size, and not by less', async () => {
  const driver = driverOf();
  const { sessionId } = await driver.open(meta(), signal);
  const sent = chunk(1, 'x'.repeat(1_000_000));
  await driver.send(sessionId, sent, signal);
  expect(await driver.find(meta(), 1_000_000, signal)).toBeUndefined();
  await driver.finalize(sessionId, { chunks: 1, bytes: 1_000_000 }, meta(), signal);
  expect(await driver.find(meta(), 1_000_000, signal)).toMatchObject({
    type: 'recording',
    recordingId: '1',
    of: 'body',
  });
  expect(await driver.find(meta(), 2_000_000, signal)).toBeUndefined();
  expect(await driver.find(meta('audio/wav', 2), 1_000_000, signal)).toBeUndefined();
  // A title that others may have says nothing where the server does not tell the start.
  const vague = driverOf({ title: '{source}' });
  const again = await vague.open(meta(), signal);
  await vague.send(again.sessionId, sent, signal);
  await vague.finalize(again.sessionId, { chunks: 1, bytes: 1_000_000 }, meta(), signal);
  expect(await vague.find(meta(), 1_000_000, signal)).toBeUndefined();
});
