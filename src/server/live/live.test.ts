import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../../../test/support/codedAudio.ts';
import { decode, packetHashes } from '../../../test/support/ffmpeg.ts';
import { toneWav } from '../../../test/support/serverRecording.ts';
import { silentLog } from '../../../test/support/silentLog.ts';
import { TurnedClock } from '../../../test/support/turnedClock.ts';
import { encodeAac } from '../../engine/clips/aacEncoder.ts';
import { DiskLiveStore } from './diskLiveStore.ts';
import { LiveHouse, type LiveLimits } from './liveHouse.ts';
import type { LiveSource, LiveSubject } from './liveSource.ts';

const ID = 'a5e2b0c4-0000-4000-8000-000000000001';
const SECONDS = 14;
/** Generous for a machine that is busy; no test waits for it to pass. */
const PATIENCE_MS = 120_000;

/** A session whose bytes come when the test says so. */
class GrowingSession implements LiveSource {
  readonly #mimeType: string;
  #bytes: Buffer = Buffer.alloc(0);
  #receiving = true;
  #waiting: (() => void)[] = [];

  constructor(mimeType: string) {
    this.#mimeType = mimeType;
  }

  grow(bytes: Uint8Array, { end = false } = {}): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    this.#receiving = !end;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async find(id: string): Promise<LiveSubject | undefined> {
    return id === ID ? { mimeType: this.#mimeType, receiving: this.#receiving } : undefined;
  }

  async *read(_id: string, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let at = fromByte; ;) {
      if (signal.aborted) return;
      const bytes = this.#bytes.subarray(at, at + 50_000);
      at += bytes.length;
      if (bytes.length > 0) yield bytes;
      else if (!this.#receiving) return;
      else await this.#growth(signal);
    }
  }

  #growth(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

interface Listed {
  readonly names: readonly string[];
  readonly seconds: number;
  readonly maps: readonly string[];
  readonly ended: boolean;
}

function read(playlist: string): Listed {
  const lines = playlist.split('\n').filter((line) => line !== '');
  const lengths = lines.flatMap((line) => /^#EXTINF:([\d.]+),$/.exec(line)?.[1] ?? []).map(Number);
  expect(lines.slice(0, 4)).toEqual([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-TARGETDURATION:3',
    '#EXT-X-MEDIA-SEQUENCE:0',
  ]);
  expect(lengths.every((length) => length <= 3)).toBe(true);
  return {
    names: lines.filter((line) => !line.startsWith('#')),
    seconds: lengths.reduce((sum, length) => sum + length, 0),
    maps: lines.flatMap((line) => /^#EXT-X-MAP:URI="(.*)"$/.exec(line)?.[1] ?? []),
    ended: lines.includes('#EXT-X-PLAYLIST-TYPE:VOD') && lines.at(-1) === '#EXT-X-ENDLIST',
  };
}

let folder = '';
let count = 0;
let open: LiveHouse[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longtake-live-'));
  const tone = `aevalsrc=0.3*sin(300*t*(1+0.1*t))|0.3*sin(470*t*(1+0.1*t)):s=44100:d=${SECONDS}`;
  const made = (name: string, ...options: readonly string[]) =>
    tool('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', tone, ...options, join(folder, name)]);
  await made('audio.wav');
  await made('audio.flac');
  await made('audio.ogg', '-c:a', 'libopus');
  await made('audio.webm', '-c:a', 'libopus');
  await made('audio.mp3', '-b:a', '128k');
  await made('audio.aac', '-c:a', 'aac');
  await made(
    'audio.mp4',
    '-c:a',
    'aac',
    '-movflags',
    'frag_keyframe+empty_moov+default_base_moof',
    '-frag_duration',
    '1000000',
  );
  await made('whole.mp4', '-c:a', 'aac', '-movflags', 'faststart');
}, PATIENCE_MS);
afterEach(async () => {
  await Promise.all(open.map((house) => house.dispose()));
  open = [];
});
afterAll(() => rm(folder, { recursive: true }));

const audio = (name: string): Promise<Buffer> => readFile(join(folder, name));

function shelfFolder(): string {
  count += 1;
  return join(folder, `live-${count}`);
}

function openHouse(
  source: LiveSource,
  root: string,
  more: { limits?: Partial<LiveLimits>; clock?: TurnedClock; hasRoom?: boolean } = {},
) {
  const clock = more.clock ?? new TurnedClock('2026-03-01T12:00:00Z');
  const limits = { waitMs: 200, ...more.limits };
  const made = new LiveHouse({
    source,
    store: new DiskLiveStore(root),
    encode: encodeAac,
    monotonic: () => clock.monotonic(),
    hasRoom: async () => more.hasRoom ?? true,
    log: silentLog,
    limits,
  });
  open.push(made);
  return made;
}

async function listed(subject: LiveHouse, isEnough: (list: Listed) => boolean): Promise<Listed> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const list = read((await subject.playlist(ID, '')) ?? '');
    if (isEnough(list)) return list;
    // What is asked for without end must leave time for the answer.
    await nextTurn();
    if (Date.now() > deadline) throw new Error(`The playlist stays at ${JSON.stringify(list)}.`);
  }
}

/** Every segment of packed audio begins with a tag, which a reader of a file takes for the end of a frame. */
const withoutTag = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(bytes.subarray(0, 3)).toString('latin1') === 'ID3' ? bytes.subarray(10 + (bytes[9] ?? 0)) : bytes;

/** What a listener gets, in one file. */
async function heard(subject: LiveHouse, { names, maps }: Listed, name: string): Promise<string> {
  const files = await Promise.all([...maps, ...names].map((file) => subject.file(ID, file)));
  const path = join(folder, `${count}-${name}`);
  await writeFile(path, Buffer.concat(files.map((file) => withoutTag(file ?? Buffer.alloc(0)))));
  return path;
}

const mono = (pcm: Buffer): Int16Array => new Int16Array(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.length));

describe('live listening', () => {
  it.each([
    ['audio/mpeg', 'audio.mp3', 'audio.mp3', 'mp3'],
    ['audio/aac', 'audio.aac', 'whole.mp4', 'mp4'],
    ['audio/mp4', 'audio.mp4', 'whole.mp4', 'mp4'],
    ['audio/x-m4a', 'whole.mp4', 'whole.mp4', 'mp4'],
  ])('gives the frames of %s (%s) as they are', async (mimeType, name, reference, extension) => {
    const session = new GrowingSession(mimeType);
    const subject = openHouse(session, shelfFolder());
    session.grow(await audio(name), { end: true });
    const list = await listed(subject, ({ ended }) => ended);
    expect(Math.abs(list.seconds - SECONDS)).toBeLessThan(0.2);
    const path = await heard(subject, list, `heard.${extension}`);
    expect(await packetHashes(path)).toEqual(await packetHashes(join(folder, reference)));
    expect(subject.encoders).toBe(0);
  });

  it.each([
    ['audio/wav', 'audio.wav'],
    ['audio/flac', 'audio.flac'],
    ['audio/ogg', 'audio.ogg'],
    ['audio/webm', 'audio.webm'],
  ])('encodes %s while it comes, and goes on after a restart where it was', async (mimeType, name) => {
    const bytes = await audio(name);
    const session = new GrowingSession(mimeType);
    const root = shelfFolder();
    const before = openHouse(session, root);
    session.grow(bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    const live = await listed(before, ({ names }) => names.length >= 2);
    expect(live.ended).toBe(false);
    expect(before.encoders).toBe(1);
    await before.dispose();
    expect(before.encoders).toBe(0);

    const after = openHouse(session, root);
    session.grow(bytes.subarray(Math.floor(bytes.length * 0.6)), { end: true });
    const whole = await listed(after, ({ ended }) => ended);
    expect(whole.names.slice(0, live.names.length)).toEqual(live.names);
    expect(Math.abs(whole.seconds - SECONDS)).toBeLessThan(0.2);

    const { pcm, complaints } = await decode(await heard(after, whole, 'heard.mp4'));
    expect(complaints).toBe('');
    const reference = await tool('ffmpeg', [
      '-v',
      'error',
      '-i',
      join(folder, name),
      '-ar',
      '48000',
      '-f',
      's16le',
      '-',
    ]);
    // The decoder leaves out nothing: the encoder's own delay of a frame is in front.
    const got = mono(pcm).subarray(1024 * 2);
    const wanted = mono(reference.out);
    let difference = 0;
    let power = 0;
    const last = Math.min(got.length, wanted.length) - 48_000;
    for (let at = 48_000; at < last; at += 1) {
      difference += ((got[at] ?? 0) - (wanted[at] ?? 0)) ** 2;
      power += (wanted[at] ?? 0) ** 2;
    }
    // One sample off would be a difference as large as the signal over 10.
    expect(difference / power).toBeLessThan(0.001);
  });

  it('never lists less than before, nor what is not stored', async () => {
    const session = new GrowingSession('audio/mpeg');
    const root = shelfFolder();
    const subject = openHouse(session, root);
    const bytes = await audio('audio.mp3');
    expect((await listed(subject, () => true)).names).toEqual([]);
    let before: Listed = { names: [], seconds: 0, maps: [], ended: false };
    for (let at = 0; at < bytes.length; at += 30_000) {
      session.grow(bytes.subarray(at, at + 30_000), { end: at + 30_000 >= bytes.length });
      const now = await listed(subject, () => true);
      expect(now.names.slice(0, before.names.length)).toEqual(before.names);
      const stored: readonly string[] = await readdir(join(root, ID)).catch(() => []);
      expect(now.names.filter((name) => !stored.includes(name))).toEqual([]);
      before = now;
    }
    await listed(subject, ({ ended }) => ended);
  });

  it('ends the encoder when nobody listens, and begins again where it was', async () => {
    const clock = new TurnedClock('2026-03-01T12:00:00Z');
    const session = new GrowingSession('audio/wav');
    const subject = openHouse(session, shelfFolder(), { clock });
    const bytes = await audio('audio.wav');
    session.grow(bytes.subarray(0, bytes.length / 2));
    const live = await listed(subject, ({ names }) => names.length >= 1);
    clock.advance(61_000);
    await subject.sweep();
    expect([subject.encoders, subject.makers]).toEqual([0, 0]);
    session.grow(bytes.subarray(bytes.length / 2), { end: true });
    const whole = await listed(subject, ({ ended }) => ended);
    expect(whole.names.slice(0, live.names.length)).toEqual(live.names);
    // What has ended and nobody wants is made again when somebody does.
    clock.advance(25 * 3_600_000);
    await subject.sweep();
    expect(await subject.file(ID, whole.names[0] ?? '')).toBeUndefined();
    expect((await listed(subject, ({ ended }) => ended)).names).toEqual(whole.names);
  });

  it('hears a slow WAV whose length is open as soon as there is a segment', async () => {
    const session = new GrowingSession('audio/wav');
    const subject = openHouse(session, shelfFolder());
    session.grow(toneWav(8));
    const live = await listed(subject, ({ names }) => names.length >= 2);
    expect(live.ended).toBe(false);
  });

  it('leaves what room there is to recordings', async () => {
    const session = new GrowingSession('audio/mpeg');
    const subject = openHouse(session, shelfFolder(), { hasRoom: false });
    session.grow(await audio('audio.mp3'));
    await expect(subject.playlist(ID, '')).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  it('removes what an earlier run left, at once or when nobody wants it', async () => {
    const root = shelfFolder();
    const session = new GrowingSession('audio/mpeg');
    session.grow(await audio('audio.mp3'), { end: true });
    const list = await listed(openHouse(session, root), ({ ended }) => ended);
    const store = new DiskLiveStore(root);
    const other = ID.replace('a', 'b');
    await store.put(other, list.names[0] ?? '', Buffer.from('x'));
    const clock = new TurnedClock('2026-03-01T12:00:00Z');
    const subject = openHouse(session, root, { clock });
    await subject.adopt();
    expect(await store.ids()).toEqual([ID]);
    clock.advance(25 * 3_600_000);
    await subject.sweep();
    expect(await store.ids()).toEqual([]);
  });

  it('has no more encoders than it may, and says so', async () => {
    const session = new GrowingSession('audio/wav');
    const subject = openHouse(session, shelfFolder(), { limits: { encoders: 0 } });
    session.grow(await audio('audio.wav'));
    await expect(subject.playlist(ID, '')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('knows only its sessions, and serves only what is in their folders', async () => {
    const subject = openHouse(new GrowingSession('audio/wav'), shelfFolder());
    expect(await subject.playlist('a5e2b0c4-0000-4000-8000-000000000002', '')).toBeUndefined();
    expect(await subject.file(ID, '../audio.wav')).toBeUndefined();
    expect(await subject.file(ID, 'segment_000001_1_1_48000.m4s')).toBeUndefined();
  });
});
