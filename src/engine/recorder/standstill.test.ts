import { describe, expect, it } from 'vitest';
import { A, eachWithRecorder, RATE, type RecorderRig, START } from '../../../test/support/recorderRig.ts';
import { LongtakeError } from '../../shared/errors.ts';

describe('time that passes unnoticed', () => {
  let rig: RecorderRig;
  eachWithRecorder((made) => {
    rig = made;
  });

  it('is a gap when the computer slept, and a new recording follows', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.sleep(3_600_000);
    await rig.play(A, 3);
    const at = Date.parse(START) + 3000;
    expect(rig.gaps()).toMatchObject([{ cause: 'asleep', from: at, to: at + 3_600_000 }]);
    await rig.accountsForAll(A);
    expect(rig.closed().map(({ samples }) => samples)).toEqual([3 * RATE, 3 * RATE]);
    expect(rig.inputs.get(A)?.runs).toBe(1);
  });

  it('is a gap also when the first that is heard after a sleep is the tick, or the loss of the input', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.sleep(60_000);
    await rig.wait(3);
    await rig.play(A, 3);
    rig.clock.sleep(60_000);
    rig.inputs.get(A)?.lose();
    await rig.settle();
    await rig.wait(5);
    await rig.play(A, 3);
    expect(rig.gaps().map(({ cause }) => cause)).toEqual(['asleep', 'asleep']);
    await rig.accountsForAll(A);
  });

  it('keeps its length when the clock is set meanwhile', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.inputs.get(A)?.lose();
    await rig.settle();
    rig.clock.setWall(3_600_000);
    await rig.wait(2);
    // As it is told while it lasts, too: somebody may kill this recorder.
    const from = Date.parse(START) + 3000 + 3_600_000;
    expect(rig.gaps()).toMatchObject([{ cause: 'device lost', from }]);
    expect(rig.gaps()[0]?.to).toBeUndefined();
    await rig.play(A, 3);
    expect(rig.gaps()[0]?.from).toBe(from);
  });

  it('is told apart from a clock that is set: that is no gap', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.setWall(3_600_000);
    await rig.play(A, 3);
    await rig.settle(1000);
    expect(rig.gaps()).toEqual([]);
    expect(rig.closed()).toMatchObject([{ samples: 3 * RATE }]);
  });

  it('changes nothing of a pause', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    await rig.control('pause');
    await rig.play(A, 1);
    rig.clock.sleep(60_000);
    await rig.play(A, 2);
    await rig.control('resume');
    await rig.play(A, 2);
    expect(rig.gaps()).toMatchObject([{ cause: 'paused' }]);
    await rig.accountsForAll(A);
  });

  it('costs nothing when the recorder was stopped and the audio waited for it', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.advance(20_000);
    for (let tenth = 0; tenth < 200; tenth += 1) {
      const bytes = new Uint8Array((RATE / 10) * 2);
      rig.inputs.get(A)?.listener?.onBlock({ bytes, samples: RATE / 10 }, rig.clock.monotonic());
    }
    await rig.play(A, 3);
    await rig.accountsForAll(A);
    expect(rig.gaps()).toEqual([]);
    expect(rig.closed().map(({ samples }) => samples)).toEqual([26 * RATE]);
  });

  it('costs only what no queue had room for, and what was queued is recorded', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.advance(40_000);
    const listener = rig.inputs.get(A)?.listener;
    for (let tenth = 0; tenth < 300; tenth += 1) {
      listener?.onBlock({ bytes: new Uint8Array((RATE / 10) * 2), samples: RATE / 10 }, rig.clock.monotonic());
    }
    listener?.onHole(10 * RATE, new LongtakeError('TOO_SLOW', 'The computer was too busy.'));
    await rig.play(A, 3);
    expect(rig.inputs.get(A)?.runs).toBe(1);
    await rig.accountsForAll(A);
    const at = Date.parse(START) + 33_000;
    expect(rig.gaps()).toMatchObject([
      { cause: 'too slow', detail: 'The computer was too busy.', from: at, to: at + 10_000 },
    ]);
    expect(rig.closed()).toMatchObject([
      { samples: 33 * RATE, seam: 'first' },
      { samples: 3 * RATE, seam: 'missing', missingSamples: 10 * RATE, startedAt: at + 10_000 },
    ]);
  });

  it('is why an input was lost that did not wait', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    rig.clock.advance(40_000);
    rig.inputs.get(A)?.lose();
    await rig.settle();
    await rig.wait(2);
    await rig.play(A, 3);
    expect(rig.gaps()).toMatchObject([{ cause: 'too slow', from: Date.parse(START) + 3000 }]);
    expect(rig.gaps()[0]?.detail).toContain('stood still for 4');
    await rig.accountsForAll(A);
  });

  it('is noticed within a minute when an input stood still and never caught up', async () => {
    await rig.start({}, { splitSeconds: 10 });
    await rig.arm(A, 'a');
    await rig.play(A, 20);
    await rig.wait(8);
    await rig.play(A, 70);
    expect(rig.gaps()).toMatchObject([{ cause: 'device lost' }]);
    const [gap] = rig.gaps();
    expect(Math.round(((gap?.to ?? 0) - (gap?.from ?? 0)) / 100)).toBe(80);
    await rig.accountsForAll(A);
    expect(rig.closed().reduce((sum, { samples }) => sum + samples, 0)).toBe(90 * RATE);
  });

  it('is none when the clock is set back while an input is closed', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 3);
    const input = rig.inputs.get(A);
    if (!input) throw new Error('There is no input.');
    input.atEnd = () => {
      rig.clock.setWall(-3_600_000);
      rig.clock.advance(1000);
      input.listener?.onBlock({ bytes: new Uint8Array(RATE * 2), samples: RATE }, rig.clock.monotonic());
    };
    rig.recorder.handle({ type: 'disarm', sourceId: A, reason: 'person', callId: 1 });
    await rig.settle(1000);
    expect(rig.closed()).toMatchObject([{ samples: 3 * RATE }, { samples: RATE, seam: 'gapless' }]);
    expect(rig.gaps()).toEqual([]);
  });

  it('is noticed at the end, too', async () => {
    await rig.start();
    await rig.arm(A, 'a');
    await rig.play(A, 10);
    await rig.wait(8);
    await rig.accountsForAll(A);
    expect(rig.gaps()).toMatchObject([{ cause: 'device lost', from: Date.parse(START) + 10_000 }]);
  });
});
