import { describe, expect, it } from 'vitest';
import { makeGap, makeRecording } from '../../../test/support/makeRecording.ts';
import { nodeError } from '../../../test/support/memoryFileSystem.ts';
import {
  A,
  B,
  eachWithRecorder,
  playedConfig,
  RATE,
  type RecorderRig,
  START,
} from '../../../test/support/recorderRig.ts';

describe('Recorder', () => {
  let rig: RecorderRig;
  eachWithRecorder((made) => {
    rig = made;
  });

  it('counts what is lost from the end of the ledger when nothing else tells', async () => {
    const at = rig.clock.now() - 7000;
    await rig.start({ left: [{ sourceId: A, at }], resumed: [A] });
    await rig.arm(A, 'a');
    expect(rig.gaps()).toMatchObject([{ cause: 'crash', from: at }]);
    await rig.play(A, 1);
    expect(rig.gaps()).toEqual([expect.objectContaining({ from: at, to: Date.parse(START) })]);
  });

  describe('after a recorder that saw another time', () => {
    const CLOCK = '/r/.longtake/clock.jsonl';
    /** Recorders wrote `agoMs` ago, when the clock showed `stepMs` less than it would now. */
    const noteClock = (
      boot: string,
      ...times: readonly { readonly stepMs: number; readonly agoMs: number }[]
    ): void => {
      const lines = times.map(({ stepMs, agoMs }) => {
        const now = rig.clock.now() - stepMs;
        return JSON.stringify({ boot, bootedAt: now - rig.clock.monotonic(), at: now - agoMs });
      });
      rig.disk.files.set(CLOCK, new TextEncoder().encode(['torn', ...lines, '{"boot'].join('\n')));
    };

    it.each([3_600_000, -7_200_000])(
      'knows by which clock a loss was told just after that was set by %d ms',
      async (step) => {
        noteClock('this-boot', { stepMs: step, agoMs: 60_000 }, { stepMs: 0, agoMs: 8000 });
        const now = rig.clock.now();
        const left = [
          { sourceId: A, at: now - 7000 },
          { sourceId: B, at: now - 9500 - step },
        ];
        await rig.start({ left, resumed: [A, B] });
        await rig.arm(A, 'a');
        await rig.arm(B, 'b');
        await rig.playAll(1);
        expect(rig.gaps().map(({ sourceId, from }) => [sourceId, now - from])).toEqual([
          [A, 7000],
          [B, 9500],
        ]);
      },
    );

    it.each([3_600_000, -7_200_000])(
      'counts what is lost by the clock of now, which was set by %d ms',
      async (step) => {
        noteClock('this-boot', { stepMs: step, agoMs: 60_000 });
        const lost = rig.clock.now() - 7000;
        const open = makeGap({ sourceId: B, from: lost - step, to: undefined });
        await rig.start({ left: [{ sourceId: A, at: lost - step }], gaps: [open], resumed: [A, B] });
        await rig.arm(A, 'a');
        await rig.arm(B, 'b');
        await rig.playAll(1);
        const to = Date.parse(START);
        expect(rig.gaps().map(({ sourceId, from }) => [sourceId, to - from])).toEqual([
          [A, 7000],
          [B, 7000],
        ]);
        expect(rig.gaps().every((gap) => gap.to === to)).toBe(true);
      },
    );

    it('does not know by how much the clock was set when the computer was started anew', async () => {
      noteClock('another-boot', { stepMs: 3_600_000, agoMs: 60_000 });
      const at = rig.clock.now() - 7000;
      await rig.start({ left: [{ sourceId: A, at }], resumed: [A] });
      await rig.arm(A, 'a');
      expect(rig.gaps()).toMatchObject([{ cause: 'crash', from: at }]);
    });

    it('notes how the clock stands, and each time that it is set', async () => {
      await rig.start();
      await rig.wait(3);
      rig.clock.setWall(5_000_000);
      await rig.wait(3);
      const lines = new TextDecoder().decode(rig.disk.files.get(CLOCK)).split('\n').filter(Boolean);
      const [first, second, ...more] = lines.map((line) => JSON.parse(line) as { boot: string; bootedAt: number });
      expect(more).toEqual([]);
      expect(first?.boot).toBe('this-boot');
      expect((second?.bootedAt ?? 0) - (first?.bootedAt ?? 0)).toBe(5_000_000);
    });
  });

  it('counts a file that was opened and holds nothing yet as lost from its beginning', async () => {
    const startedAt = rig.clock.now() - 3000;
    const change = { sourceId: A, root: '/r', path: 'new.mp3', container: 'mp3', state: 'recording', startedAt };
    const format = { codec: 'mp3', sampleRate: 44_100, channels: 2 };
    rig.disk.files.set('/r/new.mp3', new Uint8Array(100));
    rig.disk.stat = async () => ({ bytes: 100, modifiedAt: startedAt + 700 });
    await rig.start({ recordings: [makeRecording({ ...change, format })], resumed: [A] });
    await rig.arm(A, 'a');
    expect(rig.gaps()).toMatchObject([{ cause: 'crash', from: startedAt }]);
  });

  it('goes on with the gap that is open', async () => {
    const open = makeGap({ sourceId: A, from: rig.clock.now() - 9000, to: undefined });
    await rig.start({ gaps: [open], left: [{ sourceId: A, at: rig.clock.now() - 1000 }], resumed: [A] });
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    expect(rig.gaps()).toEqual([expect.objectContaining({ id: open.id, from: open.from, to: Date.parse(START) })]);
  });

  it('records before it mends: a file that takes long to read holds up nothing', async () => {
    const unfinished = makeRecording({ sourceId: B, root: '/r', path: 'old.wav', state: 'recording' });
    rig.disk.files.set('/r/old.wav', new Uint8Array(100));
    const open = rig.disk.openForRepair.bind(rig.disk);
    let release: () => void = () => undefined;
    rig.disk.openForRepair = async (path) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return open(path);
    };
    await rig.start({ recordings: [unfinished] });
    expect(rig.told('ready').length).toBe(1);
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.closed()).toEqual([]);
    release();
    await rig.settle();
    expect(rig.closed()).toMatchObject([{ id: unfinished.id }]);
  });

  it('is ready although a disk does not answer', async () => {
    const unfinished = makeRecording({ sourceId: A, root: '/hung', path: 'old.wav', state: 'recording' });
    rig.disk.stat = () => new Promise(() => undefined);
    await rig.start({ recordings: [unfinished], resumed: [A] });
    await rig.settle(3000);
    expect(rig.told('ready').length).toBe(1);
  });

  it('leaves alone what another program is writing', async () => {
    const foreign = makeRecording({ sourceId: B, root: '/r', path: 'old.wav', state: 'recording' });
    rig.disk.files.set('/r/old.wav', new Uint8Array(100));
    let bytes = 100;
    rig.disk.stat = async () => ({ bytes: (bytes += 1), modifiedAt: rig.clock.now() });
    let repairs = 0;
    rig.disk.openForRepair = async () => {
      repairs += 1;
      throw new Error('Nobody may open it.');
    };
    await rig.start({ recordings: [foreign] });
    await rig.settle(5000);
    expect(repairs).toBe(0);
    expect(rig.closed()).toEqual([]);
  });

  it('arms and disarms the others while one file cannot be closed', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.arm(B, 'b');
    await rig.play(A, 1);
    await rig.play(B, 1);
    rig.disk.beforeWrite = (path) => (path.startsWith('/r/a') ? new Promise<void>(() => undefined) : undefined);
    await rig.play(A, 1);
    rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    rig.recorder.handle({ type: 'disarm', sourceId: B, reason: 'person', callId: 2 });
    await rig.settle(1000);
    expect(rig.told('disarmed').map(({ callId }) => callId)).toEqual([2]);
  });

  it('waits at its end for files that are being closed, and arms nothing any more', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.disk.beforeWrite = () => hung;
    await rig.play(A, 1);
    rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    rig.recorder.handle({ type: 'arm', source: { config: playedConfig(A, 'a') }, armedAt: rig.clock.now() });
    await rig.settle();
    let stopped = false;
    void rig.recorder.stop('quit').then(() => {
      stopped = true;
    });
    await rig.settle(1000);
    expect(stopped).toBe(false);
    release();
    await rig.settle(1000);
    expect(stopped).toBe(true);
    expect(rig.closed()).toMatchObject([{ state: 'complete' }]);
    expect(rig.inputs.get(A)?.runs).toBe(1);
  });

  it('makes no file and no second gap while the disk is full, and goes on when there is room', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 2);
    const files = rig.disk.files.size;
    rig.disk.free = 1000;
    rig.disk.beforeWrite = (path) => {
      if (rig.disk.free < 2000 && !path.includes('.longtake')) throw nodeError('ENOSPC');
    };
    await rig.play(A, 120);
    expect(rig.disk.files.size).toBe(files);
    expect(rig.gaps()).toMatchObject([{ cause: 'disk full' }]);
    expect(rig.gaps()[0]?.to).toBeUndefined();
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_FULL' } });
    rig.disk.free = Number.MAX_SAFE_INTEGER;
    await rig.play(A, 40);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.gaps().length).toBe(1);
    await rig.accountsForAll(A);
  });

  it('goes on in a new file when the one it writes is deleted, and says what is lost', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 5);
    const [path] = [...rig.disk.files.keys()].filter((name) => name.endsWith('.wav'));
    rig.disk.files.delete(path ?? '');
    await rig.play(A, 5);
    expect([...rig.disk.files.keys()].filter((name) => name.endsWith('.wav')).length).toBe(1);
    expect(rig.gaps()).toMatchObject([{ cause: 'disk error', from: Date.parse(START) }]);
    expect(rig.closed()).toMatchObject([{ state: 'damaged', samples: 0 }]);
    await rig.accountsForAll(A);
  });

  it('says that nothing is recorded while a disk hangs for longer than memory lasts', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await rig.play(A, 30);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    await rig.play(A, 30);
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'TOO_SLOW' } });
    rig.disk.beforeWrite = () => undefined;
    release();
    await rig.play(A, 10);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.gaps()).toMatchObject([{ cause: 'too slow' }]);
    await rig.accountsForAll(A);
  });

  it('keeps the audio of 30 s in which a disk hung', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await rig.play(A, 30);
    rig.disk.beforeWrite = () => undefined;
    release();
    await rig.play(A, 1);
    await rig.accountsForAll(A);
    expect(rig.gaps()).toEqual([]);
    expect(rig.closed()).toMatchObject([{ samples: 32 * RATE, state: 'complete' }]);
  });

  it('tells what a hung disk lost, also when it is disarmed meanwhile', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    rig.disk.beforeWrite = (path) => (path.endsWith('.wav') ? hung : undefined);
    await rig.play(A, 60);
    rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    rig.disk.beforeWrite = () => undefined;
    release();
    await rig.settle(1000);
    expect(rig.gaps()).toMatchObject([{ cause: 'too slow' }]);
    await rig.accountsForAll(A);
  });

  it('splits and names a source as it asks for, and the others as the settings do', async () => {
    await rig.start();
    await rig.arm(A, 'a', { splitSeconds: 5, filenamePattern: 'own/%H-%M-%S' });
    await rig.arm(B, 'b');
    for (let tenth = 0; tenth < 60; tenth += 1) {
      const bytes = new Uint8Array((RATE / 10) * 2);
      rig.clock.advance(100);
      for (const id of [A, B])
        rig.inputs.get(id)?.listener?.onBlock({ bytes, samples: RATE / 10 }, rig.clock.monotonic());
    }
    await rig.settle(1000);
    const paths = new Set(rig.told('recording').map(({ recording }) => recording.path));
    expect([...paths].toSorted()).toEqual(['b/110001.wav', 'own/11-00-01.wav', 'own/11-00-05.wav']);
  });

  it('tells a title that changes all the time once a second', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 1);
    const before = rig.told('statuses').length;
    for (let count = 0; count < 10_000; count += 1) rig.inputs.get(A)?.listener?.onTitle(`Title ${count}`);
    await rig.play(A, 2);
    expect(rig.told('statuses').length - before).toBeLessThan(5);
    expect(rig.lastStatus(A)?.title).toBe('Title 9999');
  });

  it('begins the gap of a loss where the recording ends, and ends it where the next begins', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.inputs.get(A)?.lose();
    await rig.settle();
    for (let wait = 0; wait < 20; wait += 1) {
      rig.clock.advance(100);
      await rig.settle(100);
    }
    await rig.play(A, 3);
    expect(rig.gaps()).toMatchObject([{ cause: 'device lost', from: Date.parse(START) + 3000 }]);
    await rig.accountsForAll(A);
  });

  it.each([-3_600_000, 3_600_000])('tells how long a gap was, although the clock was set by %i ms', async (step) => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.inputs.get(A)?.lose();
    await rig.settle();
    rig.clock.setWall(step);
    for (let wait = 0; wait < 20; wait += 1) {
      rig.clock.advance(100);
      await rig.settle(100);
    }
    await rig.play(A, 3);
    const gap = rig.gaps().find(({ cause }) => cause === 'device lost');
    expect(gap?.from).toBe(Date.parse(START) + 3000 + step);
    expect((gap?.to ?? 0) - (gap?.from ?? 0)).toBeGreaterThan(400);
    expect((gap?.to ?? 0) - (gap?.from ?? 0)).toBeLessThan(2100);
  });

  it('gives up on a folder whose name a file has', async () => {
    let tries = 0;
    rig.disk.makeFolder = async () => {
      tries += 1;
      // Without an end of its own the test would not come to one either.
      throw nodeError(tries > 100 ? 'EIO' : 'EEXIST');
    };
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 0.5);
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_ERROR' } });
    expect(tries).toBeLessThan(10);
  });

  it('ends the gap for a connection that is lost before its file is there', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    for (let connection = 0; connection < 5; connection += 1) {
      await rig.play(A, 0.2);
      rig.inputs.get(A)?.lose();
      await rig.settle();
      rig.clock.advance(1000);
      rig.recorder.handle({ type: 'retry', sourceId: A });
      await rig.settle();
    }
    await rig.play(A, 1);
    expect(rig.gaps().length).toBe(5);
    await rig.accountsForAll(A);
  });

  it('says every second that it lives', async () => {
    await rig.start();
    await rig.settle(5000);
    expect(rig.told('alive').length).toBe(5);
  });
});
