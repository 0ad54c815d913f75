import type { ReactElement } from 'react';
import { Popover } from '../../elements/Popover.tsx';
import { Calendar } from './Calendar.tsx';

/** Activity and coverage of the days around the one in view, to go to another one. */
export function CalendarPopover({ trigger }: { readonly trigger: ReactElement }): ReactElement {
  return (
    <Popover label="Calendar" className="calendar" trigger={trigger}>
      {(close) => <Calendar onDone={close} />}
    </Popover>
  );
}
