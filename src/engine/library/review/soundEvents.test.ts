import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRecording } from '../../../../test/support/makeRecording.ts';
import { ReviewRig, SOURCES, START } from '../../../../test/support/reviewRig.ts';
import type { LibraryFilter } from '../../../shared/domain/filter.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { FoundSection } from '../../../shared/domain/section.ts';
import { sourceId } from '../../../shared/units.ts';

let rig: ReviewRig;
beforeEach(() => {
  rig = new ReviewRig();
});
afterEach(() => rig.dispose());

describe('events of several days', () => {
  const DAY_WINDOWS = 864_000;
  const section = (first: number, windows: number, score: number): FoundSection => {
    return { first, end: first + windows, peak: first, peakDb: -20, floorDb: -60, score };
  };
  const recorded = (source: number, day0: number, windows: number): Recording => {
    const { sourceId: id, sourceName } = SOURCES[source] ?? { sourceId: sourceId(''), sourceName: '' };
    const startedAt = START + day0 * 86_400_000;
    const recording = makeRecording({
      sourceId: id,
      sourceName,
      startedAt,
      path: `${sourceName}/${startedAt}.wav`,
      samples: windows * 4800,
    });
    rig.save(recording);
    return recording;
  };

  test('hang together over midnights, also when something changes in between', async () => {
    const long = recorded(0, 0, 4 * DAY_WINDOWS);
    rig.detect(long, [section(0, 100, 20), section(2000, 2 * DAY_WINDOWS, 30), section(3 * DAY_WINDOWS, 50, 25)]);
    const later = recorded(1, 3, DAY_WINDOWS);
    rig.detect(later, [section(0, 50, 26), section(500, 10, 21)]);
    await rig.agree({});
    // On a day on which nothing began before, and heard together with what began on the first.
    const between = recorded(2, 2, 2000);
    rig.detect(between, [section(5, 1500, 28)]);
    await rig.agree({});
    rig.remark(between, between.startedAt + 500, { verdict: 'star' });
    await rig.agree({});
    rig.remove(between);
    await rig.agree({});
    rig.detect(long, [section(0, 100, 20)]);
    await expect(rig.agree({})).resolves.toBeUndefined();
  });

  test('have the verdict that is nearest to the peak', async () => {
    const recording = recorded(0, 0, 3000);
    for (const [peak, said] of [
      [120, 'star'],
      [380, 'discard'],
    ] as const) {
      rig.detect(recording, [{ ...section(100, 300, 20), peak }]);
      rig.remark(recording, recording.startedAt + 11_000, { verdict: 'star' });
      rig.remark(recording, recording.startedAt + 39_000, { verdict: 'discard' });
      await rig.agree({});
      const { events } = await rig.library.review.highlights({}, 5);
      expect(events.map(({ verdict }) => verdict)).toEqual([said]);
    }
  });

  test('are others when another recording is meant by the same words', async () => {
    const all = [0, 1, 2].map((day0) => recorded(day0, day0, 3000));
    for (const [index, recording] of all.entries()) rig.detect(recording, [section(10, 20, 20 + index)]);
    const filter: LibraryFilter = { text: 'owl' };
    await rig.agree(filter);
    for (const { sourceId: id, startedAt } of all) {
      rig.mark(startedAt + 1000, 'owl', id);
      await expect(rig.agree(filter)).resolves.toBeUndefined();
    }
  });

  test('keep what has not changed, and no more', async () => {
    const all = [0, 1, 2, 3, 4].map((day0) => recorded(day0 % 3, day0, 3000));
    for (const [index, recording] of all.entries()) rig.detect(recording, [section(10, 20, 20 + index)]);
    const filter: LibraryFilter = { longerThanSeconds: 200 };
    await rig.agree({});
    await rig.agree(filter);
    for (const recording of all) {
      rig.detect(recording, [section(1190, 20, 15), section(1300, 5, 16)]);
      await rig.agree({});
      rig.save({ ...recording, samples: 48_000 * 100 });
      await rig.agree(filter);
      rig.save({ ...recording, startedAt: recording.startedAt + 86_400_000 / 2 });
      await rig.agree({});
      await expect(rig.agree(filter)).resolves.toBeUndefined();
    }
  });
});
