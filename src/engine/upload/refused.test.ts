import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectDone } from '../../../test/support/queueChecks.ts';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

describe('what is refused because of who asks', () => {
  test('is tried at once where another one is taken', async () => {
    let refused = 2;
    rig.server.fault = (call) => {
      if (call !== 'open' || refused === 0) return undefined;
      refused -= 1;
      return { code: 'UPLOAD_UNAUTHORIZED', when: 'before' };
    };
    const [first, second] = [rig.recorded(1000, 1), rig.recorded(1000, 2)];
    await rig.run(1000);
    for (const { id } of [first, second]) expect(rig.state(id)).toBe('needsPerson');
    rig.queue.retry({ ids: [rig.entry(second.id).id] });
    await rig.run(20_000);
    for (const { id } of [first, second]) expectDone(rig, id);
  });

  test('for one alone does not hold up the others for long', async () => {
    const { id: open } = rig.record(1000, 1);
    await rig.run(1000);
    rig.server.fault = (call) => (call === 'open' ? { code: 'UPLOAD_UNAUTHORIZED', when: 'before' } : undefined);
    const refused = rig.recorded(1000, 2);
    for (let minute = 0; minute < 20; minute += 1) {
      rig.grow(open, 5000);
      await rig.run(60_000);
    }
    expect(rig.entry(refused.id)).toMatchObject({ state: 'needsPerson', problem: { code: 'UPLOAD_UNAUTHORIZED' } });
    expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'person', problem: { code: 'UPLOAD_UNAUTHORIZED' } }]);
    // Once for the whole target, again after a quarter of an hour, and once because another was taken.
    expect(rig.server.count('open')).toBeLessThanOrEqual(4);
    expect(rig.entry(open)).toMatchObject({ state: 'sending', behindMs: 0, safeBytes: 101_000 });
  });
});
