import { execFile } from 'node:child_process';
import { getPriority } from 'node:os';
import { open, readFile, rm, writeFile, mkdtemp } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../../test/support/silentLog.ts';
import type { PcmStream } from '../../shared/ports/decoder.ts';
import { Ffmpeg } from './ffmpeg.ts';

const run = promisify(execFile);
const RATE = 44_100;
const SECONDS = 20;

let folder: string;
let ffmpeg: Ffmpeg;
const never = new AbortController().signal;

/** Makes a sine of -6 dBFS with the real encoder. */
async function make(name: string, ...options: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const sine = `aevalsrc=0.5*sin(2*PI*441*t)|0.5*sin(2*PI*441*t):s=${RATE}:d=${SECONDS}`;
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', sine, ...options, path]);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-ffmpeg-'));
  await make('sine.mp3', '-b:a', '128k');
  await make('sine.aac', '-c:a', 'aac');
  await make('sine.wav', '-c:a', 'pcm_s24le');
  await make('mono.mp3', '-ac', '1', '-ar', '22050');
  ffmpeg = new Ffmpeg(silentLog);
});

afterEach(() => gone(ffmpeg));

afterAll(async () => {
  await ffmpeg.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function summary({ sampleRate, channels, chunks }: PcmStream) {
  let bytes = 0;
  let highest = 0;
  for await (const chunk of chunks) {
    expect(chunk.length % (2 * channels)).toBe(0);
    bytes += chunk.length;
    const view = Buffer.from(chunk);
    for (let at = 0; at < view.length; at += 2) highest = Math.max(highest, view.readInt16LE(at));
  }
  return { sampleRate, channels, seconds: bytes / 2 / channels / sampleRate, highest: highest / 32_768 };
}

describe('a file', () => {
  test.each([
    ['sine.mp3', 'mp3', RATE, 2, 0.5],
    ['sine.aac', 'adts', RATE, 2, 0.5],
    ['sine.wav', 'wav', RATE, 2, 0.5],
    // Two equal channels joined to one, each by the square root of a half.
    ['mono.mp3', 'mp3', 22_050, 1, Math.SQRT1_2],
  ] as const)('%s is decoded as it is', async (name, container, sampleRate, channels, highest) => {
    const found = await summary(await ffmpeg.decodeFile(join(folder, name), container, never));
    expect(found).toMatchObject({ sampleRate, channels });
    expect(Math.abs(found.seconds - SECONDS)).toBeLessThan(0.2);
    expect(Math.abs(found.highest - highest)).toBeLessThan(0.04);
  });

  test.each(['-i.mp3', 'concat:a|b.mp3', 'per%d cent.mp3', 'quote\'"\n.mp3', 'Радио é.mp3'])(
    'may have any name: %j',
    async (name) => {
      await writeFile(join(folder, name), await readFile(join(folder, 'mono.mp3')));
      const found = await summary(await ffmpeg.decodeFile(join(folder, name), 'mp3', never));
      expect(found.sampleRate).toBe(22_050);
    },
  );

  test('that is no audio is DAMAGED, with what ffmpeg says', async () => {
    const path = join(folder, 'junk.mp3');
    await writeFile(path, 'This is no audio. '.repeat(5000));
    await expect(ffmpeg.decodeFile(path, 'mp3', never)).rejects.toMatchObject({
      code: 'DAMAGED',
      message: expect.stringMatching(/ffmpeg says: .+/),
    });
    await expect(ffmpeg.decodeFile(join(folder, 'missing.mp3'), 'mp3', never)).rejects.toMatchObject({
      code: 'DAMAGED',
      message: expect.stringContaining('No such file or directory'),
    });
  });

  test('that is a playlist in disguise opens nothing else', async () => {
    const path = join(folder, 'playlist.mp3');
    await writeFile(path, `#EXTM3U\n#EXTINF:1,\nfile:${join(folder, 'sine.mp3')}\n`.repeat(50));
    await expect(ffmpeg.decodeFile(path, 'mp3', never)).rejects.toMatchObject({ code: 'DAMAGED' });
  });

  test('that ends in the middle of a frame gives what is whole', async () => {
    const path = join(folder, 'torn.mp3');
    const whole = readFileSync(join(folder, 'sine.mp3'));
    writeFileSync(path, whole.subarray(0, (whole.length >> 1) + 77));
    const found = await summary(await ffmpeg.decodeFile(path, 'mp3', never));
    expect(Math.abs(found.seconds - SECONDS / 2)).toBeLessThan(0.2);
  });
});

describe('the process', () => {
  test('is gone when its reader leaves early', async () => {
    const { chunks } = await ffmpeg.decodeFile(join(folder, 'sine.wav'), 'wav', never);
    expect(ffmpeg.running).toBe(1);
    for await (const chunk of chunks) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await gone(ffmpeg);
  });

  test('is gone when its reader aborts, and the reader hears so', async () => {
    const cancel = new AbortController();
    const { chunks } = await ffmpeg.decodeFile(join(folder, 'sine.wav'), 'wav', cancel.signal);
    const reading = (async () => {
      for await (const chunk of chunks) if (chunk.length > 0) cancel.abort();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await gone(ffmpeg);
  });

  test('is gone when it is aborted before it began', async () => {
    const cancel = new AbortController();
    const decoding = ffmpeg.decodeFile(join(folder, 'sine.wav'), 'wav', cancel.signal);
    cancel.abort();
    await expect(decoding).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(ffmpeg.decodeFile(join(folder, 'sine.wav'), 'wav', cancel.signal)).rejects.toMatchObject({
      code: 'CANCELLED',
    });
  });

  test('is nicer than this one, and gone when its owner is disposed of', async () => {
    const owner = new Ffmpeg(silentLog);
    const { chunks } = await owner.decodeFile(join(folder, 'sine.wav'), 'wav', never);
    const pid = await onlyChild();
    expect(getPriority(pid)).toBe(Math.min(19, getPriority() + 10));
    await owner.dispose();
    await gone(owner);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    await expect(summary({ sampleRate: 0, channels: 2, chunks })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(owner.decodeFile(join(folder, 'sine.wav'), 'wav', never)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  test('that does not read its input to the end holds back the reader of the file, not the memory', async () => {
    const { chunks } = await ffmpeg.decodeFile(join(folder, 'sine.wav'), 'wav', never);
    const iterator = chunks[Symbol.asyncIterator]();
    const before = process.memoryUsage().rss;
    await iterator.next();
    const stopped = await stoppedAfter(await onlyChild());
    expect(stopped).toBeLessThan(SECONDS * RATE * 6);
    expect(process.memoryUsage().rss - before).toBeLessThan(20 * 2 ** 20);
    await iterator.return?.();
  });
});

/** On a busy machine, what is that nice takes its time even to be killed, and nobody waits for it longer than 2 s. */
const gone = (owner: Ffmpeg) => expect.poll(() => owner.running).toBe(0);

/** The ffmpeg that this process started. */
async function onlyChild(): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)]);
  const line = stdout.split('\n').find((text) => text.includes('ffmpeg'));
  return Number.parseInt(line ?? '', 10);
}

/** Bytes that a process has read when it reads no more. */
async function stoppedAfter(pid: number): Promise<number> {
  const read = async (): Promise<number> => {
    const io = await readFile(`/proc/${pid}/io`, 'utf8');
    return Number(/rchar: (\d+)/.exec(io)?.[1]);
  };
  for (let last = await read(); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = await read();
    if (now === last) return now;
    last = now;
  }
}

describe('what comes live', () => {
  test('is heard before there is more of it, from the middle of a frame on', async () => {
    const coded = (await readFile(join(folder, 'sine.mp3'))).subarray(5000);
    let askMore: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      askMore = resolve;
    });
    async function* input() {
      yield coded.subarray(0, 16_000);
      await asked;
      yield coded.subarray(16_000);
    }
    const { chunks, sampleRate, channels } = await ffmpeg.decodeLive('mp3', input(), never);
    let frames = 0;
    for await (const chunk of chunks) {
      frames += chunk.length / 2 / channels;
      // 16,000 bytes are one second; a quarter of it may wait in the decoder.
      if (frames > 0.75 * sampleRate) askMore();
    }
    expect(frames / sampleRate).toBeGreaterThan(SECONDS - 1);
  });

  test('ends with its input, or with its signal while the input says nothing', async () => {
    const cancel = new AbortController();
    const file = await open(join(folder, 'sine.aac'));
    async function* input() {
      yield await file.readFile();
      await new Promise((resolve) => cancel.signal.addEventListener('abort', resolve, { once: true }));
    }
    const { chunks } = await ffmpeg.decodeLive('adts', input(), cancel.signal);
    const iterator = chunks[Symbol.asyncIterator]();
    await iterator.next();
    cancel.abort();
    await expect(
      (async () => {
        while (!(await iterator.next()).done);
      })(),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
    await file.close();
  });

  test('that is no audio is DAMAGED', async () => {
    async function* input() {
      yield Buffer.from('This is no audio. '.repeat(5000));
    }
    await expect(ffmpeg.decodeLive('mp3', input(), never)).rejects.toMatchObject({ code: 'DAMAGED' });
  });
});

test('without ffmpeg a person is told how to get it', async () => {
  const bare = new Ffmpeg(silentLog, { PATH: folder });
  expect(await bare.available()).toBe(false);
  expect(await ffmpeg.available()).toBe(true);
  await expect(bare.decodeFile('/a.mp3', 'mp3', never)).rejects.toMatchObject({ code: 'DECODER_MISSING' });
});
