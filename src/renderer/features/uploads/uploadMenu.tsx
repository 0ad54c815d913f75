import { CloudUpload } from 'lucide-react';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { count } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { targetsStore } from '../../stores/targets.ts';

/** Uploads what was recorded before; nothing where there is no target. */
export function uploadMenu(recordings: readonly Recording[]): readonly MenuItem[] {
  const ids = recordings.filter(({ state }) => state !== 'damaged').map(({ id }) => id);
  if (targetsStore.getState().targets.length === 0 || ids.length === 0) return [];
  return [
    {
      label: ids.length > 1 ? `Upload ${count(ids.length, 'recording')}…` : 'Upload…',
      icon: <CloudUpload size={14} />,
      onSelect: () => dialogsStore.getState().show({ name: 'startUpload', ids }),
    },
  ];
}
