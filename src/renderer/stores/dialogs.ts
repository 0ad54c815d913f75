import { createStore, useStore } from 'zustand';
import type { MenuDialog } from '../../shared/contract/desktop.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { Marker } from '../../shared/domain/section.ts';
import type { SourceKind } from '../../shared/domain/source.ts';
import type { SettingItem, SettingSection } from '../../shared/domain/settingItems.ts';
import type { SettingPlace } from '../../shared/domain/settingPlaces.ts';
import { noticesStore } from './notices.ts';
import type { ExportContent } from './exports.ts';
import type { RecordingId, SourceId, TargetId, UploadId } from '../../shared/units.ts';

/** A section of the settings, or one thing in it. */
export type SettingsPlace = SettingSection | SettingItem['id'] | SettingPlace['id'];

/** The dialog that is open; there is one at a time. */
export type OpenDialog =
  | { readonly name: 'addSource'; readonly kind: SourceKind }
  | { readonly name: 'editSource'; readonly id: SourceId }
  | { readonly name: 'removeSource'; readonly id: SourceId }
  | { readonly name: 'disarmAll' }
  | { readonly name: 'importIsr' }
  | { readonly name: 'coverage'; readonly day: string }
  | { readonly name: 'deleteRecordings'; readonly recordings: readonly Recording[] }
  | { readonly name: 'marker'; readonly marker: Marker }
  | { readonly name: 'goTo' }
  | { readonly name: 'export'; readonly content: ExportContent }
  | { readonly name: 'retention' }
  | { readonly name: 'trash' }
  | { readonly name: 'uploads' }
  | { readonly name: 'drill' }
  /** Without an id: a new one. */
  | { readonly name: 'target'; readonly id?: TargetId }
  | { readonly name: 'removeTarget'; readonly id: TargetId }
  | { readonly name: 'endUpload'; readonly id: UploadId; readonly how: 'finish' | 'discard' }
  | { readonly name: 'startUpload'; readonly ids: readonly RecordingId[] }
  /** `at`: the section, or the thing in it, that is shown first. */
  | { readonly name: 'settings'; readonly at?: SettingsPlace }
  | { readonly name: 'alarms' }
  /** `query`: what is searched for at first. */
  | { readonly name: 'help'; readonly query?: string }
  | { readonly name: 'shortcuts' };

interface DialogsState {
  readonly open: OpenDialog | undefined;
  /** Those that led to the open one, the first first; closing leads back to the last. */
  readonly before: readonly OpenDialog[];
  /** One that led to the open one is gone back to, and not opened twice. */
  show(dialog: OpenDialog): void;
  /** What the open one becomes when it is come back to. */
  replace(dialog: OpenDialog): void;
  close(): void;
}

export const dialogsStore = createStore<DialogsState>()((set) => ({
  open: undefined,
  before: [],
  show: (next) =>
    set(({ open, before }) => {
      const chain = open ? [...before, open] : [];
      const known = chain.findIndex(({ name }) => name === next.name);
      return { open: next, before: known < 0 ? chain : chain.slice(0, known) };
    }),
  replace: (open) => set({ open }),
  close: () => set(({ before }) => ({ open: before.at(-1), before: before.slice(0, -1) })),
}));

/** Opens what the menu of the program was asked for. A dialog that is open may hold what was typed, and stays. */
export function showWanted(name: MenuDialog): void {
  const { open, show } = dialogsStore.getState();
  if (!open) show({ name });
  else if (open.name !== name) noticesStore.getState().show('info', 'Close the open dialog first.');
}

/** Opens the settings at one of their sections, or at one thing in it. */
export function openSettings(at?: SettingsPlace): void {
  dialogsStore.getState().show(at === undefined ? { name: 'settings' } : { name: 'settings', at });
}

export function useDialogs<Selected>(select: (state: DialogsState) => Selected): Selected {
  return useStore(dialogsStore, select);
}
