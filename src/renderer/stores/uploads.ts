import { createStore, useStore } from 'zustand';
import { request, type RequestOutput } from '../bridge/bridge.ts';
import { attempt } from './notices.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';
import type { Transfer, Upload, UploadState } from '../../shared/domain/upload.ts';
import type { RecordingId, TargetId, UploadId } from '../../shared/units.ts';

const PAGE = 100;
/** Lines that come on screen together are asked for together, ms. */
const WANT_MS = 40;
/** Recordings whose uploads are kept; those that were asked for first make room. */
const MOST_KEPT = 3000;
/** As many as one request takes. */
const MOST_ASKED = 1000;

export type Recovered = RequestOutput<'uploads.recovered'>;
/** Which uploads the list shows. */
export type Shown = 'unfinished' | 'needsPerson' | 'all';

export const SHOWN_STATES: Readonly<Record<Shown, readonly UploadState[] | undefined>> = {
  unfinished: ['waiting', 'opening', 'sending', 'finalizing', 'processing', 'failed', 'needsPerson', 'paused'],
  needsPerson: ['needsPerson', 'failed'],
  all: undefined,
};

interface UploadsState {
  /** Of recordings that were on screen. */
  readonly byRecording: ReadonlyMap<RecordingId, readonly Upload[]>;
  readonly transfers: ReadonlyMap<TargetId, Transfer>;
  readonly recovered: Recovered;
  readonly phase: Phase;
  readonly shown: Shown;
  readonly list: readonly Upload[];
  readonly hasMore: boolean;
  load(): Promise<void>;
  /** Fills the list from its beginning. */
  show(shown: Shown): Promise<void>;
  loadMore(): Promise<void>;
  /** A recording is on screen: what becomes of it is to be known. */
  want(id: RecordingId): void;
  apply(uploads: readonly Upload[]): void;
  applyRemoved(ids: readonly UploadId[]): void;
  applyTransfers(transfers: readonly Transfer[]): void;
}

export const uploadsStore = createStore<UploadsState>()((set, get) => {
  const wanted = new Set<RecordingId>();
  let isLoadingMore = false;

  const ask = async (ids: readonly RecordingId[]): Promise<void> => {
    const found = await request('uploads.ofRecordings', { ids: [...ids] });
    const byRecording = new Map(get().byRecording);
    for (const id of ids) byRecording.set(id, []);
    for (const upload of found) {
      byRecording.set(upload.recordingId, put(byRecording.get(upload.recordingId) ?? [], upload));
    }
    for (const id of byRecording.keys()) {
      if (byRecording.size <= MOST_KEPT) break;
      byRecording.delete(id);
    }
    set({ byRecording });
  };

  const askWanted = (): void => {
    const ids = [...wanted].slice(-MOST_ASKED);
    wanted.clear();
    attempt(ask(ids));
  };

  return {
    byRecording: new Map(),
    transfers: new Map(),
    recovered: [],
    phase: LOADING,
    shown: 'unfinished',
    list: [],
    hasMore: false,
    async load() {
      const [transfers, recovered] = await Promise.all([
        request('uploads.transfers', {}),
        request('uploads.recovered', {}),
      ]);
      set({ recovered, transfers: new Map(transfers.map((transfer) => [transfer.targetId, transfer])) });
      const known = [...get().byRecording.keys()];
      if (known.length > 0) await ask(known.slice(-MOST_ASKED));
    },
    async show(shown) {
      set({ shown });
      try {
        const list = await request('uploads.list', page(shown));
        if (get().shown === shown) set({ list, hasMore: list.length === PAGE, phase: READY });
      } catch (error) {
        set({ phase: failed(error) });
      }
    },
    async loadMore() {
      const { list, hasMore, shown } = get();
      const last = list.at(-1);
      if (isLoadingMore || !hasMore || !last) return;
      isLoadingMore = true;
      try {
        const more = await request('uploads.list', { ...page(shown), before: last.id });
        const known = new Set(get().list.map(({ id }) => id));
        set({ list: [...get().list, ...more.filter(({ id }) => !known.has(id))], hasMore: more.length === PAGE });
      } finally {
        isLoadingMore = false;
      }
    },
    want(id) {
      if (get().byRecording.has(id)) return;
      if (wanted.size === 0) setTimeout(askWanted, WANT_MS);
      wanted.add(id);
    },
    apply(uploads) {
      const { list, shown } = get();
      const byRecording = new Map(get().byRecording);
      let lines = list;
      for (const upload of uploads) {
        const { recordingId } = upload;
        // A new one of a recording that is on screen; of another it is asked for once that is.
        const others = byRecording.get(recordingId);
        if (others) byRecording.set(recordingId, put(others, upload));
        lines = listed(lines, upload, SHOWN_STATES[shown]);
      }
      set({ byRecording, list: lines });
    },
    applyRemoved(ids) {
      const gone = new Set(ids);
      const byRecording = new Map(
        [...get().byRecording].map(([id, uploads]) => [id, uploads.filter((upload) => !gone.has(upload.id))]),
      );
      set({ byRecording, list: get().list.filter(({ id }) => !gone.has(id)) });
    },
    applyTransfers(transfers) {
      set({ transfers: new Map([...get().transfers, ...transfers.map((one) => [one.targetId, one] as const)]) });
    },
  };
});

function page(shown: Shown): { readonly limit: number; readonly states?: UploadState[] } {
  const states = SHOWN_STATES[shown];
  return { limit: PAGE, ...(states ? { states: [...states] } : {}) };
}

/** Puts the upload in place of itself, or behind the others. */
function put(uploads: readonly Upload[], upload: Upload): readonly Upload[] {
  return uploads.some(({ id }) => id === upload.id)
    ? uploads.map((one) => (one.id === upload.id ? upload : one))
    : [...uploads, upload];
}

/** What is in the list stays in its place, so that nothing moves under a pointer; what is new comes first. */
function listed(
  list: readonly Upload[],
  upload: Upload,
  states: readonly UploadState[] | undefined,
): readonly Upload[] {
  if (list.some(({ id }) => id === upload.id)) return put(list, upload);
  return states && !states.includes(upload.state) ? list : [upload, ...list];
}

export function useUploads<Selected>(select: (state: UploadsState) => Selected): Selected {
  return useStore(uploadsStore, select);
}
