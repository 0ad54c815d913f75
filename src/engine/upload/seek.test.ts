import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectDone, unreachable } from '../../../test/support/queueChecks.ts';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

const statuses = (): readonly string[] => [...rig.server.sessions.values()].map(({ status }) => status);

describe('a session whose opening was answered, and whose answer was lost', () => {
  beforeEach(() => {
    rig.server.fault = (call) => (call === 'open' ? { ...unreachable, when: 'after' } : undefined);
  });
  const heal = (): void => {
    rig.server.fault = () => undefined;
  };

  test('is used at the next try, after a restart, too', async () => {
    const { id } = rig.recorded(3000);
    await rig.run(1000);
    expect(statuses()).toEqual(['open']);
    await rig.restart();
    await rig.run(1000);
    heal();
    await rig.run(20_000);
    expectDone(rig, id);
    expect(statuses()).toEqual(['finalized']);
  });

  test('is thrown away where nobody wants it any more', async () => {
    const { id } = rig.recorded(3000);
    await rig.run(1000);
    await rig.queue.discard(rig.entry(id).id);
    heal();
    rig.queue.online();
    await rig.run(120_000);
    expect(statuses()).toEqual(['aborted']);
    expect(rig.entry(id)).toMatchObject({ openKey: undefined, unwantedKey: undefined });
  });

  test('is thrown away before the file goes as a whole', async () => {
    const { id } = rig.recorded(3000);
    await rig.run(1000);
    await rig.queue.whole(rig.entry(id).id);
    heal();
    await rig.until(() => rig.state(id) === 'done');
    expect(statuses()).toEqual(['aborted']);
    const calls = rig.server.calls.map(({ call }) => call);
    expect(calls.indexOf('discard')).toBeLessThan(calls.indexOf('whole'));
  });
});

describe('a queue that was lost', () => {
  test('goes on with the session of an open recording', async () => {
    const { id } = rig.record(3000);
    await rig.run(3000);
    rig.grow(id, 3000);
    await rig.run(5000);
    const before = rig.server.count('send');
    expect(before).toBeGreaterThan(1);
    await rig.lose();
    await rig.run(3000);
    expect(rig.entry(id).safeBytes).toBe(6000);
    expect(rig.server.count('send')).toBe(before);
    rig.grow(id, 1000);
    rig.close(id);
    await rig.run(20_000);
    expectDone(rig, id);
    expect(statuses()).toEqual(['finalized']);
  });

  test('sends nothing again that the target has finished', async () => {
    const { id } = rig.recorded(30_000);
    await rig.run(20_000);
    expectDone(rig, id);
    const sent = rig.server.count('send');
    await rig.lose();
    await rig.run(20_000);
    expectDone(rig, id);
    expect(rig.entry(id)).toMatchObject({ safeBytes: 30_000, bytes: 30_000, digests: true });
    expect(rig.server.count('send')).toBe(sent);
    expect(rig.server.recordings.size).toBe(1);
  });

  test('sends only the rest of what the target has ended by itself', async () => {
    const { id } = rig.record(3000);
    await rig.run(3000);
    rig.server.finalizeByItself();
    await rig.lose();
    rig.grow(id, 2000);
    rig.close(id);
    await rig.run(20_000);
    expectDone(rig, id);
    expect(rig.entries(id).map(({ part, bytes }) => [part, bytes])).toEqual([
      [1, 3000],
      [2, 2000],
    ]);
  });

  test('does not go on with other audio', async () => {
    const { id } = rig.record(3000);
    await rig.run(3000);
    for (const { chunks } of rig.server.sessions.values()) chunks.set(1, new Uint8Array(3000));
    await rig.lose();
    rig.close(id);
    await rig.run(20_000);
    expectDone(rig, id);
    expect(statuses()).toEqual(['aborted', 'finalized']);
  });
});
