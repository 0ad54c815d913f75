import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectDone, unreachable } from '../../../test/support/queueChecks.ts';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

test('falls behind visibly while a target is away: in the middle of a session, and before there is one', async () => {
  const { id: begun } = rig.record(1000, 1);
  await rig.run(2000);
  rig.server.fault = () => unreachable;
  const { id: late } = rig.record(1000, 2);
  rig.grow(begun, 100_000);
  await rig.run(60_000);
  const before = { begun: rig.entry(begun), late: rig.entry(late) };
  expect(before.begun).toMatchObject({ bytes: 101_000, problem: { code: 'UPLOAD_UNREACHABLE' } });
  expect(before.begun.behindMs).toBeGreaterThan(0);
  expect(before.late.behindMs).toBeGreaterThan(0);
  for (const one of [begun, late]) rig.grow(one, 200_000);
  await rig.run(60_000);
  expect(rig.entry(begun).behindMs).toBeGreaterThan(before.begun.behindMs);
  expect(rig.entry(late).behindMs).toBeGreaterThan(before.late.behindMs);
  expect(rig.queue.transfers()).toMatchObject([{ backlogBytes: 301_000 + 201_000 - rig.entry(begun).safeBytes }]);
  rig.server.fault = () => undefined;
  for (const one of [begun, late]) rig.close(one);
  rig.queue.online();
  await rig.until(() => [begun, late].every((one) => rig.state(one) === 'done'));
  for (const one of [begun, late]) expectDone(rig, one);
});
