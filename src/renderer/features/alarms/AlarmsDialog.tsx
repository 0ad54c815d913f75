import { useVirtualizer } from '@tanstack/react-virtual';
import { BellOff, CircleCheck, TriangleAlert } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { Button } from '../../elements/Button.tsx';
import { classes } from '../../elements/classes.ts';
import { Dialog } from '../../elements/Dialog.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { useAlarms, alarmsStore } from '../../stores/alarms.ts';
import { useNow } from '../../stores/clock.ts';
import { attempt } from '../../stores/notices.ts';
import type { Alarm } from '../../../shared/domain/alarm.ts';
import { alarmTitle, clockTime, stateText } from './alarmText.ts';
import './alarms.css';

/** Height of every line of the history, px. */
const LINE_HEIGHT = 44;
/** So many lines before the end of what is there, more is asked for. */
const AHEAD = 20;

export function AlarmsDialog({ onClose }: { onClose(): void }): ReactElement {
  const active = useAlarms((state) => state.active);
  const unseen = active.filter(({ acknowledgedAt }) => acknowledgedAt === undefined);
  useEffect(() => {
    attempt(alarmsStore.getState().loadHistory());
  }, []);
  const acknowledge = (alarms: readonly Alarm[]): void =>
    attempt(alarmsStore.getState().acknowledge(alarms.map(({ id }) => id)));
  return (
    <Dialog
      title="Alarms"
      width="wide"
      onClose={onClose}
      footer={
        <>
          <p className="dialog-note">When an alarm is raised is set for all sources in Settings, and in each source.</p>
          {unseen.length > 1 && <Button onClick={() => acknowledge(unseen)}>Seen all</Button>}
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <section className="alarms-now" aria-label="Raised now">
        <h3>Now</h3>
        {active.length === 0 ? (
          <p className="alarms-none">
            <CircleCheck size={14} aria-hidden />
            No alarm is raised.
          </p>
        ) : (
          <ul>
            {active.map((alarm) => (
              <ActiveAlarm key={alarm.id} alarm={alarm} onSeen={() => acknowledge([alarm])} />
            ))}
          </ul>
        )}
      </section>
      <section className="alarms-past" aria-label="History">
        <h3>History</h3>
        <History />
      </section>
    </Dialog>
  );
}

function ActiveAlarm({ alarm, onSeen }: { readonly alarm: Alarm; onSeen(): void }): ReactElement {
  const now = useNow();
  return (
    <li className="alarm-active">
      <TriangleAlert size={16} aria-hidden />
      <div>
        <p className="alarm-message selectable">{alarm.message}</p>
        <p className="alarm-advice">
          Since {clockTime(alarm.since, now)}, {stateText(alarm, now)}. {alarm.advice}
        </p>
      </div>
      {alarm.acknowledgedAt === undefined ? (
        <Button aria-label={`Seen: ${alarmTitle(alarm)}`} onClick={onSeen}>
          Seen
        </Button>
      ) : (
        <span className="alarm-seen">Seen {clockTime(alarm.acknowledgedAt, now)}</span>
      )}
    </li>
  );
}

function History(): ReactElement {
  const phase = useAlarms((state) => state.phase);
  const history = useAlarms((state) => state.history);
  if (phase.name === 'loading') return <Skeleton rows={4} height="row" label="The history is being loaded" />;
  if (phase.name === 'error') {
    return (
      <ErrorState
        title="The history could not be loaded."
        message={phase.message}
        onRetry={() => attempt(alarmsStore.getState().loadHistory())}
      />
    );
  }
  if (history.length === 0) {
    return (
      <EmptyState icon={<BellOff size={20} aria-hidden />} title="No alarm so far">
        Every alarm is kept here for a year.
      </EmptyState>
    );
  }
  return <HistoryList history={history} />;
}

function HistoryList({ history }: { readonly history: readonly Alarm[] }): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const now = useNow();
  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled or memoised around it
  const virtualizer = useVirtualizer({
    count: history.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= history.length - AHEAD) attempt(alarmsStore.getState().loadMore());
  }, [last, history.length]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled by keys
    <div ref={scroller} className="alarms-list" tabIndex={0} role="list" aria-label="Alarms, newest first">
      <div style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const alarm = history[item.index];
          return (
            alarm && (
              <div
                key={alarm.id}
                role="listitem"
                className={classes('alarm-line', alarm.clearedAt === undefined && 'alarm-line-raised')}
                style={{ transform: `translateY(${item.start}px)`, height: LINE_HEIGHT }}
                aria-setsize={history.length}
                aria-posinset={item.index + 1}
              >
                <span className="alarm-time">{clockTime(alarm.raisedAt, now)}</span>
                <span className="alarm-what">
                  <span className="alarm-title ellipsis">
                    {alarm.clearedAt === undefined && <TriangleAlert size={12} aria-label="Raised now:" />}
                    {alarmTitle(alarm)}
                  </span>
                  <span className="alarm-detail ellipsis" title={`${alarm.message} ${alarm.advice}`}>
                    {alarm.message}
                  </span>
                </span>
                <span className="alarm-state">{stateText(alarm, now)}</span>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
