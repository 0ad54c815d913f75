import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KeepingRig } from '../../../../test/support/keepingRig.ts';
import type { Recording } from '../../../shared/domain/recording.ts';

let rig: KeepingRig;

beforeEach(async () => {
  rig = await KeepingRig.make();
});

afterEach(() => rig.dispose());

/** A recording with two sections, of which the first one is starred. */
function heard(minute: number): Recording {
  const recording = rig.record({ startedAt: rig.now + minute * 60_000, bytes: 1000 });
  const section = { end: 20, peak: 12, peakDb: -20, floorDb: -50, score: 30 };
  rig.library.sections.replaceSections([
    {
      recording,
      sections: [
        { ...section, first: 10 },
        { ...section, first: 40, end: 50, peak: 45 },
      ],
      live: false,
      settings: '',
    },
  ]);
  const { sourceId, startedAt } = recording;
  rig.library.verdicts.save({ type: 'verdict', at: 1, sourceId, peakAt: startedAt + 1200, verdict: 'star' });
  return recording;
}

const counts = async (): Promise<object> => {
  const { total, starred, events } = await rig.library.review.highlights({}, 50);
  return { total, starred, told: events.length };
};

test('a recording in the trash hides its sections, and brings them back with it, with what was said', async () => {
  const kept = heard(0);
  const thrown = heard(5);
  expect(await counts()).toEqual({ total: 4, starred: 2, told: 4 });
  await rig.trash.remove([thrown.id], 'person');
  expect(await counts()).toEqual({ total: 2, starred: 1, told: 2 });
  expect(await rig.library.review.find({ hasSections: true }, 0, 10)).toMatchObject({ ids: [kept.id], total: 1 });
  await rig.trash.restore([thrown.id]);
  expect(await counts()).toEqual({ total: 4, starred: 2, told: 4 });
});

test('what is being recorded, or locked, is refused, and its sections stay', async () => {
  const open = heard(0);
  const locked = heard(5);
  rig.library.saveRecording({ ...open, state: 'recording' });
  rig.lock(locked);
  const { ids } = await rig.library.review.find({}, 0, 10);
  const { removed, refused } = await rig.trash.remove(ids, 'person');
  expect(removed).toEqual([]);
  expect(refused.map(({ id }) => id).sort()).toEqual([open.id, locked.id].sort());
  expect(await counts()).toMatchObject({ total: 4 });
});

test('a scan keeps sections of what is there and in the trash, and forgets those of files that are gone', async () => {
  const kept = heard(0);
  const thrown = heard(5);
  const gone = heard(10);
  await rig.trash.remove([thrown.id], 'person');
  rmSync(join(gone.root, gone.path));
  await rig.rescan();
  expect(rig.library.sections.detected(kept.id)).toMatchObject({ sections: 2 });
  expect(rig.library.sections.detected(thrown.id)).toMatchObject({ sections: 2 });
  expect(rig.library.sections.detected(gone.id)).toBeUndefined();
  expect(await counts()).toEqual({ total: 2, starred: 1, told: 2 });
});
