import { afterEach, beforeEach, expect, test } from 'vitest';
import { QueueRig } from '../../../../test/support/queueRig.ts';
import type { RecordingId, UploadId } from '../../../shared/units.ts';
import { pruneUploads } from './pruning.ts';

const DAY_MS = 86_400_000;
let rig: QueueRig;
beforeEach(() => {
  rig = new QueueRig();
});
afterEach(() => rig.dispose());

test('uploads are forgotten a month after their recording is nowhere, and not while it is somewhere', async () => {
  const ids = Array.from({ length: 4 }, () => rig.recorded(1000).id);
  await rig.run(60_000);
  const known = new Set(ids);
  const gone: UploadId[] = [];
  let days = 0;
  const prune = async (later: number): Promise<readonly RecordingId[]> => {
    days += later;
    const ports = {
      store: rig.store,
      isKnown: (id: RecordingId) => known.has(id),
      now: () => days * DAY_MS,
      onForgotten: (forgotten: readonly UploadId[]) => gone.push(...forgotten),
    };
    await pruneUploads(ports, () => Promise.resolve());
    return ids.filter((id) => rig.entries(id).length > 0);
  };
  const [first, second, third, newest] = ids;
  if (!first || !second || !third || !newest) throw new Error('no recordings');
  expect(await prune(400)).toEqual(ids);
  known.delete(first);
  known.delete(second);
  known.delete(newest);
  expect(await prune(1)).toEqual(ids);
  known.add(second);
  expect(await prune(20)).toEqual(ids);
  known.delete(second);
  const before = rig.entry(first).id;
  // The newest of a source tells what came after it.
  expect(await prune(11)).toEqual([second, third, newest]);
  expect(gone).toEqual([before]);
  expect(await prune(31)).toEqual([third, newest]);
});

test('what is deleted for good takes its uploads along, once they have ended', async () => {
  const [first, second] = [rig.recorded(1000), rig.recorded(1000), rig.recorded(1000)];
  if (!first || !second) throw new Error('no recordings');
  await rig.run(60_000);
  const { id } = rig.entry(first.id);
  expect(await rig.queue.recordingGone(first.id)).toEqual([id]);
  expect(rig.entries(first.id)).toEqual([]);
  expect(rig.entries(second.id)).toHaveLength(1);
});
