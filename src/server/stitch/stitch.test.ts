import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, startTestServer, type TestServer } from '../../../test/support/testServer.ts';

let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-stitch-'));
  server = await startTestServer(folder);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Audio of 2 s, made by ffmpeg. */
async function audio(name: string, ...options: readonly string[]): Promise<Buffer> {
  const path = join(folder, name);
  const input = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2:sample_rate=48000'];
  execFileSync('ffmpeg', ['-y', '-v', 'error', ...input, ...options, path]);
  return readFile(path);
}

function slices(bytes: Buffer, count: number): readonly Buffer[] {
  const size = Math.ceil(bytes.length / count);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Resolves with the recording once it is settled. */
async function settled(id: unknown): Promise<Answer> {
  return expect
    .poll(async () => server.json('GET', `/api/v1/recordings/${String(id)}`), { interval: 30 })
    .toSatisfy((answer: Answer) => ['COMPLETED', 'FAILED'].includes(String(answer.body['status'])))
    .then(() => server.json('GET', `/api/v1/recordings/${String(id)}`));
}

async function uploaded(mimeType: string, chunks: readonly Buffer[]): Promise<Answer> {
  const id = await server.open({ mime_type: mimeType });
  for (const [index, chunk] of chunks.entries()) {
    const answer = await server.chunk(id, index + 1, chunk);
    expect(answer.status).toBe(204);
  }
  const finalized = await server.json('POST', `/upload/session/${id}/finalize`, { title: 'A test: 1/2' });
  expect(finalized).toMatchObject({ status: 202, body: { status: 'finalizing' } });
  return settled(finalized.body['recording_id']);
}

async function download(recording: Answer, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1/recordings/${String(recording.body['id'])}/download`, {
    headers: { authorization: `Bearer ${server.token}`, ...headers },
  });
}

async function bytesOf(recording: Answer): Promise<Buffer> {
  const answer = await download(recording);
  expect(answer.status).toBe(200);
  return Buffer.from(await answer.arrayBuffer());
}

/** What ffmpeg decodes, and how long it says the file is, s. */
async function decoded(bytes: Buffer): Promise<{ readonly pcm: Buffer; readonly seconds: number }> {
  const path = join(folder, `decoded-${bytes.length}`);
  await writeFile(path, bytes);
  const pcm = execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 's16le', '-']);
  const probed = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]);
  return { pcm, seconds: Number(probed.toString()) };
}

describe('a finished session', () => {
  it('of WAV with an open header says how long it is', async () => {
    const wav = await audio('open.wav', '-bitexact');
    const open = Buffer.from(wav);
    open.writeUInt32LE(0xffff_ffff, 4);
    open.writeUInt32LE(0xffff_ffff, 40);
    const recording = await uploaded('audio/wav', slices(open, 5));
    expect(recording.body).toMatchObject({ status: 'COMPLETED', duration: 2, mime_type: 'audio/wav' });
    expect(await bytesOf(recording)).toEqual(wav);
    await expect.poll(() => readdir(join(folder, '_sessions'))).not.toContain(recording.body['session_id']);
  });

  it('of WAV whose stream began again goes on behind the second header', async () => {
    const wav = await audio('again.wav', '-bitexact');
    const recording = await uploaded('audio/wav', [
      wav.subarray(0, 1044),
      Buffer.concat([wav.subarray(0, 44), wav.subarray(1044)]),
    ]);
    expect((await bytesOf(recording)).equals(wav)).toBe(true);
  });

  it('of Ogg and MPEG is what was sent', async () => {
    const cases = [
      ['audio/ogg', await audio('a.ogg', '-c:a', 'libopus')],
      ['audio/mpeg', await audio('a.mp3', '-c:a', 'libmp3lame')],
    ] as const;
    for (const [mimeType, bytes] of cases) {
      const recording = await uploaded(mimeType, slices(bytes, 3));
      expect(recording.body).toMatchObject({ status: 'COMPLETED', mime_type: mimeType });
      expect(recording.body['duration']).toBeCloseTo(2, 0);
      expect((await bytesOf(recording)).equals(bytes)).toBe(true);
    }
  });

  it('of FLAC without totals says how many samples it has', async () => {
    const flac = await audio('a.flac');
    const open = Buffer.from(flac);
    // The last 4 bits of byte 13 and the 4 bytes behind it: the number of samples.
    open.writeUInt8((open[21] ?? 0) & 0xf0, 21);
    open.fill(0, 22, 26);
    const recording = await uploaded('audio/flac', slices(open, 4));
    expect(recording.body).toMatchObject({ status: 'COMPLETED', duration: 2 });
    const made = await bytesOf(recording);
    expect(made.subarray(18, 26).equals(flac.subarray(18, 26))).toBe(true);
    expect((await decoded(made)).pcm.equals((await decoded(flac)).pcm)).toBe(true);
  });

  it('of fragmented MP4 becomes a file that can be sought in, segments joined', async () => {
    const options = [
      '-c:a',
      'aac',
      '-movflags',
      '+frag_keyframe+empty_moov+default_base_moof',
      '-frag_duration',
      '500000',
    ];
    const mp4 = await audio('a.mp4', ...options);
    const one = await uploaded('audio/mp4', slices(mp4, 6));
    expect(one.body).toMatchObject({ status: 'COMPLETED', mime_type: 'audio/mp4' });
    const joined = await uploaded('audio/x-m4a', [...slices(mp4, 3), ...slices(mp4, 2)]);
    for (const [recording, seconds] of [
      [one, 2],
      [joined, 4],
    ] as const) {
      const found = await decoded(await bytesOf(recording));
      expect(found.seconds).toBeCloseTo(seconds, 0);
      expect(recording.body['duration']).toBeCloseTo(found.seconds, 1);
    }
  });

  it('of WebM says how long it is', async () => {
    const webm = await audio('a.webm', '-c:a', 'libopus', '-live', '1');
    const recording = await uploaded('audio/webm', slices(webm, 4));
    const found = await decoded(await bytesOf(recording));
    expect(found.seconds).toBeCloseTo(2, 0);
    expect(recording.body['duration']).toBeCloseTo(found.seconds, 1);
  });

  it('of what is no audio fails with a sentence and keeps its chunks', async () => {
    for (const mimeType of ['audio/webm', 'audio/mp4', 'audio/wav', 'audio/ogg', 'audio/flac', 'audio/mpeg']) {
      const recording = await uploaded(mimeType, [Buffer.alloc(5000, 'no audio at all, '), Buffer.alloc(100)]);
      expect(recording.body['status']).toBe('FAILED');
      expect(recording.body['transcription']).toMatch(/kept/);
      expect(await readdir(join(folder, '_sessions', String(recording.body['session_id'])))).toContain(
        'chunk-000002.bin',
      );
      const session = await server.json('GET', `/upload/session/${String(recording.body['session_id'])}`);
      expect(session.body).toMatchObject({ status: 'failed', error_message: recording.body['transcription'] });
    }
  });

  it('fails when a chunk is not what was received, and is tried again when it is', async () => {
    const wav = await audio('bad.wav', '-bitexact');
    const id = await server.open({ mime_type: 'audio/wav' });
    for (const [index, chunk] of slices(wav, 2).entries()) await server.chunk(id, index + 1, chunk);
    const path = join(folder, '_sessions', id, 'chunk-000002.bin');
    const good = await readFile(path);
    await writeFile(path, Buffer.alloc(good.length));
    const { body } = await server.json('POST', `/upload/session/${id}/finalize`);
    const failed = await settled(body['recording_id']);
    expect(failed.body['error_message']).toMatch(/^Chunk 2 is not what was received/);
    await writeFile(path, good);
    expect((await server.json('POST', `/api/v1/recordings/${String(body['recording_id'])}/retry`)).status).toBe(202);
    const done = await settled(body['recording_id']);
    expect(done.body['status']).toBe('COMPLETED');
    expect((await bytesOf(done)).equals(wav)).toBe(true);
  });

  it('says which chunks are missing, and is begun once', async () => {
    const wav = await audio('missing.wav', '-bitexact');
    const id = await server.open({ mime_type: 'audio/wav', out_of_order: true });
    const [one = wav, two = wav, three = wav] = slices(wav, 3);
    expect(await server.json('POST', `/upload/session/${id}/finalize`)).toMatchObject({ status: 409 });
    await server.chunk(id, 1, one);
    await server.chunk(id, 3, three);
    expect(await server.json('POST', `/upload/session/${id}/finalize`, { chunk_count: 5 })).toMatchObject({
      status: 409,
      body: { code: 'chunks_missing', missing: [2, 4, 5] },
    });
    await server.chunk(id, 2, two);
    const totals = { chunk_count: 3, bytes: wav.length };
    expect(await server.json('POST', `/upload/session/${id}/finalize`, { ...totals, bytes: 1 })).toMatchObject({
      body: { code: 'totals_differ', bytes_received: wav.length },
    });
    const answers = await Promise.all(
      [1, 2, 3].map(() => server.json('POST', `/upload/session/${id}/finalize`, totals)),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['recording_id'])}`)).size).toBe(1);
    const done = await settled(answers[0]?.body['recording_id']);
    expect(done.body['status']).toBe('COMPLETED');
    expect(await server.json('POST', `/upload/session/${id}/finalize`, totals)).toMatchObject({
      status: 202,
      body: { recording_id: done.body['id'] },
    });
    expect((await server.chunk(id, 4, 'late')).status).toBe(409);
    expect((await server.request('DELETE', `/upload/session/${id}`)).status).toBe(409);
  });

  it('can be had in parts, changed and deleted', async () => {
    const wav = await audio('parts.wav', '-bitexact');
    const recording = await uploaded('audio/wav', [wav]);
    const path = `/api/v1/recordings/${String(recording.body['id'])}`;
    const part = await download(recording, { range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${wav.length}`);
    expect(part.headers.get('content-disposition')).toContain('filename="A test_ 1_2.wav"');
    expect(Buffer.from(await part.arrayBuffer()).equals(wav.subarray(100, 200))).toBe(true);
    const last = await download(recording, { range: 'bytes=-10' });
    expect(Buffer.from(await last.arrayBuffer()).equals(wav.subarray(-10))).toBe(true);
    expect((await download(recording, { range: `bytes=${wav.length}-` })).status).toBe(416);
    const whole = await server.request('HEAD', `${path}/download`);
    expect(whole).toMatchObject({
      status: 200,
      headers: { 'content-length': String(wav.length), 'accept-ranges': 'bytes' },
    });
    const head = (headers: Record<string, string>) => server.request('HEAD', `${path}/download`, { headers });
    expect((await head({ range: 'bytes=0-9' })).status).toBe(200);
    expect((await head({ 'if-none-match': `"x", W/${String(whole.headers.etag)}` })).status).toBe(304);
    const changed = await server.json('PATCH', path, { title: 'New', meeting_date: '2026-11-21T14:00:00' });
    expect(changed.body).toMatchObject({ title: 'New', meeting_date: '2026-11-21T14:00:00' });
    for (const title of [`${'a'.repeat(149)}\u{1f600}`, '\u202egnp.exe', '\u202e']) {
      expect((await server.json('PATCH', path, { title })).status).toBe(200);
      const named = await server.request('HEAD', `${path}/download`);
      expect(named.status).toBe(200);
      expect(named.headers['content-disposition']).not.toMatch(/%E2%80%AE|''\.wav/);
    }
    expect((await server.json('POST', `${path}/tags`, { tag_ids: [3, 4] })).body['tag_ids']).toEqual([3, 4]);
    expect((await server.json('GET', `${path}/status`)).body).toMatchObject({
      status: 'COMPLETED',
      queue_position: null,
    });
    expect((await server.request('DELETE', path)).status).toBe(204);
    expect((await server.request('GET', path)).status).toBe(404);
    expect(await readdir(join(folder, 'recordings'))).not.toContain(String(recording.body['id']));
  });

  it('can come as a file in one request', async () => {
    const mp3 = await audio('whole.mp3', '-c:a', 'libmp3lame');
    const form = new FormData();
    form.set('title', 'Whole');
    form.set('tag_ids[0]', '7');
    form.set('file', new Blob([Uint8Array.from(mp3)], { type: 'audio/mpeg' }), 'My file.mp3');
    const answer = await fetch(`${server.url}/api/v1/recordings/upload`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(answer.status).toBe(202);
    const begun = (await answer.json()) as Record<string, unknown>;
    expect(begun).toMatchObject({ title: 'Whole', tag_ids: [7] });
    const done = await settled(begun['id']);
    expect((await bytesOf(done)).equals(mp3)).toBe(true);
  });
});
