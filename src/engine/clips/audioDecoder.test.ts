import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tool, writeSignal } from '../../../test/support/codedAudio.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { Container } from '../../shared/domain/recording.ts';
import type { PcmStream } from '../../shared/ports/decoder.ts';
import { loadFlacLibrary } from '../recorder/flacLibrary.ts';
import { AudioDecoder } from './audioDecoder.ts';
import { Ffmpeg } from './ffmpeg.ts';

const never = new AbortController().signal;
const bare = new AudioDecoder(new Ffmpeg(silentLog, { LONGTAKE_FFMPEG: '/nowhere/ffmpeg' }), loadFlacLibrary);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-decoder-'));
  await writeSignal(join(folder, 'a.wav'), { rate: 44_100, channels: 2, duration: 3 });
  await writeSignal(join(folder, 'b.wav'), { rate: 48_000, channels: 1, duration: 3, bits: 24 });
  for (const name of ['a', 'b']) await tool('flac', ['-s', join(folder, `${name}.wav`)]);
  await tool('flac', ['-s', '--ogg', join(folder, 'a.wav')]);
  await tool('oggenc', ['-Q', join(folder, 'a.wav'), '-o', join(folder, 'vorbis.ogg')]);
});
afterAll(() => rm(folder, { recursive: true }));

async function samplesOf({ chunks }: PcmStream): Promise<Int16Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  const all = Uint8Array.from(Buffer.concat(parts));
  return new Int16Array(all.buffer);
}

async function bySystem(name: string): Promise<Int32Array> {
  const { out } = await tool('ffmpeg', ['-v', 'error', '-i', join(folder, name), '-f', 's32le', '-']);
  return new Int32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
}

describe('without ffmpeg', () => {
  test.each([
    ['a.flac', 'flac'],
    ['a.oga', 'ogg'],
    ['b.flac', 'flac'],
  ] as const)('%s is decoded all the same, to the sample', async (name, container: Container) => {
    const stream = await bare.decodeFile(join(folder, name), container, never);
    expect(stream).toMatchObject(
      name.startsWith('a') ? { sampleRate: 44_100, channels: 2 } : { sampleRate: 48_000, channels: 1 },
    );
    const expected = await bySystem(name);
    const found = await samplesOf(stream);
    expect(found.length).toBe(expected.length);
    let most = 0;
    for (const [at, value] of found.entries()) most = Math.max(most, Math.abs(value * 65_536 - (expected[at] ?? 0)));
    // Of 24 bits, the lower eight are rounded away.
    expect(most).toBeLessThanOrEqual(name.startsWith('a') ? 0 : 32_768);
  });

  test('FLAC that comes in pieces is decoded, and what is lost in it is silent', async () => {
    const bytes = await readFile(join(folder, 'a.flac'));
    const whole = await samplesOf(await bare.decodeFile(join(folder, 'a.flac'), 'flac', never));
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    };
    const live = await bare.decodeLive('flac', pieces(), never);
    expect(await samplesOf(live)).toEqual(whole);
    const hurt = Uint8Array.from(bytes);
    hurt.fill(0, bytes.length >> 1, (bytes.length >> 1) + 4);
    await writeFile(join(folder, 'hurt.flac'), hurt);
    const rest = await samplesOf(await bare.decodeFile(join(folder, 'hurt.flac'), 'flac', never));
    expect(rest.length).toBe(whole.length);
    expect(rest.slice(-20_000)).toEqual(whole.slice(-20_000));
    expect(rest).not.toEqual(whole);
  });

  test('what needs it says how to get it', async () => {
    await expect(bare.decodeFile(join(folder, 'vorbis.ogg'), 'ogg', never)).rejects.toMatchObject({
      code: 'DECODER_MISSING',
      message: expect.stringContaining('LONGTAKE_FFMPEG') as string,
    });
    await expect(bare.decodeFile(join(folder, 'a.mp3'), 'mp3', never)).rejects.toMatchObject({
      code: 'DECODER_MISSING',
    });
    for (const container of ['flac', 'ogg'] as const) {
      expect(await bare.decodeHalves(join(folder, 'a.flac'), container, never)).toBeUndefined();
    }
  });

  test('a reader that leaves ends it', async () => {
    const abort = new AbortController();
    const { chunks } = await bare.decodeFile(join(folder, 'a.flac'), 'flac', abort.signal);
    abort.abort();
    await expect(samplesOf({ sampleRate: 1, channels: 1, chunks })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
