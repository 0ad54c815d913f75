import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TargetId, targetId } from '../../shared/units.ts';
import { type Call, FakeTarget, type Fault } from '../../../test/support/fakeTarget.ts';
import { expectDone, failing, unreachable } from '../../../test/support/queueChecks.ts';
import { QueueRig, TARGET } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

const OTHER: TargetId = targetId('0b6a3c7e-0d2f-4a40-9a52-6a3f9f4e0002');
const HOUR_MS = 3_600_000;

describe('an upload', () => {
  test('of an open recording goes on chunk by chunk, and ends when the recording does', async () => {
    const { id } = rig.record(1000);
    await rig.run(100);
    expect(rig.entry(id)).toMatchObject({ state: 'sending', safeBytes: 1000, live: true });
    rig.grow(id, 700);
    await rig.run(1000);
    expect(rig.entry(id)).toMatchObject({ safeBytes: 1000 });
    await rig.run(1500);
    expect(rig.entry(id)).toMatchObject({ safeBytes: 1700, bytes: 1700, behindMs: 0 });
    rig.grow(id, 50);
    rig.close(id);
    await rig.run(5000);
    expectDone(rig, id);
    expect(rig.entry(id)).toMatchObject({ link: 'https://target.invalid/1', digests: true, safeBytes: 1750 });
    expect(rig.server.sessions.size).toBe(1);
  });

  test('of a recording from before goes as fast as it can', async () => {
    const { id } = rig.recorded(50_000);
    await rig.run(4000);
    expectDone(rig, id);
    expect(rig.server.count('send')).toBe(13);
  });

  test('goes to each target on its own', async () => {
    rig.servers.set(OTHER, new FakeTarget());
    rig.queue.targetsChanged();
    rig.at(OTHER).fault = () => unreachable;
    const { id } = rig.recorded(5000, 1, [TARGET, OTHER]);
    await rig.run(6000);
    expectDone(rig, id);
    expect(rig.arrived(id, OTHER)).toHaveLength(0);
    rig.at(OTHER).fault = () => undefined;
    rig.queue.online();
    await rig.run(6000);
    expectDone(rig, id, OTHER);
  });

  test('is there once: a second one is not begun', async () => {
    const recording = rig.recorded(500);
    expect(rig.queue.add(recording, [TARGET])).toBe(0);
    await rig.run(5000);
    expect(rig.queue.add(recording, [TARGET])).toBe(0);
    expect(rig.server.recordings.size).toBe(1);
  });
});

describe('an answer that is lost', () => {
  const lost = { code: 'UPLOAD_UNREACHABLE', when: 'after' } as const;

  test.each(['send', 'finalize', 'open', 'follow', 'look'] as const)(
    'of %s leaves everything there once',
    async (call) => {
      rig.server.fault = failing(call, undefined, lost, lost);
      const { id } = rig.recorded(9000);
      const { id: second } = rig.recorded(3000);
      await rig.run(30_000);
      expectDone(rig, id);
      expectDone(rig, second);
      expect(rig.server.recordings.size).toBe(2);
    },
  );

  test('is told as it is, and forgotten when it goes on', async () => {
    rig.server.fault = () => unreachable;
    const { id } = rig.recorded(3000);
    await rig.run(500);
    expect(rig.entry(id)).toMatchObject({ problem: { code: 'UPLOAD_UNREACHABLE' }, state: 'opening' });
    expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'network', backlogUploads: 1, backlogBytes: 3000 }]);
    rig.server.fault = () => undefined;
    rig.queue.online();
    await rig.run(5000);
    expectDone(rig, id);
    expect(rig.entry(id).problem).toBeUndefined();
    expect(rig.queue.transfers()).toMatchObject([{ backlogUploads: 0 }]);
    expect(rig.queue.transfers()[0]?.waitingFor).toBeUndefined();
  });
});

describe('a target that is away', () => {
  test('is tried without end, rarely, by one alone; and gets everything when it is back', async () => {
    const open = [1, 2, 3, 4, 5, 6, 7, 8].map((source) => rig.record(1000, source));
    await rig.run(500);
    rig.server.fault = () => unreachable;
    const before = rig.server.calls.length;
    for (let minute = 0; minute < 180; minute += 10) {
      for (const { id } of open) rig.grow(id, 1000);
      await rig.run(600_000);
    }
    const tries = rig.server.calls.length - before;
    // A random share of 5 min each, once the doubling has come so far: some 160, and hundreds more if all of them tried.
    expect(tries).toBeGreaterThan(36);
    expect(tries).toBeLessThan(300);
    for (const { id } of open) rig.close(id);
    rig.server.fault = () => undefined;
    rig.queue.online();
    await rig.run(60_000);
    for (const { id } of open) expectDone(rig, id);
  });

  test('that asks for a pause gets it, and is tried then', async () => {
    rig.server.fault = failing('send', { code: 'UPLOAD_LIMIT', when: 'before', details: { retryAfterMs: 40_000 } });
    const { id } = rig.recorded(3000);
    await rig.run(39_000);
    expect(rig.server.count('send')).toBe(1);
    expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'server' }]);
    await rig.run(20_000);
    expectDone(rig, id);
  });

  test('for one upload holds up no other', async () => {
    const { id } = rig.recorded(3000, 1);
    const { id: other } = rig.recorded(3000, 2);
    const fault: Fault = { code: 'UPLOAD_UNREACHABLE', when: 'before', details: { status: 500 } };
    rig.server.fault = (call) =>
      call === 'send' && rig.server.calls.at(-1)?.source === rig.entry(id).sourceId ? fault : undefined;
    await rig.run(20_000);
    expectDone(rig, other);
    expect(rig.entry(id)).toMatchObject({ state: 'sending', problem: { code: 'UPLOAD_UNREACHABLE' } });
    rig.server.fault = () => undefined;
    await rig.run(300_000);
    expectDone(rig, id);
  });
});

describe('what a person has to do', () => {
  test.each(['UPLOAD_UNAUTHORIZED', 'UPLOAD_QUOTA', 'UPLOAD_TLS'] as const)(
    '%s is told once, and costs one try',
    async (code) => {
      rig.server.fault = (call) => (call === 'send' ? { code, when: 'before' } : undefined);
      const first = rig.record(1000, 1);
      await rig.run(1000);
      expect(rig.entry(first.id)).toMatchObject({ state: 'needsPerson', problem: { code } });
      const more = [rig.recorded(2000, 1), rig.recorded(2000, 2), rig.recorded(2000, 3)];
      rig.grow(first.id, 5000);
      await rig.run(600_000);
      expect(rig.server.count('send')).toBe(1);
      expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'person', problem: { code } }]);
      rig.close(first.id);
      rig.server.fault = () => undefined;
      rig.queue.targetsChanged(TARGET);
      await rig.run(20_000);
      for (const { id } of [first, ...more]) expectDone(rig, id);
    },
  );

  test('is tried again now and then by itself, in case somebody did it', async () => {
    rig.server.fault = (call) => (call === 'open' ? { code: 'UPLOAD_QUOTA', when: 'before' } : undefined);
    const { id } = rig.recorded(1000);
    await rig.run(HOUR_MS);
    expect(rig.server.count('open')).toBeGreaterThanOrEqual(4);
    expect(rig.server.count('open')).toBeLessThanOrEqual(5);
    rig.server.fault = () => undefined;
    await rig.run(HOUR_MS);
    expectDone(rig, id);
  });

  test('does not keep what is complete from being finished', async () => {
    const { id } = rig.record(1000, 1);
    await rig.run(1000);
    rig.server.fault = (call) => (call === 'open' ? { code: 'UPLOAD_QUOTA', when: 'before' } : undefined);
    const { id: other } = rig.recorded(1000, 2);
    await rig.run(1000);
    expect(rig.state(other)).toBe('needsPerson');
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
  });

  test('a file that is gone', async () => {
    const { id } = rig.recorded(1000);
    rig.file(id).gone = true;
    await rig.run(1000);
    expect(rig.entry(id)).toMatchObject({ state: 'needsPerson', problem: { code: 'NOT_FOUND' } });
    rig.file(id).gone = false;
    rig.queue.retry({ ids: [rig.entry(id).id] });
    await rig.run(5000);
    expectDone(rig, id);
  });
});

describe('a file that is lost', () => {
  test('for good has its target make do with what it has', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.file(id).gone = true;
    await rig.queue.recordingGone(id);
    await rig.run(10_000);
    expect(rig.state(id)).toBe('done');
    expect(rig.arrived(id)).toHaveLength(3000);
  });

  test('to damage leaves at the target what that has', async () => {
    const { id } = rig.record(3000);
    const fresh = rig.record(0, 2);
    await rig.run(1000);
    for (const lost of [id, fresh.id]) {
      const recording = rig.recordings.get(lost);
      if (recording) rig.queue.heard({ ...recording, state: 'damaged' });
    }
    await rig.run(10_000);
    expect(rig.state(id)).toBe('done');
    expect(rig.arrived(id)).toHaveLength(3000);
    expect(rig.state(fresh.id)).toBe('discarded');
  });
});

describe('a target that is changed', () => {
  test('while a session is being opened there has one session in the end', async () => {
    const { id } = rig.record(3000);
    for (let change = 0; change < 3; change += 1) {
      rig.queue.targetsChanged(TARGET);
      await Promise.resolve();
      rig.queue.targetsChanged(TARGET);
    }
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
    expect(rig.server.recordings.size).toBe(1);
    expect(rig.server.sessions.size).toBe(1);
  });
});

describe('a person', () => {
  test('pauses and resumes', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    await rig.queue.pause({ targetId: TARGET });
    expect(rig.state(id)).toBe('paused');
    rig.grow(id, 3000);
    const before = rig.server.calls.length;
    await rig.run(60_000);
    rig.close(id);
    await rig.run(60_000);
    expect(rig.server.calls).toHaveLength(before);
    rig.queue.resume({ ids: [rig.entry(id).id] });
    await rig.run(10_000);
    expectDone(rig, id);
    expect(rig.server.sessions.size).toBe(1);
  });

  test('has the target make do with what it has', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.grow(id, 9000);
    await rig.queue.finish(rig.entry(id).id);
    await rig.run(10_000);
    expect(rig.state(id)).toBe('done');
    expect(rig.arrived(id)).toEqual(rig.expected(id).slice(0, 3000));
  });

  test('gives it up, and the target throws it away', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    rig.server.fault = failing('discard', unreachable, unreachable);
    await rig.queue.discard(rig.entry(id).id);
    expect(rig.state(id)).toBe('discarded');
    await rig.run(300_000);
    expect([...rig.server.sessions.values()].map(({ status }) => status)).toEqual(['aborted']);
    const recording = rig.recordings.get(id);
    expect(recording && rig.queue.add(recording, [TARGET])).toBe(1);
    rig.close(id);
    await rig.run(10_000);
    expectDone(rig, id);
  });

  test('sends the whole file instead, once it is closed', async () => {
    const { id } = rig.record(3000);
    await rig.run(1000);
    await expect(rig.queue.whole(rig.entry(id).id)).rejects.toMatchObject({ code: 'CONFLICT' });
    rig.server.fault = (call) => (call === 'finalize' ? unreachable : undefined);
    rig.close(id);
    await rig.run(1000);
    await rig.queue.whole(rig.entry(id).id);
    rig.server.fault = () => undefined;
    rig.queue.online();
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
    expect([...rig.server.sessions.values()].map(({ status }) => status)).toEqual(['aborted']);
  });

  test('retries what the target could not use', async () => {
    rig.server.progress = { state: 'failed', text: 'No speech was found.' };
    const { id } = rig.recorded(3000);
    await rig.run(10_000);
    expect(rig.entry(id)).toMatchObject({ state: 'failed', serverText: 'No speech was found.' });
    rig.server.progress = { state: 'completed' };
    rig.server.recordings.clear();
    rig.queue.retry({ ids: [rig.entry(id).id] });
    await rig.run(10_000);
    expectDone(rig, id);
  });

  test('hears that something cannot be done', async () => {
    const { id } = rig.recorded(3000);
    await rig.run(10_000);
    const upload = rig.entry(id).id;
    await expect(rig.queue.finish(upload)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(rig.queue.discard(upload)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(rig.queue.whole(upload)).rejects.toMatchObject({ code: 'CONFLICT' });
    expectDone(rig, id);
  });
});

describe('a target that takes no chunks of a recording', () => {
  const rejected = (call: Call): Fault | undefined =>
    call === 'open' ? { code: 'UPLOAD_REJECTED', when: 'before' } : undefined;

  test('gets it as a whole file', async () => {
    rig.server.fault = rejected;
    const { id } = rig.recorded(3000);
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
    expect(rig.entry(id).way).toBe('whole');
  });

  test('does not get it as a file too where it may have finished the session', async () => {
    let isFinished = false;
    rig.server.fault = (call) => {
      if (call === 'look' && isFinished) return { code: 'UPLOAD_REJECTED', when: 'before' };
      if (call !== 'finalize') return undefined;
      isFinished = true;
      return { ...unreachable, when: 'after' };
    };
    const { id } = rig.recorded(3000);
    await rig.until(() => rig.state(id) === 'needsPerson');
    rig.server.fault = () => undefined;
    rig.queue.retry({});
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
    expect(rig.server.recordings.size).toBe(1);
  });

  test('throws away what it has of the session', async () => {
    let sends = 0;
    rig.server.fault = (call) => {
      sends += call === 'send' ? 1 : 0;
      return call === 'send' && sends === 2 ? { code: 'UPLOAD_REJECTED', when: 'before' } : undefined;
    };
    const { id } = rig.recorded(30_000);
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
    await rig.until(() => [...rig.server.sessions.values()].every(({ status }) => status === 'aborted'));
    expect(rig.server.recordings.size).toBe(1);
  });

  test('gets it once it is closed, and a person hears of it meanwhile', async () => {
    rig.server.fault = rejected;
    const { id } = rig.record(3000);
    await rig.run(1000);
    expect(rig.state(id)).toBe('needsPerson');
    rig.close(id);
    await rig.until(() => rig.state(id) === 'done');
    expectDone(rig, id);
  });
});

describe('after a kill', () => {
  test('everything goes on where the target is, and what was open is told', async () => {
    const open = rig.record(3000, 1);
    const large = rig.recorded(60_000, 2);
    let sends = 0;
    let go = (): void => undefined;
    rig.server.fault = (call) => {
      sends += call === 'send' ? 1 : 0;
      if (call === 'send' && sends === 6) {
        rig.server.hold = new Promise((resolve) => {
          go = resolve;
        });
      }
      return undefined;
    };
    await rig.run(500);
    const before = rig.server.calls.length;
    go();
    await rig.restart();
    rig.server.hold = Promise.resolve();
    await rig.run(100);
    expect(rig.server.calls[before]?.call).toBe('look');
    expect([...rig.queue.recovered().values()]).toEqual([
      expect.objectContaining({ status: 'open' }),
      expect.objectContaining({ status: 'open' }),
    ]);
    rig.close(open.id);
    await rig.run(20_000);
    expectDone(rig, open.id);
    expectDone(rig, large.id);
    expect(rig.server.sessions.size).toBe(2);
  });
});
