import { describe, expect, it } from 'vitest';
import { A, B, eachWithRecorder, PLAN, RATE, type RecorderRig, START } from '../../../test/support/recorderRig.ts';

describe('a hung disk', () => {
  let rig: RecorderRig;
  eachWithRecorder((made) => {
    rig = made;
  });

  /** Nothing comes back from the disk until the returned function is called; the ledger hangs, too. */
  const hang = (): (() => void) => {
    let release: () => void = () => undefined;
    const hung = new Promise<void>((resolve) => {
      release = resolve;
    });
    const create = rig.disk.createExclusive.bind(rig.disk);
    rig.disk.beforeWrite = () => hung;
    rig.disk.createExclusive = async (path) => {
      await hung;
      return create(path);
    };
    return () => {
      rig.disk.beforeWrite = () => undefined;
      rig.disk.createExclusive = create;
      release();
    };
  };

  it('costs nothing for 30 s, also where boundaries and splits begin files and many sources record', async () => {
    await rig.start({}, { splitSeconds: 5 });
    await rig.arm(A, 'a');
    await rig.arm(B, 'b', { splitSeconds: 3600 });
    await rig.playAll(2);
    const release = hang();
    await rig.playAll(10);
    await rig.control('split', B);
    await rig.playAll(20);
    release();
    await rig.playAll(2);
    expect(rig.gaps()).toEqual([]);
    await rig.accountsForAll(A);
    const seconds = (id: string): number =>
      rig.closed().reduce((sum, { samples, sourceId }) => sum + (sourceId === id ? samples / RATE : 0), 0);
    rig.recorder.handle({ type: 'disarm', sourceId: B, reason: 'person', callId: 2 });
    await rig.settle(1000);
    expect([seconds(A), seconds(B)]).toEqual([34, 34]);
    expect(new Set(rig.closed().map(({ state }) => state))).toEqual(new Set(['complete']));
  });

  it('keeps no more than its share of memory, however many files a boundary begins meanwhile', async () => {
    await rig.start({}, { splitSeconds: 5 });
    await rig.arm(A, 'a');
    await rig.play(A, 2);
    const release = hang();
    await rig.play(A, 120);
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'TOO_SLOW' } });
    release();
    await rig.play(A, 40);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.gaps()).toMatchObject([{ cause: 'too slow' }]);
    // What waited is written all the same.
    expect(rig.closed().reduce((sum, { samples }) => sum + samples, 0)).toBeGreaterThan(32 * RATE);
    await rig.accountsForAll(A);
  });

  it('is left alone once another folder is chosen', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 10);
    rig.disk.beforeWrite = (path) => (path.startsWith('/r') ? new Promise<void>(() => undefined) : undefined);
    await rig.play(A, 60);
    expect(rig.lastStatus(A)?.problem?.code).toBe('TOO_SLOW');
    rig.recorder.handle({ type: 'plan', plan: { ...PLAN, recordingsFolder: '/other' } });
    await rig.play(A, 10);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    const [gap] = rig.gaps();
    expect(gap).toMatchObject({ cause: 'too slow' });
    expect(Math.abs((gap?.from ?? 0) - Date.parse(START) - 10_000)).toBeLessThan(1000);
    expect(rig.told('recording').at(-1)?.recording.root).toBe('/other');
  });
});
