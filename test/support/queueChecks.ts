import { expect } from 'vitest';
import type { RecordingId } from '../../src/shared/units.ts';
import type { Call, Fault } from './fakeTarget.ts';
import { type QueueRig, TARGET } from './queueRig.ts';

export const unreachable = { code: 'UPLOAD_UNREACHABLE', when: 'before' } as const;

/** Fails the calls of one kind with these, one after the other. */
export function failing(kind: Call, ...faults: readonly (Fault | undefined)[]): (call: Call) => Fault | undefined {
  const left = [...faults];
  return (call) => (call === kind ? left.shift() : undefined);
}

/** Everything is there, once, and nothing is left to do. */
export function expectDone(rig: QueueRig, id: RecordingId, target = TARGET): void {
  const own = rig.entries(id).filter((entry) => entry.targetId === target);
  expect(own.map(({ state }) => state)).toEqual(own.map(() => 'done'));
  expect(rig.arrived(id, target)).toEqual(rig.expected(id));
  expect(own.every((entry) => entry.bytes === entry.safeBytes)).toBe(true);
}
