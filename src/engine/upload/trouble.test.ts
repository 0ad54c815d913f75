import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fault } from '../../../test/support/fakeTarget.ts';
import { expectDone } from '../../../test/support/queueChecks.ts';
import { QueueRig } from '../../../test/support/queueRig.ts';

let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

test('what one upload needs a person for is told of its target', async () => {
  const refused: Fault = { code: 'UPLOAD_REJECTED', when: 'before', details: { status: 413 } };
  rig.server.fault = (call) => (call === 'send' ? refused : undefined);
  const { id } = rig.record(1000);
  await rig.run(1000);
  expect(rig.state(id)).toBe('needsPerson');
  expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'person', problem: { code: 'UPLOAD_REJECTED' } }]);
  rig.server.fault = () => undefined;
  rig.close(id);
  rig.queue.retry({});
  await rig.until(() => rig.state(id) === 'done');
  expect(rig.queue.transfers()[0]).not.toHaveProperty('waitingFor');
});

test('a target that could make nothing of a recording is not called safe', async () => {
  rig.server.progress = { state: 'failed', text: 'No speech was found.' };
  const { id } = rig.recorded(1000);
  await rig.until(() => rig.state(id) === 'failed');
  const message = expect.stringContaining('could not use a recording: No speech was found.');
  expect(rig.queue.transfers()).toMatchObject([{ backlogUploads: 0, waitingFor: 'person', problem: { message } }]);
  rig.server.progress = { state: 'completed' };
  rig.queue.retry({});
  await rig.until(() => rig.state(id) === 'done');
  expect(rig.queue.transfers()[0]).not.toHaveProperty('problem');
});

test('a target that answers every upload with a failure is waited for', async () => {
  const busy: Fault = { code: 'UPLOAD_UNREACHABLE', when: 'before', details: { status: 503 } };
  rig.server.fault = () => busy;
  const { id } = rig.recorded(1000);
  await rig.run(20_000);
  expect(rig.queue.transfers()).toMatchObject([{ waitingFor: 'network', problem: { code: 'UPLOAD_UNREACHABLE' } }]);
  rig.server.fault = () => undefined;
  rig.queue.retry({});
  await rig.run(20_000);
  expectDone(rig, id);
  expect(rig.queue.transfers()[0]).not.toHaveProperty('problem');
});
