import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LibraryFilter } from '../../shared/domain/filter.ts';
import type { DaySummary, Gap, Recording } from '../../shared/domain/recording.ts';
import { day as asDay, gapId, recordingId, sourceId } from '../../shared/units.ts';
import type * as Library from './library.ts';

const TODAY = '2026-11-21';
const YESTERDAY = '2026-11-20';

const recording = (day: string, number: number, fields: Partial<Recording> = {}): Recording => ({
  id: recordingId(`${day}/${number}`),
  sourceId: sourceId(number % 2 === 0 ? 'even' : 'odd'),
  sourceName: 'Studio A',
  sourceKind: 'soundcard',
  root: '/recordings',
  path: `${day}/${number}.wav`,
  startedAt: Date.parse(`${day}T00:00:00Z`) + number * 60_000,
  offsetMinutes: 0,
  zone: 'UTC',
  day: asDay(day),
  container: 'wav',
  format: { codec: 'pcm', sampleRate: 48_000, channels: 1, bitDepth: 16 },
  samples: 0,
  bytes: 0,
  state: 'complete',
  seam: 'gapless',
  ...fields,
});

/** A studio that holds recordings in memory and answers as the real one does. */
interface Input {
  readonly day: string;
  readonly before?: string;
  readonly filter?: LibraryFilter;
  readonly offset: number;
  readonly limit: number;
}

function fakeStudio() {
  const held = new Map<string, Recording[]>();
  const gaps = new Map<string, Gap[]>();
  const asked: string[] = [];
  const newest = (day: string): Recording[] => (held.get(day) ?? []).toSorted((a, b) => b.startedAt - a.startedAt);
  const summary = (day: string): DaySummary => ({
    day: asDay(day),
    recordings: newest(day).length,
    durationMs: 0,
    bytes: newest(day).reduce((sum, { bytes }) => sum + bytes, 0),
    gaps: gaps.get(day)?.length ?? 0,
    gapMs: 0,
  });
  /** Those whose id ends like the text of the filter. */
  const meant = (day: string, filter: LibraryFilter | undefined): Recording[] =>
    newest(day).filter(({ id }) => id.endsWith(filter?.text ?? ''));
  const answers: Record<string, (input: Input) => unknown> = {
    'library.days': ({ before, limit }) =>
      [...held.keys()]
        .filter((day) => before === undefined || day < before)
        .toSorted()
        .toReversed()
        .slice(0, limit)
        .map(summary),
    'library.recordings': ({ day, offset, limit }) => ({
      recordings: newest(day).slice(offset, offset + limit),
      total: newest(day).length,
    }),
    'library.gaps': ({ day }) => gaps.get(day) ?? [],
    'library.findDays': ({ filter }) => ({
      days: [...held.keys()]
        .filter((day) => meant(day, filter).length > 0)
        .toSorted()
        .toReversed()
        .map((day) => ({ day, recordings: meant(day, filter).length, durationMs: 0, bytes: 0 })),
      shown: [...held.keys()].flatMap((day) => meant(day, filter)).length,
      total: [...held.values()].flat().length,
    }),
    'library.find': ({ filter, offset, limit }) => ({
      recordings: meant(filter?.fromDay ?? '', filter).slice(offset, offset + limit),
      shown: meant(filter?.fromDay ?? '', filter).length,
      total: [...held.values()].flat().length,
    }),
  };
  return {
    held,
    gaps,
    asked,
    bridge: {
      async request(name: string, input: Input) {
        asked.push(`${name} ${JSON.stringify(input)}`);
        return { ok: true, value: answers[name]?.(input) };
      },
      on: () => () => undefined,
    },
  };
}

describe('libraryStore', () => {
  let studio: ReturnType<typeof fakeStudio>;
  let store: (typeof Library)['libraryStore'];
  const kept = new Map<string, string>();

  beforeEach(async () => {
    vi.resetModules();
    kept.clear();
    studio = fakeStudio();
    vi.stubGlobal('window', { longtake: studio.bridge });
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    studio.held.set(
      TODAY,
      Array.from({ length: 250 }, (_, number) => recording(TODAY, number)),
    );
    studio.held.set(YESTERDAY, [recording(YESTERDAY, 1), recording(YESTERDAY, 2)]);
    store = (await import('./library.ts')).libraryStore;
    await store.getState().load();
  });
  afterEach(() => vi.unstubAllGlobals());

  const slots = (day = TODAY) => store.getState().entries.get(day)?.slots ?? [];
  const loaded = (day = TODAY) => slots(day).filter((slot) => slot !== undefined).length;

  it('opens the newest day and loads only the pages that are looked at', async () => {
    expect(store.getState().days).toEqual([TODAY, YESTERDAY]);
    expect([...store.getState().expanded]).toEqual([[TODAY, true]]);
    store.getState().need(TODAY, 95, 105);
    await expect.poll(() => loaded()).toBe(200);
    expect(slots().length).toBe(250);
    expect(slots()[0]?.id).toBe(`${TODAY}/249`);
  });

  it('asks once for what is on its way', async () => {
    store.getState().need(TODAY, 0, 10);
    store.getState().need(TODAY, 0, 20);
    await expect.poll(() => loaded()).toBe(100);
    expect(studio.asked.filter((line) => line.startsWith('library.recordings')).length).toBe(1);
  });

  it('puts a new recording on top and replaces it when it is closed', async () => {
    store.getState().need(TODAY, 0, 10);
    await expect.poll(() => loaded()).toBe(100);
    const open = recording(TODAY, 300, { state: 'recording' });
    studio.held.get(TODAY)?.push(open);
    store.getState().applyRecording(open);
    expect(slots()[0]?.state).toBe('recording');
    const closed = { ...open, state: 'complete', bytes: 44 } as const;
    studio.held.set(TODAY, [...(studio.held.get(TODAY) ?? []).slice(0, -1), closed]);
    store.getState().applyRecording(closed);
    expect(slots()[0]?.state).toBe('complete');
    expect(slots().length).toBe(251);
    await expect.poll(() => store.getState().entries.get(TODAY)?.summary.bytes).toBe(44);
    expect(loaded()).toBe(101);
  });

  it('shows a day that has just begun', async () => {
    const first = recording('2026-11-22', 0, { state: 'recording' });
    studio.held.set('2026-11-22', [first]);
    store.getState().applyRecording(first);
    await expect.poll(() => store.getState().days[0]).toBe('2026-11-22');
    expect(store.getState().expanded.get('2026-11-22')).toBe(true);
    expect(store.getState().expanded.get(TODAY)).toBe(true);
  });

  it('takes over a gap and its end', async () => {
    const gap: Gap = {
      id: gapId('gap'),
      sourceId: sourceId('odd'),
      sourceName: 'Studio A',
      cause: 'device lost',
      detail: 'Unplugged.',
      from: 5,
      day: asDay(TODAY),
    };
    store.getState().applyGap(gap);
    store.getState().applyGap({ ...gap, to: 9 });
    expect(
      store
        .getState()
        .entries.get(TODAY)
        ?.gaps.map(({ to }) => to),
    ).toEqual([9]);
  });

  it('keeps which days are open', () => {
    store.getState().toggle(YESTERDAY, true);
    expect(JSON.parse(kept.get('longtake.expandedDays') ?? '')).toEqual({ [TODAY]: true, [YESTERDAY]: true });
  });

  it('finds the neighbours of a recording among those of its source, also on the next day', async () => {
    const { neighbour } = store.getState();
    expect((await neighbour(recording(TODAY, 100), 1))?.id).toBe(`${TODAY}/102`);
    expect((await neighbour(recording(TODAY, 100), -1))?.id).toBe(`${TODAY}/98`);
    expect((await neighbour(recording(TODAY, 0), -1))?.id).toBe(`${YESTERDAY}/2`);
    expect((await neighbour(recording(YESTERDAY, 1), 1))?.id).toBe(`${TODAY}/1`);
    expect(await neighbour(recording(TODAY, 249), 1)).toBeUndefined();
  });

  describe('with a filter', () => {
    const filterBy = async (text: string): Promise<void> => {
      const { filterStore } = await import('./filter.ts');
      filterStore.getState().change({ text });
      await store.getState().load();
    };

    it('shows only the days and recordings that are meant, and how many they are', async () => {
      await filterBy('/2');
      expect(store.getState().days).toEqual([TODAY, YESTERDAY]);
      expect(store.getState().found).toEqual({ shown: 2, total: 252 });
      store.getState().need(TODAY, 0, 1);
      await expect.poll(() => loaded()).toBe(1);
      expect(slots()[0]?.id).toBe(`${TODAY}/2`);
      expect(studio.asked.some((line) => line.startsWith('library.gaps'))).toBe(false);
    });

    it('leaves days opened and closed as they were', async () => {
      store.getState().toggle(YESTERDAY, true);
      store.getState().toggle(TODAY, false);
      await filterBy('/1');
      expect(store.getState().expanded.get(YESTERDAY)).toBe(true);
      await filterBy('');
      expect([...store.getState().expanded]).toEqual([
        [TODAY, false],
        [YESTERDAY, true],
      ]);
      expect(store.getState().found).toBeUndefined();
    });

    it('asks the studio whether a new recording is meant', async () => {
      await filterBy('/2');
      const open = recording(TODAY, 302, { state: 'recording' });
      studio.held.get(TODAY)?.push(recording(TODAY, 12), open);
      store.getState().applyRecording(open);
      expect(slots()).toHaveLength(1);
      studio.held.get(YESTERDAY)?.splice(1, 1);
      store.getState().applyRecording(open);
      await expect.poll(() => store.getState().days).toEqual([TODAY]);
      expect(store.getState().found).toEqual({ shown: 1, total: 253 });
    });
  });
});
