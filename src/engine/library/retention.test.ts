import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeepingRig, START } from '../../../test/support/keepingRig.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Retention } from '../../shared/domain/retention.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SECOND_SOURCE = '6f7b6e3e-7e0f-4d3f-8a50-0f5b7c0a1d22';

let rig: KeepingRig;
beforeEach(async () => {
  rig = await KeepingRig.make();
});
afterEach(() => rig.dispose());

/** One recording of 1 MB a day for so many days, oldest first; the last one today. */
function recordDays(days: number, change: Partial<Recording> = {}, bytes = 1_000_000): Recording[] {
  return Array.from({ length: days }, (_, index) =>
    rig.record({ startedAt: START - (days - 1 - index) * DAY, ...change }, bytes),
  );
}

const ids = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id).toSorted();

describe('without a rule', () => {
  it('nothing is deleted', async () => {
    recordDays(3, {}, 1000);
    expect(await rig.retention.run()).toEqual({ removed: 0, bytes: 0 });
    expect(rig.listed()).toHaveLength(3);
    expect((await rig.retention.preview({})).dueCount).toBe(0);
  });
});

describe('by age', () => {
  it('what ended longer ago goes to the trash, and is removed for good after its time', async () => {
    const all = recordDays(5, {}, 1000);
    rig.rules = { maxAgeDays: 2.5 };
    const preview = await rig.retention.preview(rig.rules);
    expect(preview.due.map(({ recording, reason }) => [recording.id, reason])).toEqual(
      all.slice(0, 2).map(({ id }) => [id, 'age']),
    );
    expect(preview.upcoming.map(({ recording, at }) => [recording.id, at])).toEqual(
      all.slice(2).map(({ id, startedAt }) => [id, startedAt + 10_000 + 2.5 * DAY]),
    );
    expect(await rig.retention.run()).toEqual({ removed: 2, bytes: 2000 });
    expect(ids(rig.listed())).toEqual(ids(all.slice(2)));
    expect(rig.trashFiles()).toHaveLength(2);

    rig.now += 7 * DAY - 1;
    rig.rules = {};
    await rig.retention.run();
    expect(rig.trashFiles()).toHaveLength(2);
    rig.now += 1;
    await rig.retention.run();
    expect(rig.trashFiles()).toHaveLength(0);
  });

  it('a source can have a rule of its own, or none', async () => {
    recordDays(4, {}, 1000);
    const others = recordDays(4, { sourceId: SECOND_SOURCE as Recording['sourceId'], sourceName: 'B' }, 1000);
    rig.rules = { maxAgeDays: 1.5, sources: { [SECOND_SOURCE]: { maxAgeDays: 2.5 } } };
    await rig.retention.run();
    expect(rig.listed()).toHaveLength(2 + 3);
    rig.rules = { maxAgeDays: 1 / 24, minFreeBytes: 1e12, sources: { [SECOND_SOURCE]: { keep: true, maxAgeDays: 1 } } };
    rig.now += DAY;
    rig.capacity = rig.usedBytes();
    await rig.retention.run();
    expect(ids(rig.listed())).toEqual(ids(others.slice(1)));
  });
});

describe('by size', () => {
  it('the oldest go until the rest fits, and no more', async () => {
    const all = recordDays(6);
    rig.rules = { maxTotalBytes: 3_500_000 };
    expect((await rig.retention.preview(rig.rules)).dueCount).toBe(3);
    expect((await rig.retention.run()).removed).toBe(3);
    expect((await rig.retention.run()).removed).toBe(0);
    expect(ids(rig.listed())).toEqual(ids(all.slice(3)));
  });

  it('a locked one is passed over, and younger ones go in its place', async () => {
    const all = recordDays(6);
    rig.lock(all[0] as Recording);
    rig.rules = { maxTotalBytes: 3_500_000 };
    const preview = await rig.retention.preview(rig.rules);
    expect(preview.kept).toEqual({ locked: 1, others: 0 });
    await rig.retention.run();
    expect(ids(rig.listed())).toEqual(ids([all[0], ...all.slice(4)] as Recording[]));
  });
});

describe('by free space', () => {
  it('empties the oldest trash first, then deletes the oldest for good, as much as is needed', async () => {
    const all = recordDays(6);
    await rig.trash.remove([(all[5] as Recording).id], 'person');
    rig.capacity = 7_000_000;
    rig.rules = { minFreeBytes: 2_500_000 };
    const preview = await rig.retention.preview(rig.rules);
    expect(preview).toMatchObject({ trashBytes: 1_000_000, dueCount: 1, shortBytes: 0 });
    expect(preview.due[0]).toMatchObject({ reason: 'space', recording: { id: (all[0] as Recording).id } });
    await rig.retention.run();
    expect(rig.trashFiles()).toEqual([]);
    expect(ids(rig.listed())).toEqual(ids(all.slice(1, 5)));
    expect(rig.usedBytes()).toBe(4_000_000);
    expect(rig.purged).toHaveLength(2);
    expect((await rig.retention.run()).removed).toBe(0);
  });

  it('stops and says so when deleting frees nothing, and goes on when there is space again', async () => {
    recordDays(6);
    rig.capacity = 6_000_000;
    rig.rules = { minFreeBytes: 1_500_000 };
    // A snapshot: what is deleted stays on the disk.
    const used = rig.usedBytes();
    rig.fileSystem = { ...rig.fileSystem, freeBytes: () => Promise.resolve(rig.capacity - used) };
    await rig.retention.run();
    expect(rig.listed()).toHaveLength(4);
    expect(rig.notices).toEqual([expect.stringMatching(/no more space than before/)]);
    await rig.retention.run();
    expect(rig.listed()).toHaveLength(4);
    rig.capacity += 1_000_000;
    await rig.retention.run();
    expect(rig.listed()).toHaveLength(3);
  });

  it('says when there is nothing more to delete', async () => {
    const [one] = recordDays(1);
    rig.lock(one as Recording);
    rig.capacity = 1_000_000;
    rig.rules = { minFreeBytes: 2_000_000 };
    expect((await rig.retention.preview(rig.rules)).shortBytes).toBe(2_000_000);
    await rig.retention.run();
    expect(rig.listed()).toHaveLength(1);
    expect(rig.notices).toEqual([expect.stringMatching(/nothing more that may be deleted/)]);
  });

  it('passes over what cannot be deleted', async () => {
    const all = recordDays(40, {}, 50_000);
    // Somebody worked on these: they are not what was recorded any more.
    for (const { path } of all.slice(0, 35)) rig.write(path, 50_001);
    rig.capacity = rig.usedBytes();
    rig.rules = { minFreeBytes: 1_000_000 };
    await rig.retention.run();
    expect(ids(rig.listed())).toEqual(ids(all.slice(0, 35)));
  });
});

describe('what Longtake did not write', () => {
  it('is deleted by no rule', async () => {
    rig.write('music/song.wav', 2_000_000);
    const found = rig.record({ id: '0f9a3a52-58a4-5b0c-8a86-2c8b1f0d4e77' as Recording['id'], startedAt: START - DAY });
    rig.rules = { maxAgeDays: 0.5, maxTotalBytes: 1_000_000, minFreeBytes: 1e12 };
    rig.capacity = rig.usedBytes();
    const { kept } = await rig.retention.preview(rig.rules);
    expect(kept.others).toBeGreaterThan(0);
    await rig.retention.run();
    expect(rig.files()).toEqual([found.path, 'music/song.wav'].toSorted());
  });
});

describe('whatever is done', () => {
  type Step =
    | { readonly do: 'record'; readonly bytes: number }
    | { readonly do: 'lock' | 'unlock' | 'delete' | 'restore' | 'empty'; readonly which: number }
    | { readonly do: 'wait'; readonly hours: number }
    | { readonly do: 'rules'; readonly rules: Retention; readonly room: number }
    | { readonly do: 'rescan' | 'rebuild' };
  const limit = fc.integer({ min: 1_000_000, max: 3_000_000 });
  const rules = fc.record(
    { maxAgeDays: fc.constantFrom(1 / 24, 0.5, 2), maxTotalBytes: limit, minFreeBytes: limit },
    { requiredKeys: [] },
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('record' as const), bytes: fc.integer({ min: 1, max: 900_000 }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'lock' as const,
          'unlock' as const,
          'delete' as const,
          'restore' as const,
          'empty' as const,
        ),
        which: fc.nat({ max: 30 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 100 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('rules' as const), rules, room: fc.nat({ max: 6_000_000 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rescan' as const, 'rebuild' as const) }) },
  );

  it('files, list and ledger agree, and nothing that is locked is gone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const mine = await KeepingRig.make();
        try {
          await play(mine, steps);
          const before = stateOf(mine);
          await mine.rebuild();
          expect(stateOf(mine)).toEqual(before);
        } finally {
          await mine.dispose();
        }
      }),
      { numRuns: 15 },
    );
  });

  async function play(mine: KeepingRig, steps: readonly Step[]): Promise<void> {
    const made: Recording[] = [];
    const locked = new Set<string>();
    for (const one of steps) {
      const target = 'which' in one && made.length > 0 ? made[one.which % made.length] : undefined;
      switch (one.do) {
        case 'record':
          mine.now += 60_000;
          made.push(mine.record({}, one.bytes));
          break;
        case 'wait':
          mine.now += one.hours * HOUR;
          break;
        case 'rules':
          mine.rules = one.rules;
          mine.capacity = mine.usedBytes() + one.room;
          await mine.retention.run();
          break;
        case 'rescan':
          await mine.rescan();
          break;
        case 'rebuild':
          await mine.rebuild();
          break;
        default:
          if (target) await act(mine, one.do, target, locked);
      }
      check(mine, locked);
    }
  }

  async function act(
    mine: KeepingRig,
    what: 'lock' | 'unlock' | 'delete' | 'restore' | 'empty',
    target: Recording,
    locked: Set<string>,
  ): Promise<void> {
    const { keeping } = mine.library;
    if (what === 'delete') await mine.trash.remove([target.id], 'person');
    else if (what === 'restore') await mine.trash.restore([target.id]);
    else if (what === 'empty')
      await mine.trash.purge([keeping.removed(target.id)].filter((item) => item !== undefined));
    else if (mine.library.recording(target.id)) {
      mine.lock(target, what === 'lock');
      if (what === 'lock') locked.add(target.id);
      else locked.delete(target.id);
    }
  }

  function check(mine: KeepingRig, locked: ReadonlySet<string>): void {
    const listed = mine.listed();
    const trash = mine.library.keeping.trash(0, 1000).map((item) => item.trash);
    expect(mine.files()).toEqual([...listed.map(({ path }) => path), ...trash].toSorted());
    expect(
      listed
        .filter((one) => one.locked === true)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([...locked].toSorted());
    const bytes = mine.library.days({ limit: 1000 }).reduce((sum, one) => sum + one.bytes, 0);
    expect(bytes).toBe(listed.reduce((sum, one) => sum + one.bytes, 0));
  }

  function stateOf(mine: KeepingRig) {
    return { listed: mine.listed(), trash: mine.library.keeping.trash(0, 1000) };
  }
});
