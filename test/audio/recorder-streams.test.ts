import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { zonedIso } from '../../src/engine/containers/bext.ts';
import { nodeFileSystem } from '../../src/engine/platform/nodeFileSystem.ts';
import { inspectFile } from '../../src/engine/recorder/inspect.ts';
import type { Recording } from '../../src/shared/domain/recording.ts';
import type { SourceDraft } from '../../src/shared/domain/source.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { decode, probe } from '../support/ffmpeg.ts';
import { Icecast, PlainListener } from '../support/icecast.ts';
import { TestStudio } from '../support/studio.ts';
import { withoutTag } from '../support/withoutTag.ts';

const MOUNTS = ['/live.mp3', '/live.aac'] as const;

describe('a studio that records streams', () => {
  let icecast: Icecast;
  let studio: TestStudio;
  let listeners: PlainListener[] = [];

  beforeAll(async () => {
    icecast = await Icecast.start();
    for (const mount of MOUNTS) await icecast.play(mount);
  });
  afterAll(() => icecast.dispose());
  beforeEach(async () => {
    studio = await TestStudio.start();
  });
  afterEach(async () => {
    for (const listener of listeners) listener.close();
    listeners = [];
    await studio.dispose();
  });

  const stream = (mount: string) =>
    ({
      kind: 'stream',
      name: `Radio ${mount.slice(1)}`,
      url: icecast.url(mount),
      username: '',
      format: 'auto',
    }) satisfies SourceDraft;

  /** Resolves when it hears something: who comes later gets nothing that it has not got. */
  async function listen(mount: string): Promise<PlainListener> {
    const listener = new PlainListener(icecast.url(mount));
    listeners.push(listener);
    await listener.until((bytes) => bytes.length > 0);
    return listener;
  }

  const bytesOf = async (recordings: readonly Recording[]): Promise<Buffer> =>
    Buffer.concat(
      await Promise.all(recordings.map(async (recording) => withoutTag(await readFile(studio.file(recording))))),
    );

  const isRecording = (id: SourceId): boolean =>
    studio.statuses.get(id)?.state === 'recording' && studio.statuses.get(id)?.recording !== undefined;

  it('cuts a pause out at a frame, and needs no new connection', async () => {
    const plain = await Promise.all(MOUNTS.map(listen));
    const ids: SourceId[] = [];
    for (const mount of MOUNTS) ids.push(await studio.addAndArm(stream(mount)));
    await studio.until('audio', () => ids.every((id) => (studio.statuses.get(id)?.recording?.durationMs ?? 0) > 1000));
    await studio.studio.handlers['sources.pause']({});
    await studio.until('the pauses', () =>
      ids.every((id) => studio.gapsOf(id).some(({ cause }) => cause === 'paused')),
    );
    await studio.until('time to pass', () => ids.every((id) => Date.now() - (studio.gapsOf(id)[0]?.from ?? 0) > 2000));
    const before = new Map(ids.map((id) => [id, studio.closed(id).length]));
    await studio.studio.handlers['sources.resume']({});
    await studio.until('audio', () => ids.every((id) => (studio.statuses.get(id)?.recording?.durationMs ?? 0) > 1000));
    await studio.studio.handlers['sources.disarm']({});
    for (const [index, id] of ids.entries()) {
      const recordings = studio.closed(id);
      const cut = before.get(id) ?? 0;
      const listener = plain[index];
      if (!listener) throw new Error('Every mount has a listener.');
      const [first, second] = [await bytesOf(recordings.slice(0, cut)), await bytesOf(recordings.slice(cut))];
      await listener.until((bytes) => bytes.includes(second));
      const end = listener.bytes.indexOf(first) + first.length;
      expect(listener.bytes.indexOf(first)).toBeGreaterThanOrEqual(0);
      expect(listener.bytes.indexOf(second)).toBeGreaterThan(end);
      expect(studio.lossesOf(id)).toMatchObject([{ cause: 'paused' }]);
      for (const recording of recordings) expect((await decode(studio.file(recording))).complaints).toBe('');
    }
  });

  it('writes what a plain listener receives, byte for byte, into files that each decode alone', async () => {
    const takes: { readonly id: SourceId; readonly listener: PlainListener; readonly isTagged: boolean }[] = [];
    for (const mount of MOUNTS) {
      await icecast.setTitle(mount, 'Någon — Sång');
      const listener = await listen(mount);
      const tagged = await studio.addAndArm(stream(mount));
      const plain = { ...stream(mount), name: `${mount.slice(1)} alone`, tagStreams: false };
      takes.push({ id: tagged, listener, isTagged: true });
      takes.push({ id: await studio.addAndArm(plain), listener, isTagged: false });
    }
    await studio.until('four files of each', () => takes.every(({ id }) => studio.closed(id).length >= 4));
    await studio.studio.handlers['sources.disarm']({});
    for (const { id, listener, isTagged } of takes) {
      const recordings = studio.closed(id);
      expect(recordings.at(-1)?.title).toBe('Någon — Sång');
      const files = await Promise.all(recordings.map((recording) => readFile(studio.file(recording))));
      const joined = isTagged ? await bytesOf(recordings) : Buffer.concat(files);
      // The recorder connected later, so all that it has is in what the listener got, from some byte on.
      const first = joined.subarray(0, 2000);
      await listener.until((bytes) => bytes.length - bytes.indexOf(first) >= joined.length);
      const from = listener.bytes.indexOf(first);
      expect(from).toBeGreaterThanOrEqual(0);
      expect(joined.equals(listener.bytes.subarray(from, from + joined.length))).toBe(true);
      for (const recording of recordings) {
        const { tags } = await probe(studio.file(recording));
        const { sourceName, title } = recording;
        const wanted = { SOURCE: sourceName, START: zonedIso(recording), ...(title === undefined ? {} : { title }) };
        if (isTagged) expect(tags).toMatchObject(wanted);
        else expect(tags).toEqual({});
        const { samples, bytes } = await inspectFile(nodeFileSystem, studio.file(recording));
        expect({ samples, bytes }).toEqual({ samples: recording.samples, bytes: recording.bytes });
        const { complaints, pcm } = await decode(studio.file(recording));
        expect(complaints).toBe('');
        expect(pcm.length).toBeGreaterThan(0);
      }
      for (const recording of recordings.slice(1)) {
        expect(recording.startedAt % 5000).toBe(0);
        expect(recording.seam).toBe('gapless');
      }
      expect(studio.lossesOf(id)).toEqual([]);
    }
  });

  it('reconnects when the server was killed and is back: a gap with its cause, and a new file', async () => {
    const id = await studio.addAndArm(stream('/live.mp3'));
    const signal = await studio.addAndArm({
      kind: 'generator',
      name: 'Beside it',
      programme: 'tone',
      seed: 1,
      sampleRate: 44_100,
      bitDepth: 16,
      channels: 1,
    });
    await studio.until('recording', () => isRecording(id) && isRecording(signal));
    await icecast.kill();
    await studio.until('the loss', () => studio.statuses.get(id)?.state === 'reconnecting');
    await studio.until('a try in vain', () => studio.statuses.get(id)?.problem?.code === 'STREAM_UNREACHABLE');
    expect(studio.statuses.get(id)?.problem?.message).toContain('takes no connection');
    for (const mount of MOUNTS) await icecast.silence(mount);
    await icecast.serve();
    for (const mount of MOUNTS) await icecast.play(mount);
    await studio.studio.handlers['sources.retry']({ id });
    await studio.until('recording again', () => isRecording(id));
    await studio.until('some audio', () => (studio.statuses.get(id)?.recording?.durationMs ?? 0) > 500);
    await studio.studio.handlers['sources.disarm']({});

    const [gap, ...others] = studio.lossesOf(id);
    expect(others).toEqual([]);
    expect(gap?.cause).toBe('stream lost');
    const recordings = studio.closed(id);
    const after = recordings.find(({ connection }) => connection !== recordings[0]?.connection);
    expect(after?.startedAt).toBeGreaterThan(gap?.from ?? Number.POSITIVE_INFINITY);
    expect(gap?.to).toBeDefined();
    expect(after?.seam).toBe('first');
    for (const recording of recordings) expect((await decode(studio.file(recording))).complaints).toBe('');
    expect(studio.lossesOf(signal)).toEqual([]);
    expect(studio.closed(signal).every((recording) => recording.state === 'complete')).toBe(true);
  });

  it('tells what is on air', async () => {
    const id = await studio.addAndArm(stream('/live.mp3'));
    await studio.until('recording', () => isRecording(id));
    await icecast.setTitle('/live.mp3', 'Någon — Sång');
    await studio.until('the title', () => studio.statuses.get(id)?.title === 'Någon — Sång');
    await studio.studio.handlers['sources.disarm']({});
    expect(studio.closed(id).at(-1)?.title).toBe('Någon — Sång');
  });

  it('tests a stream before it is saved', async () => {
    const report = await studio.studio.handlers['stream.test']({ draft: stream('/live.mp3') });
    expect(report).toMatchObject({ container: 'mp3', format: { codec: 'mp3', sampleRate: 44_100, channels: 2 } });
    expect(report.format.bitrate).toBeGreaterThan(120_000);
    await expect(studio.studio.handlers['stream.test']({ draft: stream('/nothing.mp3') })).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    });
  });
});
