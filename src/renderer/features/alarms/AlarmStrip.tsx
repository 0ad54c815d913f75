import { TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Strip } from '../../elements/Strip.tsx';
import { useAlarms, alarmsStore } from '../../stores/alarms.ts';
import { useNow } from '../../stores/clock.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import type { Alarm } from '../../../shared/domain/alarm.ts';
import { clockTime, stateText } from './alarmText.ts';
import './alarms.css';

/** Below the header: the newest alarm that nobody has seen yet, and how many there are beside it. */
export function AlarmStrip(): ReactElement {
  const active = useAlarms((state) => state.active);
  const lastRaised = useAlarms((state) => state.lastRaised);
  const unseen = active.filter(({ acknowledgedAt }) => acknowledgedAt === undefined);
  const [newest] = unseen;
  return (
    <>
      <p className="visually-hidden" role="alert">
        {lastRaised && `Alarm: ${lastRaised.message}`}
      </p>
      {newest && <NewestAlarm alarm={newest} others={unseen.length - 1} unseen={unseen} />}
    </>
  );
}

interface NewestAlarmProps {
  readonly alarm: Alarm;
  readonly others: number;
  readonly unseen: readonly Alarm[];
}

function NewestAlarm({ alarm, others, unseen }: NewestAlarmProps): ReactElement {
  const now = useNow();
  return (
    <Strip
      className="alarm-strip"
      label="Newest alarm"
      icon={<TriangleAlert size={16} aria-hidden />}
      message={alarm.message}
      advice={
        <>
          Since {clockTime(alarm.since, now)}, {stateText(alarm, now)}. {alarm.advice}
        </>
      }
      buttons={
        <>
          {others > 0 && (
            <Button look="quiet" onClick={() => dialogsStore.getState().show({ name: 'alarms' })}>
              {others} more
            </Button>
          )}
          <Button onClick={() => attempt(alarmsStore.getState().acknowledge(unseen.map(({ id }) => id)))}>
            {others > 0 ? 'Seen all' : 'Seen'}
          </Button>
        </>
      }
    />
  );
}
