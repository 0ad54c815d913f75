import { ChartNoAxesColumn, Lock, LockOpen, Trash2 } from 'lucide-react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { day as asDay } from '../../../shared/units.ts';
import { request } from '../../bridge/bridge.ts';
import type { MenuItem } from '../../elements/Menu.tsx';
import { count } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { deleteRecordings, toggleLock } from './recordingActions.ts';

const PAGE = 500;

/** What can be done to recordings to keep them, or not to. */
export function keepingMenu(recordings: readonly Recording[]): readonly MenuItem[] {
  const locked = recordings.length > 0 && recordings.every((recording) => recording.locked === true);
  const many = recordings.length > 1 ? ` ${count(recordings.length, 'recording')}` : '';
  const deletable = recordings.some((recording) => recording.locked !== true && recording.state !== 'recording');
  return [
    {
      label: `${locked ? 'Unlock' : 'Lock'}${many}`,
      icon: locked ? <LockOpen size={14} /> : <Lock size={14} />,
      keys: 'L',
      onSelect: () => toggleLock(recordings),
    },
    {
      label: many === '' ? 'Delete' : `Delete${many}…`,
      icon: <Trash2 size={14} />,
      keys: 'Delete',
      disabled: !deletable,
      onSelect: () => deleteRecordings(recordings),
    },
  ];
}

export function dayMenu(day: string): readonly MenuItem[] {
  const { show } = dialogsStore.getState();
  return [
    {
      label: 'Coverage of the day…',
      icon: <ChartNoAxesColumn size={14} />,
      onSelect: () => show({ name: 'coverage', day }),
    },
    'separator',
    {
      label: 'Delete the recordings of the day…',
      icon: <Trash2 size={14} />,
      onSelect: () => attempt(recordingsOf(day).then((recordings) => show({ name: 'deleteRecordings', recordings }))),
    },
  ];
}

async function recordingsOf(day: string): Promise<readonly Recording[]> {
  const found: Recording[] = [];
  for (;;) {
    const page = await request('library.recordings', { day: asDay(day), offset: found.length, limit: PAGE });
    found.push(...page.recordings);
    // At most so many can be deleted in one go.
    if (page.recordings.length === 0 || found.length >= Math.min(page.total, 10_000)) return found.slice(0, 10_000);
  }
}
