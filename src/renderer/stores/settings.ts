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
    const before = get().settings;
    try {
      const [settings, info] = await Promise.all([request('settings.get', {}), request('app.info', {})]);
      // An event that came in the meantime knows better.
      set({ settings: get().settings === before ? settings : get().settings, info, phase: READY });
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
