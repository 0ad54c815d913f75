import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Source } from '../bridge/bridge.ts';
import type { SourceStatus } from '../../shared/domain/source.ts';
import { recordingId, sourceId } from '../../shared/units.ts';
import type * as Sources from './sources.ts';

const id = sourceId('one');
const status = (state: SourceStatus['state']): SourceStatus => ({ sourceId: id, state, since: 0 });
const source: Source = {
  config: { id, name: 'Studio A', kind: 'soundcard', device: 'default', sampleRate: 48_000, bitDepth: 24, channels: 2 },
  status: status('disarmed'),
  hasPassword: false,
};

describe('sourcesStore', () => {
  let store: (typeof Sources)['sourcesStore'];
  /** Answers to `sources.list` that are still to be given. */
  let waiting: ((sources: readonly Source[]) => void)[];

  beforeEach(async () => {
    vi.resetModules();
    waiting = [];
    vi.stubGlobal('window', {
      longtake: {
        request: () =>
          new Promise((resolve) => {
            waiting.push((value) => resolve({ ok: true, value }));
          }),
        on: () => () => undefined,
      },
    });
    store = (await import('./sources.ts')).sourcesStore;
  });
  afterEach(() => vi.unstubAllGlobals());

  it('believes an event more than a list that was on its way', async () => {
    const load = store.getState().load();
    store.getState().applyStatuses([status('recording')]);
    waiting[0]?.([source]);
    await load;
    expect(store.getState().byId.get(id)?.status.state).toBe('recording');
  });

  it('believes a newer list more than an earlier event', async () => {
    store.getState().applyStatuses([status('recording')]);
    const load = store.getState().load();
    waiting[0]?.([source]);
    await load;
    expect(store.getState().byId.get(id)?.status.state).toBe('disarmed');
  });

  it('keeps what was known of a recording that was just closed', async () => {
    const load = store.getState().load();
    waiting[0]?.([source]);
    await load;
    const recording = {
      id: recordingId('closed'),
      path: 'a.wav',
      startedAt: 0,
      durationMs: 5000,
      bytes: 480_044,
      nextBoundaryAt: 5000,
    };
    store.getState().applyStatuses([{ ...status('recording'), recording }]);
    expect(store.getState().justClosed.size).toBe(0);
    store.getState().applyStatuses([status('disarmed')]);
    expect(store.getState().justClosed.get(id)).toEqual(recording);
  });

  it('takes the newest list when answers overtake each other', async () => {
    const first = store.getState().load();
    const second = store.getState().load();
    waiting[1]?.([source]);
    waiting[0]?.([]);
    await Promise.all([first, second]);
    expect(store.getState().ids).toEqual([id]);
  });

  it('says why the list could not be loaded', async () => {
    vi.stubGlobal('window', {
      longtake: {
        request: async () => ({ ok: false, error: { code: 'DISK_ERROR', message: 'The disk is broken.' } }),
        on: () => () => undefined,
      },
    });
    await store.getState().load();
    expect(store.getState().phase).toEqual({ name: 'error', message: 'The disk is broken.' });
  });
});
