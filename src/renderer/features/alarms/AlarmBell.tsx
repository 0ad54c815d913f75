import { Bell, BellRing } from 'lucide-react';
import type { ReactElement } from 'react';
import { IconButton } from '../../elements/Button.tsx';
import { CountMark } from '../../elements/Strip.tsx';
import { count } from '../../format/quantity.ts';
import { useAlarms } from '../../stores/alarms.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import './alarms.css';

/** In the header: how many alarms are raised, and the way to all of them. */
export function AlarmBell(): ReactElement {
  const active = useAlarms((state) => state.active.length);
  const label = active === 0 ? 'Alarms: none' : `${count(active, 'alarm')}, show all`;
  return (
    <IconButton
      label={label}
      className="alarm-bell"
      data-raised={active > 0}
      onClick={() => dialogsStore.getState().show({ name: 'alarms' })}
    >
      {active > 0 ? <BellRing size={16} aria-hidden /> : <Bell size={16} aria-hidden />}
      {active > 0 && <CountMark>{active > 99 ? '99+' : active}</CountMark>}
    </IconButton>
  );
}
