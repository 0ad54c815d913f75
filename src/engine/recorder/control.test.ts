import { describe, expect, it } from 'vitest';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { A, eachWithRecorder, RATE, type RecorderRig, START } from '../../../test/support/recorderRig.ts';
import { LongtakeError } from '../../shared/errors.ts';
import { WavWriter } from '../containers/wav.ts';

describe('Recorder under control', () => {
  let rig: RecorderRig;
  eachWithRecorder((made) => {
    rig = made;
  });

  describe('a pause', () => {
    it('is cut out, accounted for, and needs no new connection', async () => {
      await rig.start();
      await rig.arm(A, 'a');
      await rig.play(A, 3);
      await rig.control('pause');
      await rig.play(A, 1);
      expect(rig.lastStatus(A)).toMatchObject({ state: 'paused', since: Date.parse(START) + 3000 });
      expect(rig.lastStatus(A)?.recording).toBeUndefined();
      expect(rig.closed()).toMatchObject([{ samples: 3 * RATE, state: 'complete' }]);
      await rig.play(A, 60);
      await rig.control('resume');
      await rig.play(A, 2);
      expect(rig.lastStatus(A)?.state).toBe('recording');
      expect(rig.inputs.get(A)?.runs).toBe(1);
      await rig.accountsForAll(A);
      const at = Date.parse(START) + 3000;
      expect(rig.gaps()).toMatchObject([{ cause: 'paused', from: at, to: at + 61_000 }]);
      expect(rig.closed().map(({ samples }) => samples)).toEqual([3 * RATE, 2 * RATE]);
    });

    it('closes the file also when the input is silent, and the silence is a gap of its own', async () => {
      await rig.start();
      await rig.arm(A, 'a');
      await rig.play(A, 3);
      await rig.wait(5);
      await rig.control('pause');
      await rig.wait(1);
      expect(rig.closed()).toMatchObject([{ samples: 3 * RATE }]);
      expect(rig.gaps()).toMatchObject([{ cause: 'device lost' }, { cause: 'paused' }]);
      await rig.control('resume');
      await rig.play(A, 1);
      await rig.accountsForAll(A);
    });

    it('goes before a loss, in either order', async () => {
      await rig.start();
      await rig.arm(A, 'a');
      await rig.play(A, 2);
      rig.inputs.get(A)?.lose();
      await rig.settle();
      await rig.wait(2);
      await rig.control('pause');
      expect(rig.lastStatus(A)).toMatchObject({ state: 'paused', problem: { code: 'DEVICE_LOST' } });
      await rig.wait(3);
      rig.inputs.get(A)?.lose();
      await rig.control('resume');
      await rig.wait(4);
      expect(rig.gaps()).toMatchObject([
        { cause: 'device lost', to: Date.parse(START) + 4000 },
        { cause: 'paused', to: Date.parse(START) + 7000 },
        { cause: 'device lost' },
      ]);
      await rig.wait(40);
      await rig.play(A, 1);
      await rig.control('pause');
      await rig.play(A, 1);
      rig.inputs.get(A)?.lose();
      await rig.wait(5);
      expect(rig.gaps().map(({ cause }) => cause)).toEqual(['device lost', 'paused', 'device lost', 'paused']);
      await rig.control('resume');
      await rig.play(A, 1);
      await rig.accountsForAll(A);
    });

    it('shows nothing wrong once the input is there again', async () => {
      await rig.start();
      await rig.arm(A, 'a');
      await rig.play(A, 1);
      rig.inputs.get(A)?.lose();
      await rig.settle();
      await rig.control('pause');
      await rig.play(A, 5);
      expect(rig.lastStatus(A)).toMatchObject({ state: 'paused' });
      expect(rig.lastStatus(A)?.problem).toBeUndefined();
      await rig.accountsForAll(A);
    });

    it('lasts when the recorder is started again', async () => {
      const open = makeGap({ sourceId: A, from: rig.clock.now() - 9000, to: undefined, cause: 'paused' });
      await rig.start({ gaps: [open], resumed: [A] });
      await rig.arm(A, 'a', {}, { paused: true });
      await rig.play(A, 2);
      expect(rig.lastStatus(A)).toMatchObject({ state: 'paused', since: open.from });
      expect(rig.closed()).toEqual([]);
      await rig.control('resume');
      await rig.play(A, 1);
      expect(rig.gaps()).toMatchObject([{ id: open.id, from: open.from, to: Date.parse(START) + 2000 }]);
    });

    it('is the cause of what was not recorded while no recorder ran', async () => {
      await rig.start({ left: [{ sourceId: A, at: rig.clock.now() - 5000 }], resumed: [A] });
      await rig.arm(A, 'a', {}, { paused: true });
      expect(rig.gaps()).toMatchObject([{ cause: 'paused', from: rig.clock.now() - 5000 }]);
    });

    it('is over when it was ended while no recorder ran', async () => {
      const open = makeGap({ sourceId: A, from: rig.clock.now() - 9000, to: undefined, cause: 'paused' });
      await rig.start({ gaps: [open], resumed: [A] });
      await rig.arm(A, 'a');
      expect(rig.gaps()).toMatchObject([{ id: open.id, to: rig.clock.now() }, { cause: 'starting' }]);
      await rig.play(A, 1);
      expect(rig.lastStatus(A)?.state).toBe('recording');
    });
  });

  it('begins a new file at once when asked, and joins it', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 2);
    await rig.control('split');
    await rig.play(A, 1);
    expect(rig.told('recording').map(({ recording }) => recording.path)).toContain('a/110003.wav');
    expect(rig.lastStatus(A)?.state).toBe('recording');
    await rig.accountsForAll(A);
    expect(rig.gaps()).toEqual([]);
  });

  it('tells that the longest length is reached, when its files are closed', async () => {
    await rig.start();
    await rig.arm(A, 'a', { maxLengthSeconds: 10 }, { recordedMs: 3000 });
    await rig.play(A, 4);
    rig.inputs.get(A)?.lose();
    await rig.wait(2);
    await rig.control('pause');
    await rig.play(A, 30);
    await rig.control('resume');
    await rig.play(A, 10);
    expect(rig.told('reached')).toMatchObject([{ sourceId: A }]);
    expect(rig.closed().map(({ samples }) => samples)).toEqual([4 * RATE, 3 * RATE]);
    const runs = rig.inputs.get(A)?.runs;
    await rig.wait(70);
    expect(rig.inputs.get(A)?.runs).toBe(runs);
    // Whoever disarms it may be late: it was armed as long as it recorded.
    rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'maximum length', callId: 8 });
    await rig.settle(1000);
    const [last] = rig.closed().slice(-1);
    const disarmed = rig.told('arming').find(({ entry }) => entry.type === 'disarmed');
    expect(disarmed?.entry.at).toBe((last?.startedAt ?? 0) + 3000);
  });

  it.each(['disarm', 'stop'] as const)(
    'ends where the longest length ends when a %s comes while its files are being closed',
    async (command) => {
      await rig.start();
      await rig.arm(A, 'a', { maxLengthSeconds: 10 });
      await rig.play(A, 9);
      const held: (() => void)[] = [];
      rig.disk.beforeWrite = (path) =>
        path.endsWith('.wav') ? new Promise<void>((resolve) => held.push(resolve)) : undefined;
      await rig.play(A, 4);
      expect(rig.told('reached')).toEqual([]);
      if (command === 'disarm') rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 8 });
      const stopped = command === 'stop' ? rig.recorder.stop('quit') : undefined;
      await rig.settle();
      rig.disk.beforeWrite = () => undefined;
      for (const release of held) release();
      await rig.settle(1000);
      await stopped;
      const disarmed = rig.told('arming').find(({ entry }) => entry.type === 'disarmed');
      expect(disarmed?.entry.at).toBe(Date.parse(START) + 10_000);
      expect(rig.closed().at(-1)).toMatchObject({ samples: 10 * RATE });
    },
  );

  it('counts what a recorder before left open, once it is mended', async () => {
    const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 } as const;
    const unfinished = makeRecording({ sourceId: A, root: '/r', path: 'old.wav', state: 'recording', format });
    const wav = new WavWriter(
      { sampleRate: RATE, channels: 1, bitDepth: 16 },
      { sourceName: 'a', startedAt: 0, offsetMinutes: 0 },
    );
    rig.disk.files.set('/r/old.wav', Buffer.concat([wav.header(), new Uint8Array(8 * RATE * 2)]));
    await rig.start({ recordings: [unfinished], resumed: [A] });
    await rig.arm(A, 'a', { maxLengthSeconds: 10 }, { unfinished: [unfinished.id] });
    await rig.wait(3);
    await rig.play(A, 10);
    expect(rig.told('reached')).toMatchObject([{ sourceId: A }]);
    expect(rig.closed().map(({ samples }) => samples)).toEqual([8 * RATE, 2 * RATE]);
  });

  it('counts what a recorder before left open also while it is being mended', async () => {
    const format = { codec: 'pcm', sampleRate: RATE, channels: 1, bitDepth: 16 } as const;
    const unfinished = makeRecording({ sourceId: A, root: '/r', path: 'old.wav', state: 'recording', format });
    const wav = new WavWriter(
      { sampleRate: RATE, channels: 1, bitDepth: 16 },
      { sourceName: 'a', startedAt: 0, offsetMinutes: 0 },
    );
    rig.disk.files.set('/r/old.wav', Buffer.concat([wav.header(), new Uint8Array(9 * RATE * 2)]));
    rig.disk.beforeWrite = (path) => (path === '/r/old.wav' ? new Promise(() => undefined) : undefined);
    await rig.start({ recordings: [unfinished], resumed: [A] });
    await rig.arm(A, 'a', { maxLengthSeconds: 10 }, { unfinished: [unfinished.id] });
    await rig.play(A, 5);
    expect(rig.told('reached')).toMatchObject([{ sourceId: A }]);
    expect(rig.closed().map(({ samples }) => samples)).toContain(RATE);
  });

  it('opens nothing when the longest length was recorded before', async () => {
    await rig.start();
    await rig.arm(A, 'a', { maxLengthSeconds: 10 }, { recordedMs: 10_000 });
    expect(rig.told('reached')).toMatchObject([{ sourceId: A }]);
    expect(rig.inputs.get(A)?.runs).toBe(0);
  });

  it('accounts for the time that an input takes to open', async () => {
    let open: () => void = () => undefined;
    rig.opening = new Promise((resolve) => {
      open = resolve;
    });
    await rig.start();
    await rig.arm(A, 'a');
    await rig.wait(5);
    expect(rig.gaps()).toMatchObject([{ cause: 'starting', from: Date.parse(START) }]);
    open();
    await rig.play(A, 2);
    await rig.accountsForAll(A);
    expect(rig.gaps()).toMatchObject([{ cause: 'starting' }]);
  });

  it('gives the wait for an input that cannot be opened the cause of that', async () => {
    let refuse: (error: Error) => void = () => undefined;
    rig.opening = new Promise((_, reject) => {
      refuse = reject;
    });
    await rig.start();
    await rig.arm(A, 'a');
    await rig.wait(5);
    refuse(new LongtakeError('STREAM_REFUSED', 'No.'));
    await rig.wait(1);
    expect(rig.gaps()).toMatchObject([{ cause: 'server refused', from: Date.parse(START) }]);
    await rig.accountsForAll(A);
  });
});
