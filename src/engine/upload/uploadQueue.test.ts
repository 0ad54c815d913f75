import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

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
    expect(rig.state(id)).toBe('done');
    expect(rig.arrived(id)).toEqual(rig.expected(id));
    expect(rig.server.sessions.size).toBe(1);
  });

  test('of a recording from before goes as fast as it can', async () => {
    const { id } = rig.recorded(50_000);
    await rig.run(4000);
    expect(rig.state(id)).toBe('done');
    expect(rig.arrived(id)).toEqual(rig.expected(id));
    expect(rig.server.calls.filter(({ call }) => call === 'send')).toHaveLength(13);
  });
});
