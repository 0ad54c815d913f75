import { CircleDot, CircleStop, FolderOpen, Pencil, RotateCw, Trash2 } from 'lucide-react';
import { request, type Source } from '../../bridge/bridge.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { isArmed, sourcesStore } from '../../stores/sources.ts';

const ICON = 14;

/** Starts or stops a source. */
export function toggleArmed(source: Source): void {
  const { arm, disarm } = sourcesStore.getState();
  const ids = [source.config.id];
  attempt(isArmed(source) ? disarm(ids) : arm(ids));
}

/** Everything that can be done with a source; the same on a right click and in the menu of its button. */
export function sourceActions(source: Source): readonly MenuItem[] {
  const { id } = source.config;
  const { state, recording } = source.status;
  const { show } = dialogsStore.getState();
  return [
    isArmed(source)
      ? { label: 'Stop recording', icon: <CircleStop size={ICON} />, onSelect: () => toggleArmed(source) }
      : { label: 'Record', icon: <CircleDot size={ICON} />, onSelect: () => toggleArmed(source) },
    {
      label: 'Try now',
      icon: <RotateCw size={ICON} />,
      disabled: state !== 'reconnecting' && state !== 'failed',
      onSelect: () => attempt(sourcesStore.getState().retry(id)),
    },
    {
      label: 'Show current file',
      icon: <FolderOpen size={ICON} />,
      disabled: recording === undefined,
      onSelect: () => {
        if (recording) attempt(request('desktop.revealRecording', { id: recording.id }));
      },
    },
    'separator',
    { label: 'Edit…', icon: <Pencil size={ICON} />, onSelect: () => show({ name: 'editSource', id }) },
    { label: 'Remove…', icon: <Trash2 size={ICON} />, onSelect: () => show({ name: 'removeSource', id }) },
  ];
}
