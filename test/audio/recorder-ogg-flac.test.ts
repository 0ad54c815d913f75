import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Recording } from '../../src/shared/domain/recording.ts';
import { nextSample } from '../../src/shared/domain/recordingFile.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { tool } from '../support/codedAudio.ts';
import { decode, packetHashes, probe } from '../support/ffmpeg.ts';
import { Icecast, PlainListener } from '../support/icecast.ts';
import { TestStudio } from '../support/studio.ts';

const MOUNTS = {
  '/live.opus': { codec: 'opus', container: 'ogg', check: ['opusinfo'] },
  '/live.ogg': { codec: 'vorbis', container: 'ogg', check: ['ogginfo'] },
  '/live.oga': { codec: 'flac', container: 'ogg', check: ['flac', '-s', '-t', '--ogg'] },
  '/live.flac': { codec: 'flac', container: 'flac', check: ['flac', '-s', '-t'] },
} as const;
type Mount = keyof typeof MOUNTS;
const TAGS = ['-metadata', 'TITLE=Sång', '-metadata', 'ARTIST=Någon'];
const CHANNELS = 2;

describe('a studio that records Ogg and FLAC', () => {
  const mounts = Object.keys(MOUNTS) as Mount[];
  let folder = '';
  let icecast: Icecast;
  let studio: TestStudio;
  let listeners: PlainListener[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longtake-listened-'));
    icecast = await Icecast.start();
    for (const mount of mounts) await icecast.play(mount, TAGS);
  });
  afterAll(async () => {
    await icecast.dispose();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    studio = await TestStudio.start();
  });
  afterEach(async () => {
    for (const listener of listeners) listener.close();
    listeners = [];
    await studio.dispose();
  });

  const draft = (mount: Mount) =>
    ({
      kind: 'stream',
      name: `Radio ${mount.slice(1)}`,
      url: icecast.url(mount),
      username: '',
      format: 'auto',
    }) satisfies SourceDraft;

  /** Resolves when it hears something: who comes later gets nothing that it has not got. */
  async function listen(mount: Mount): Promise<PlainListener> {
    const listener = new PlainListener(icecast.url(mount));
    listeners.push(listener);
    await listener.until((bytes) => bytes.length > 0);
    return listener;
  }

  /** Each file is in order by itself, by readers that have nothing to do with us, and is as long as its row says. */
  async function expectWhole(mount: Mount, recording: Recording): Promise<Buffer> {
    const path = studio.file(recording);
    const { codec, container, check } = MOUNTS[mount];
    const [program, ...args] = check;
    const { out } = await tool(program, [...args, path]);
    expect(out.toString()).not.toMatch(/WARNING|ERROR|hole|corrupt/i);
    const { complaints, pcm } = await decode(path);
    expect(complaints).toBe('');
    // ffmpeg drops a packet of a Vorbis file that has but one page of audio.
    const played = codec === 'vorbis' ? (await tool('oggdec', ['-Q', '-R', '-o', '-', path])).out : pcm;
    expect(played.length / (2 * CHANNELS)).toBe(recording.samples);
    const probed = await probe(path);
    expect(probed).toMatchObject({ container, codec });
    expect(recording).toMatchObject({ container, format: { codec } });
    return pcm;
  }

  it('writes the packets that a plain listener receives into files that each stand alone', async () => {
    const plain = await Promise.all(mounts.map(listen));
    const ids: SourceId[] = [];
    for (const mount of mounts) ids.push(await studio.addAndArm(draft(mount)));
    await studio.until('three files of each', () => ids.every((id) => studio.closed(id).length >= 3));
    await studio.studio.handlers['sources.disarm']({});
    for (const [index, mount] of mounts.entries()) {
      const recordings = studio.closed(ids[index] ?? missing(mount)).toSorted((a, b) => a.startedAt - b.startedAt);
      const pcm: Buffer[] = [];
      for (const recording of recordings) pcm.push(await expectWhole(mount, recording));
      for (const [at, recording] of recordings.slice(1).entries()) {
        const before = recordings[at] ?? recording;
        expect(recording.startedAt % 5000).toBe(0);
        expect(recording).toMatchObject({ seam: 'gapless', connection: before.connection });
        expect(recording.firstSample).toBe(nextSample(before));
      }
      expect(studio.lossesOf(ids[index] ?? missing(mount))).toEqual([]);
      const listener = plain[index] ?? missing(mount);
      if (MOUNTS[mount].codec === 'flac') await expectSamples(listener, MOUNTS[mount].container, Buffer.concat(pcm));
      else await expectPackets(listener, recordings);
    }
  });

  /** What of the listener's bytes is complete, looked at until it has what is waited for. */
  async function until<Found>(
    listener: PlainListener,
    look: (path: string) => Promise<Found | undefined>,
  ): Promise<Found> {
    for (;;) {
      const { bytes } = listener;
      const path = join(folder, 'heard');
      await writeFile(path, bytes);
      const found = await look(path);
      if (found !== undefined) return found;
      await listener.until((now) => now.length > bytes.length);
    }
  }

  async function expectPackets(listener: PlainListener, recordings: readonly Recording[]): Promise<void> {
    const packets = (await Promise.all(recordings.map((one) => packetHashes(studio.file(one))))).flat();
    const all = await until(listener, async (path) => {
      const hashes = await packetHashes(path, ['-f', 'ogg']);
      return hashes.includes(packets.at(-1) ?? '') ? hashes : undefined;
    });
    const from = all.indexOf(packets[0] ?? '');
    expect(from).toBeGreaterThanOrEqual(0);
    expect(all.slice(from, from + packets.length)).toEqual(packets);
  }

  /** Frames of FLAC are numbered anew, so their bytes differ; their samples do not. */
  async function expectSamples(listener: PlainListener, format: string, pcm: Buffer): Promise<void> {
    const end = pcm.subarray(-4000);
    const all = await until(listener, async (path) => {
      const { out } = await tool('ffmpeg', ['-v', 'quiet', '-f', format, '-i', path, '-f', 's16le', '-']);
      return out.includes(end) ? out : undefined;
    });
    const from = all.indexOf(pcm.subarray(0, 4000));
    expect(from).toBeGreaterThanOrEqual(0);
    expect(all.subarray(from, from + pcm.length).equals(pcm)).toBe(true);
  }
});

function missing(mount: string): never {
  throw new Error(`There is nothing for ${mount}.`);
}
