import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectDone } from '../../../test/support/queueChecks.ts';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

/** The last that the target heard, once it heard something new. */
const heard = (): string | undefined => rig.server.beats.splice(0).at(-1);

test('a target hears that a source is paused, and that it goes on', async () => {
  const recording = rig.record(3000);
  await rig.run(5000);
  expect(heard()).toBe('recording');
  rig.paused.add(recording.sourceId);
  await rig.run(5000);
  expect(heard()).toBe('paused');
  await rig.run(60_000);
  expect(heard()).toBe('paused');
  rig.paused.clear();
  await rig.run(5000);
  expect(heard()).toBe('recording');
  rig.close(recording.id);
  await rig.run(10_000);
  expectDone(rig, recording.id);
});

test('a target keeps the session of a paused upload, over a restart, too', async () => {
  const { id } = rig.record(3000);
  await rig.run(5000);
  heard();
  const upload = rig.entry(id).id;
  await rig.queue.pause({ ids: [upload] });
  await rig.run(1000);
  expect(heard()).toBe('paused');
  await rig.run(330_000);
  expect(heard()).toBe('paused');
  await rig.restart();
  await rig.run(1000);
  expect(heard()).toBe('paused');
  rig.close(id);
  rig.queue.resume({ ids: [upload] });
  await rig.run(20_000);
  expectDone(rig, id);
  await rig.run(600_000);
  expect(heard()).not.toBe('paused');
});
