import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../../test/support/fakeTarget.ts';
import { QueueRig, TARGET } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

const ROOM = 20_000;

/** What sessions hold that are not finished, bytes. */
function held(): number {
  const open = [...rig.server.sessions.values()].filter(({ status }) => status === 'open');
  return open.flatMap(({ chunks }) => [...chunks.values()]).reduce((sum, { length }) => sum + length, 0);
}

/** A server whose account has so much room, of which somebody else has taken some. */
function limitRoom(room: number, taken = 0): void {
  const full: Fault = { code: 'UPLOAD_QUOTA', when: 'before', details: { status: 507, quotaBytes: room } };
  // Each second of each source has about 1000 bytes.
  rig.server.fault = (call) => (call === 'send' && held() + taken > room - 2000 ? full : undefined);
}

describe('an account that is full', () => {
  test('of what is being recorded gets it in parts, and waits for nobody', async () => {
    limitRoom(ROOM);
    const open = [1, 2].map((source) => rig.record(1000, source));
    for (let second = 0; second < 40; second += 1) {
      for (const { id } of open) rig.grow(id, 1000);
      await rig.run(1000);
    }
    for (const { id } of open) rig.close(id);
    await rig.until(() => open.every(({ id }) => rig.entries(id).every(({ state }) => state === 'done')));
    for (const { id } of open) {
      expect(rig.entries(id).length).toBeGreaterThan(1);
      expect(rig.entries(id).length).toBeLessThan(20);
      expect(rig.arrived(id)).toEqual(rig.expected(id));
    }
    expect(rig.steps.filter(({ to }) => to === 'needsPerson')).toEqual([]);
    expect(held()).toBe(0);
  });

  test('of what somebody else holds waits for a person, in one part', async () => {
    limitRoom(ROOM, ROOM);
    const { id } = rig.record(1000);
    await rig.run(5000);
    expect(rig.entries(id)).toMatchObject([{ state: 'needsPerson', problem: { code: 'UPLOAD_QUOTA' } }]);
    rig.server.fault = () => undefined;
    rig.close(id);
    rig.queue.retry({ targetId: TARGET });
    await rig.until(() => rig.state(id) === 'done');
    expect(rig.entries(id)).toHaveLength(1);
    expect(rig.arrived(id)).toEqual(rig.expected(id));
  });

  test('waits in its turn, and asks nobody, while other uploads hold the room', async () => {
    const { id: large } = rig.record(ROOM / 2);
    await rig.run(3000);
    limitRoom(ROOM, ROOM / 2);
    const { id } = rig.record(1000, 2);
    await rig.run(5000);
    expect(rig.entries(id)).toMatchObject([{ state: 'sending', problem: { code: 'UPLOAD_QUOTA' } }]);
    rig.close(large);
    await rig.run(10_000);
    rig.close(id);
    await rig.until(() => rig.state(id) === 'done');
    expect(rig.steps.filter(({ to }) => to === 'needsPerson')).toEqual([]);
  });
});
