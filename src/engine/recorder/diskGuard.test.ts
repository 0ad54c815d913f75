import { describe, expect, it } from 'vitest';
import { A, B, eachWithRecorder, RATE, type RecorderRig, START } from '../../../test/support/recorderRig.ts';
import { nodeError } from '../../../test/support/memoryFileSystem.ts';

const FLOOR = { minFreeBytes: 1e9 };

describe('the disk guard', () => {
  let rig: RecorderRig;
  eachWithRecorder((made) => {
    rig = made;
  });

  it('ends open files cleanly at the limit, tells once, and goes on by itself with some room', async () => {
    await rig.start({}, FLOOR);
    await rig.arm(A, 'a');
    await rig.play(A, 5);
    rig.disk.free = 1e9;
    await rig.play(A, 60);
    expect(rig.closed()).toMatchObject([{ state: 'complete' }]);
    expect(rig.gaps()).toMatchObject([{ cause: 'disk full' }]);
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_FULL' } });
    expect(rig.told('disk')).toMatchObject([{ root: '/r', full: true, freeBytes: 1e9 }]);
    const runs = rig.inputs.get(A)?.runs;
    rig.disk.free = 1.05e9;
    await rig.play(A, 20);
    expect(rig.inputs.get(A)?.runs).toBe(runs);
    rig.disk.free = 1.2e9;
    await rig.play(A, 10);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.told('disk').at(-1)).toMatchObject({ full: false });
    await rig.accountsForAll(A);
    expect(rig.gaps()).toHaveLength(1);
  });

  it('begins nothing before the limit is reached, and lets run what runs', async () => {
    await rig.start({}, FLOOR);
    await rig.arm(A, 'a');
    await rig.play(A, 5);
    rig.disk.free = 1.05e9;
    await rig.play(A, 5);
    await rig.arm(B, 'b');
    await rig.play(A, 5);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.lastStatus(B)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_FULL' } });
    expect(rig.gaps()).toMatchObject([{ sourceId: B, cause: 'disk full', from: Date.parse(START) + 10_000 }]);
    expect(rig.inputs.get(B)?.runs).toBe(0);
  });

  it('looks at the disk that a source records to', async () => {
    rig.disk.freeBytes = async (path) => (path.startsWith('/own') ? 5e9 : 1000);
    await rig.start({}, FLOOR);
    await rig.arm(A, 'a', {}, { recordingsFolder: '/own' });
    await rig.arm(B, 'b');
    await rig.play(A, 5);
    expect([rig.lastStatus(A)?.state, rig.lastStatus(B)?.state]).toEqual(['recording', 'reconnecting']);
  });

  it.each([
    ['hangs', () => new Promise<number>(() => undefined)],
    ['refuses', () => Promise.reject(nodeError('EIO'))],
  ])('is not asked in vain: a disk that %s is recorded to', async (_, answer) => {
    let asked = 0;
    rig.disk.freeBytes = () => {
      asked += 1;
      return asked > 1000 ? Promise.resolve(0) : answer();
    };
    await rig.start({}, FLOOR);
    await rig.arm(A, 'a');
    await rig.wait(1.5);
    // The writer asks too, before it makes a file.
    rig.disk.freeBytes = async () => Number.MAX_SAFE_INTEGER;
    await rig.play(A, 5);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.closed()).toEqual([]);
    expect(asked).toBeLessThan(5);
  });

  it('keeps nothing free when nothing is to be kept free', async () => {
    rig.disk.free = 2 * 1024 * 1024;
    await rig.start({}, { minFreeBytes: 0 });
    await rig.arm(A, 'a');
    await rig.play(A, 5);
    expect(rig.lastStatus(A)?.state).toBe('recording');
    expect(rig.lastStatus(A)?.recording?.bytes).toBeGreaterThan(4 * RATE * 2);
  });

  it('leaves a source paused while its disk is full', async () => {
    await rig.start({}, FLOOR);
    await rig.arm(A, 'a');
    await rig.play(A, 2);
    await rig.control('pause');
    await rig.play(A, 1);
    rig.disk.free = 0;
    await rig.play(A, 20);
    expect(rig.lastStatus(A)?.state).toBe('paused');
    await rig.control('resume');
    await rig.play(A, 5);
    expect(rig.lastStatus(A)).toMatchObject({ state: 'reconnecting', problem: { code: 'DISK_FULL' } });
    expect(rig.gaps().map(({ cause }) => cause)).toEqual(['paused', 'disk full']);
    await rig.accountsForAll(A);
  });
});
