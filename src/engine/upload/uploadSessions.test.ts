import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectDone, unreachable } from '../../../test/support/queueChecks.ts';
import { QueueRig, TARGET } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

const HOUR_MS = 3_600_000;

describe('a session', () => {
  test('that is lost begins anew, from the first byte', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.server.forgetSessions();
    rig.grow(id, 3000);
    await rig.run(10_000);
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
  });

  test('that is lost again and again has the file go as a whole', async () => {
    rig.server.fault = (call) => {
      if (call === 'finalize') rig.server.forgetSessions();
      return undefined;
    };
    const { id } = rig.recorded(3000);
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
    expect(rig.entry(id)).toMatchObject({ way: 'whole' });
    expect(rig.server.recordings.size).toBe(1);
  });

  test('of a target that went back to an old copy is filled up again', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    for (let chunk = 0; chunk < 4; chunk += 1) {
      rig.grow(id, 500);
      await rig.run(2500);
    }
    rig.server.restore(3);
    rig.grow(id, 500);
    await rig.run(2500);
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
    expect(rig.server.sessions.size).toBe(1);
  });

  test('of a target that lost chunks at the end is filled up before it is finished', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.grow(id, 500);
    await rig.run(3000);
    rig.server.restore(1);
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
    expect(rig.server.sessions.size).toBe(1);
  });

  test('that the target ended by itself goes on in another part', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.server.finalizeByItself();
    await rig.restart();
    rig.grow(id, 2000);
    await rig.run(10_000);
    rig.close(id);
    await rig.run(20_000);
    expect(rig.entries(id).map(({ part }) => part)).toEqual([1, 2]);
    expectDone(rig, id);
  });

  test('that is full, or old, goes on in another part', async () => {
    rig.server.limits = { ...rig.server.limits, maxSessionBytes: 9000, maxSessionMs: 60_000 };
    rig.queue.targetsChanged(TARGET);
    const { id } = rig.record(20_000);
    await rig.run(2000);
    rig.grow(id, 100);
    await rig.run(70_000);
    rig.grow(id, 100);
    await rig.run(10_000);
    rig.close(id);
    await rig.run(20_000);
    expect(rig.entries(id).length).toBeGreaterThanOrEqual(4);
    expectDone(rig, id);
    for (const { bytes } of rig.server.recordings.values()) expect(bytes.length).toBeLessThanOrEqual(9000);
  });

  test('of which a power cut took back what was sent is given up for another one', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.grow(id, 500);
    await rig.run(3000);
    rig.store.chunks.clear(rig.entry(id).number);
    await rig.restart();
    rig.close(id);
    await rig.run(20_000);
    expectDone(rig, id);
    expect([...rig.server.sessions.values()].map(({ status }) => status)).toEqual(['aborted', 'finalized']);
  });

  test('has as many chunks under way as the target takes, in any order', async () => {
    rig.server.maxInFlight = 4;
    let go = (): void => undefined;
    rig.server.hold = new Promise((resolve) => {
      go = resolve;
    });
    const { id } = rig.recorded(40_000);
    await rig.run(1000);
    expect(rig.server.underWay).toBe(4);
    go();
    await rig.run(10_000);
    expectDone(rig, id);
    expect(rig.server.mostUnderWay).toBe(4);
  });

  test('has what a repair cut off no more, unless the target has it already', async () => {
    const { id } = rig.record(3000);
    rig.server.fault = (call) => (call === 'send' ? unreachable : undefined);
    await rig.run(500);
    await rig.restart();
    rig.file(id).bytes = 2000;
    rig.server.fault = () => undefined;
    rig.close(id);
    await rig.run(20_000);
    expectDone(rig, id);
  });
});

describe('a recording without any audio', () => {
  test('is nothing to upload, and holds up no other of its source', async () => {
    const { id } = rig.record(0);
    await rig.run(10_000);
    rig.close(id);
    const others = [rig.recorded(3000), rig.recorded(3000)];
    await rig.run(60_000);
    expect(rig.state(id)).toBe('discarded');
    for (const other of others) expectDone(rig, other.id);
    expect(rig.server.count('finalize')).toBe(2);
    expect([...rig.server.sessions.values()].filter(({ status }) => status === 'open')).toEqual([]);
  });

  test('that was mended is given up before anything is asked for it', async () => {
    const recording = rig.record(0);
    rig.queue.heard({ ...recording, state: 'repaired', samples: 0, bytes: 728 });
    await rig.run(10_000);
    expect(rig.state(recording.id)).toBe('discarded');
    expect(rig.server.count('finalize')).toBe(0);
  });
});

describe('turns and limits', () => {
  test('sources take turns, whatever each of them has', async () => {
    let go = (): void => undefined;
    rig.server.hold = new Promise((resolve) => {
      go = resolve;
    });
    rig.server.maxInFlight = 8;
    const large = rig.recorded(200_000, 1);
    await rig.run(100);
    const small = rig.recorded(8000, 2);
    await rig.run(100);
    go();
    await rig.run(20_000);
    expectDone(rig, small.id);
    expectDone(rig, large.id);
    const sources = rig.server.calls.filter(({ call }) => call === 'send').map(({ source }) => source);
    expect(sources.indexOf(small.sourceId)).toBeLessThan(12);
  });

  test('the bandwidth is what a person allows', async () => {
    rig.bytesPerSecond = 10_000;
    const { id } = rig.recorded(100_000);
    await rig.run(5000);
    expect(rig.entry(id).safeBytes).toBeGreaterThan(30_000);
    expect(rig.entry(id).safeBytes).toBeLessThan(75_000);
    await rig.run(15_000);
    expectDone(rig, id);
  });

  test('requests stay below the limit of the hour', async () => {
    rig.server.limits = { ...rig.server.limits, requestsPerHour: 20, chunkSeconds: 10 };
    rig.queue.targetsChanged(TARGET);
    const { id } = rig.recorded(200_000);
    await rig.run(30_000);
    expect(rig.server.count('send')).toBe(19);
    expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'limit' }]);
    await rig.restart();
    await rig.run(30_000);
    expect(rig.server.count('send')).toBe(19);
    await rig.run(3 * HOUR_MS);
    expectDone(rig, id);
  });

  test('what a clock counted that ran ahead is no limit once it is right', async () => {
    rig.server.limits = { ...rig.server.limits, requestsPerHour: 20, chunkSeconds: 10 };
    rig.queue.targetsChanged(TARGET);
    const { id } = rig.recorded(100_000);
    await rig.run(30_000);
    expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'limit' }]);
    vi.setSystemTime(Date.now() - 48 * HOUR_MS);
    await rig.run(180_000);
    expectDone(rig, id);
  });
});
