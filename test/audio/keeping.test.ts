import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Coverage, Missing, SourceCoverage } from '../../src/shared/domain/coverage.ts';
import type { SourceId } from '../../src/shared/units.ts';
import { TestStudio } from '../support/studio.ts';

const SIGNAL = {
  kind: 'generator' as const,
  name: 'Signal',
  programme: 'mixed' as const,
  seed: 1,
  sampleRate: 48_000 as const,
  bitDepth: 16 as const,
  channels: 2,
};

/** Without the time that an input took to open, which a busy machine needs. */
const lossesOf = (source: SourceCoverage | undefined): readonly Missing[] | undefined =>
  source?.missing.filter(({ cause }) => cause !== 'starting');
const openingMs = (source: SourceCoverage | undefined): number =>
  source?.missing.reduce((sum, { cause, from, to }) => sum + (cause === 'starting' ? to - from : 0), 0) ?? Number.NaN;

describe('a studio that records', () => {
  let studio: TestStudio;
  let begun: number;
  afterEach(() => studio.dispose());

  const coverage = (): Promise<Coverage> =>
    Promise.resolve(studio.studio.handlers['library.coverage']({ from: begun - 60_000, to: Date.now() + 60_000 }));
  const recordTwo = async (): Promise<SourceId> => {
    begun = Date.now();
    const id = await studio.addAndArm(SIGNAL);
    await studio.until('two closed recordings', () => studio.closed(id).length >= 2);
    return id;
  };

  it('misses nothing while all is well, and a crash with its cause', async () => {
    studio = await TestStudio.start();
    const id = await recordTwo();
    const { sources } = await coverage();
    expect(sources).toMatchObject([{ sourceId: id, pausedMs: 0 }]);
    expect(lossesOf(sources[0])).toEqual([]);
    expect((sources[0]?.capturedMs ?? 0) + openingMs(sources[0])).toBeCloseTo(sources[0]?.armedMs ?? 0, 0);
    expect(sources[0]?.capturedMs).toBeGreaterThan(5000);

    const before = studio.closed(id).length;
    studio.child('recorder').kill();
    await studio.until('recording again', () => studio.closed(id).length >= before + 3);
    await studio.studio.handlers['sources.disarm']({});
    const [after] = (await coverage()).sources;
    expect(lossesOf(after)?.map(({ cause }) => cause)).toEqual(['crash']);
    expect(after?.armed.map(({ began, ended, reason }) => [began, ended, reason])).toEqual([[true, true, 'person']]);
    const gapMs = studio.gapsOf(id).reduce((sum, gap) => sum + (gap.to ?? 0) - gap.from, 0);
    const lostMs = (after?.armedMs ?? 0) - (after?.capturedMs ?? 0) - openingMs(after);
    expect(Math.abs(lostMs - gapMs)).toBeLessThan(100);
  });

  it('deletes what is closed and not what is being recorded, and keeps it over a new library', async () => {
    studio = await TestStudio.start();
    const id = await recordTwo();
    const open = [...studio.recordings.values()].find(({ state }) => state === 'recording');
    const [first, second] = studio.closed(id);
    if (!open || !first || !second) throw new Error('Nothing was recorded.');
    const { handlers } = studio.studio;
    await handlers['recordings.lock']({ ids: [second.id], locked: true });
    const { removed, refused } = await handlers['recordings.delete']({ ids: [open.id, first.id, second.id] });
    expect(removed).toBe(1);
    expect(refused.map(({ message }) => message)).toEqual([
      'It is being recorded. Stop the source first.',
      'It is locked. Unlock it first.',
    ]);
    await handlers['sources.disarm']({});
    const [whole] = (await coverage()).sources;
    expect(lossesOf(whole)).toEqual([]);
    expect(whole?.deletedMs).toBeGreaterThan(0);

    await studio.studio.stop();
    await rm(join(studio.folder, 'data'), { recursive: true });
    studio = await TestStudio.start({ folder: studio.folder, state: studio.state });
    await studio.until('the scan to end', () => studio.rescanned);
    const again = studio.studio.handlers;
    expect((await again['library.recording']({ id: second.id })).locked).toBe(true);
    const { items } = await again['trash.list']({ offset: 0, limit: 10 });
    expect(items.map(({ recording }) => recording.id)).toEqual([first.id]);
    const [now] = (await coverage()).sources;
    expect(now?.capturedMs).toBeCloseTo(whole?.capturedMs ?? 0, 0);
    const { restored } = await again['trash.restore']({ ids: [first.id] });
    expect(restored.map(({ path }) => path)).toEqual([first.path]);
  });
});
