import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaptureInfo, CaptureListener } from '../../src/engine/capture/audioSource.ts';
import { type StreamSourceOptions, createStreamSource } from '../../src/engine/capture/stream/streamSource.ts';
import { testStream } from '../../src/engine/capture/stream/testStream.ts';
import type { Block } from '../../src/engine/containers/block.ts';
import { systemClock } from '../../src/engine/platform/systemClock.ts';
import { sourceId } from '../../src/shared/units.ts';
import { Icecast, LISTENER, PlainListener } from '../support/icecast.ts';

/** Of captured audio, ms. */
const ENOUGH = 6000;

/** Collects what a source captures; tells when something is true of it. */
class Recorder implements CaptureListener {
  readonly blocks: Block[] = [];
  readonly titles: string[] = [];
  readonly #waiting = new Set<() => void>();
  info: CaptureInfo | undefined;
  skipped = 0;

  onSegment(): void {
    return undefined;
  }

  onHole(): void {
    return undefined;
  }

  onOpen(info: CaptureInfo): void {
    this.info = info;
  }
  onBlock(block: Block): void {
    this.blocks.push(block);
    this.#wake();
  }
  onTitle(title: string): void {
    this.titles.push(title);
    this.#wake();
  }
  onSkipped(bytes: number): void {
    this.skipped += bytes;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.blocks.map((block) => block.bytes));
  }

  /** ms */
  get duration(): number {
    const rate = this.info?.format.sampleRate ?? Infinity;
    return this.blocks.reduce((sum, block) => sum + (block.samples * 1000) / rate, 0);
  }

  async until(condition: (recorder: Recorder) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function source(url: string, options: Partial<StreamSourceOptions> & { readonly username?: string } = {}) {
  const { username = '', ...rest } = options;
  const id = sourceId('1c2d6a0e-90c6-4bd9-8d6c-2f2b3d1f5a10');
  const config = { kind: 'stream', id, name: 'x', url, username, format: 'auto' } as const;
  return createStreamSource({ clock: systemClock, ...rest, config });
}

/** Captures until something is true, then stops cleanly. */
async function capture(recorder: Recorder, url: string, until: (recorder: Recorder) => boolean, options = {}) {
  const abort = new AbortController();
  const running = source(url, options).run(recorder, abort.signal);
  await Promise.race([recorder.until(until), running]);
  abort.abort();
  await running;
}

describe('a stream from Icecast', () => {
  let icecast: Icecast;

  beforeAll(async () => {
    icecast = await Icecast.start({ tls: true });
    const mounts = ['/live.mp3', '/live.aac', '/private/live.mp3'];
    await Promise.all(mounts.map((mount) => icecast.play(mount)));
  });
  afterAll(() => icecast.dispose());

  test.each([
    ['/live.mp3', 'mp3', { codec: 'mp3', sampleRate: 44_100, channels: 2 }],
    ['/live.aac', 'adts', { codec: 'aac', sampleRate: 48_000, channels: 2 }],
  ] as const)('%s is byte for byte what a plain listener gets', async (mount, container, format) => {
    const plain = new PlainListener(icecast.url(mount));
    await plain.until((bytes) => bytes.length > 0);
    const recorder = new Recorder();
    await capture(recorder, icecast.url(mount), ({ duration }) => duration > ENOUGH);
    const captured = recorder.bytes;
    await plain.until((bytes) => bytes.includes(captured.subarray(-400)));
    plain.close();

    const from = plain.bytes.indexOf(captured.subarray(0, 1024));
    expect(from).toBeGreaterThanOrEqual(0);
    expect(captured.equals(plain.bytes.subarray(from, from + captured.length))).toBe(true);
    expect(recorder.info).toMatchObject({ container, format, label: 'Radio Test' });
    expect(recorder.duration).toBeGreaterThan(ENOUGH);
    // Joining in the middle of a frame, and cutting the last one off, is all that may be skipped.
    expect(recorder.skipped).toBeLessThan(2000);
  });

  test.each(['/live.mp3', '/live.aac'])('tells what is on air on %s', async (mount) => {
    const recorder = new Recorder();
    const heard = capture(recorder, icecast.url(mount), ({ titles }) => titles.includes('Björk – It’s Oh So Quiet'));
    await recorder.until(({ blocks }) => blocks.length > 0);
    await icecast.setTitle(mount, 'Björk – It’s Oh So Quiet');
    await heard;
    expect(new Set(recorder.titles).size).toBe(recorder.titles.length);
  });

  test('with a login is captured with the right one only', async () => {
    const url = icecast.url('/private/live.mp3');
    const { username, password } = LISTENER;
    await capture(new Recorder(), url, ({ duration }) => duration > 500, { username, password });
    const wrong = capture(new Recorder(), url, () => false, { username, password: 'guess' });
    await expect(wrong).rejects.toMatchObject({ code: 'STREAM_REFUSED', message: expect.stringMatching(/Check both/) });
    const nobody = capture(new Recorder(), url, () => false);
    await expect(nobody).rejects.toMatchObject({ code: 'STREAM_REFUSED', message: expect.stringMatching(/asks for/) });
  });

  test('that is not there has an exact reason', async () => {
    const missing = capture(new Recorder(), icecast.url('/other.mp3'), () => false);
    await expect(missing).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
    const page = capture(new Recorder(), icecast.url('/status.xsl'), () => false);
    await expect(page).rejects.toMatchObject({ code: 'STREAM_NOT_AUDIO' });
  });

  test('behind a certificate that nobody vouches for is refused, and says why', async () => {
    const untrusted = capture(new Recorder(), icecast.tlsUrl('/live.mp3'), () => false);
    await expect(untrusted).rejects.toMatchObject({
      code: 'STREAM_TLS',
      message: expect.stringMatching(/signed by itself/),
    });
  });

  test('is tested in a few seconds', async () => {
    await icecast.setTitle('/live.mp3', 'Tested');
    const draft = { kind: 'stream', name: 'x', url: icecast.url('/live.mp3'), username: '', format: 'auto' } as const;
    const ask = () => testStream(draft, undefined, new AbortController().signal);
    // The burst at the start of a connection is some seconds old, and so is its title.
    await expect.poll(async () => (await ask()).title).toBe('Tested');
    const report = await ask();
    expect(report).toMatchObject({
      container: 'mp3',
      contentType: 'audio/mpeg',
      stationName: 'Radio Test',
      finalUrl: draft.url,
    });
    expect(report.format.bitrate).toBeGreaterThan(125_000);
    expect(report.format.bitrate).toBeLessThan(131_000);
  });

  test('is found through the playlists that the server itself offers', async () => {
    for (const list of ['/live.mp3.m3u', '/live.mp3.xspf', '/live.aac.m3u']) {
      const recorder = new Recorder();
      await capture(recorder, icecast.url(list), ({ duration }) => duration > 500);
      expect(recorder.info?.address).toMatch(/\/live\.(?:mp3|aac)$/);
      expect(recorder.skipped).toBeLessThan(1000);
    }
  });

  test('that loses its station, or its server, is lost at once', async () => {
    await icecast.play('/brief.mp3');
    const left = new Recorder();
    const leaving = capture(left, icecast.url('/brief.mp3'), () => false);
    const cut = new Recorder();
    const cutting = capture(cut, icecast.url('/live.mp3'), () => false);
    const outcomes = Promise.allSettled([leaving, cutting]);
    await Promise.all([left, cut].map((recorder) => recorder.until(({ duration }) => duration > 200)));
    await icecast.silence('/brief.mp3');
    await expect(leaving).rejects.toMatchObject({ code: 'STREAM_LOST' });
    await icecast.kill();
    await expect(cutting).rejects.toMatchObject({ code: 'STREAM_LOST' });
    await outcomes;
    const gone = capture(new Recorder(), icecast.url('/live.mp3'), () => false);
    await expect(gone).rejects.toMatchObject({ code: 'STREAM_UNREACHABLE' });
    await icecast.serve();
    await icecast.silence('/live.mp3');
    await icecast.play('/live.mp3');
    await capture(new Recorder(), icecast.url('/live.mp3'), ({ duration }) => duration > 200);
  });
});
