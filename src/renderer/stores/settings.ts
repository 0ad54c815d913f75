import { createStore, useStore } from 'zustand';
import { type EventPayload, request, type RequestOutput } from '../bridge/bridge.ts';
import type { Settings, SettingsPatch } from '../../shared/domain/settings.ts';
import { failed, LOADING, type Phase, READY } from './phase.ts';

type AppInfo = RequestOutput<'app.info'>;
type Storage = RequestOutput<'storage.get'>;

interface SettingsState {
  readonly phase: Phase;
  readonly settings: Settings | undefined;
  readonly info: AppInfo | undefined;
  readonly storage: Storage | undefined;
  /** The rescan that runs now: files seen so far. */
  readonly rescan: { readonly files: number } | undefined;
  load(): Promise<void>;
  loadStorage(): Promise<void>;
  update(patch: SettingsPatch): Promise<void>;
  apply(settings: Settings): void;
  applyRescan(progress: EventPayload<'rescan.progress'>): void;
  startRescan(): Promise<RequestOutput<'library.rescan'>>;
}

export const settingsStore = createStore<SettingsState>()((set, get) => ({
  phase: LOADING,
  settings: undefined,
  info: undefined,
  storage: undefined,
  rescan: undefined,
  async load() {
    try {
      // Each is set as it comes: a change that is heard of while the slower one is under way must not be undone.
      await Promise.all([
        request('settings.get', {}).then((settings) => set({ settings })),
        request('app.info', {}).then((info) => set({ info })),
      ]);
      set({ phase: READY });
    } catch (error) {
      set({ phase: failed(error) });
    }
  },
  async loadStorage() {
    set({ storage: await request('storage.get', {}) });
  },
  async update(patch) {
    get().apply(await request('settings.update', patch));
  },
  apply(settings) {
    set({ settings });
  },
  applyRescan({ files, done }) {
    set({ rescan: done ? undefined : { files } });
  },
  async startRescan() {
    set({ rescan: { files: 0 } });
    try {
      return await request('library.rescan', {});
    } finally {
      set({ rescan: undefined });
    }
  },
}));

export function useSettings<Selected>(select: (state: SettingsState) => Selected): Selected {
  return useStore(settingsStore, select);
}
