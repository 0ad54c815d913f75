import { RotateCcw, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import type { Trashed } from '../../../shared/domain/removal.ts';
import { request } from '../../bridge/bridge.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { EmptyState, ErrorState, Skeleton } from '../../elements/States.tsx';
import { count, size } from '../../format/quantity.ts';
import { lengthMs } from '../../format/recording.ts';
import { duration, nearestSecond, wallTime } from '../../format/time.ts';
import { useNow } from '../../stores/clock.ts';
import { attempt } from '../../stores/notices.ts';
import { restore } from './recordingActions.ts';
import { reasonWords } from './ruleWords.ts';
import { useTrash } from './useTrash.ts';
import './retention.css';

/** What was deleted, to be taken back or removed for good. */
export function TrashDialog({ onClose }: { onClose(): void }): ReactElement {
  const { phase, items, total, bytes, more, reload } = useTrash();
  const [asked, setAsked] = useState(false);
  return (
    <Dialog
      title="Trash"
      description={
        total === 0
          ? 'What is deleted can be restored here.'
          : `${count(total, 'deleted recording')}, ${size(bytes)}. The space is free again once they are removed for good.`
      }
      width="wide"
      onClose={onClose}
      footer={
        <>
          {asked ? (
            <>
              <p className="dialog-note">
                {count(total, 'recording')} will be gone for good. This cannot be taken back.
              </p>
              <Button onClick={() => setAsked(false)}>Keep them</Button>
              <Button
                look="primary"
                onClick={() => {
                  setAsked(false);
                  attempt(request('trash.empty', {}));
                }}
              >
                Remove {count(total, 'recording')} for good
              </Button>
            </>
          ) : (
            <>
              <Button disabled={total === 0} onClick={() => setAsked(true)}>
                Empty trash…
              </Button>
              <Button look="primary" onClick={onClose}>
                Close
              </Button>
            </>
          )}
        </>
      }
    >
      {phase.name === 'loading' && <Skeleton rows={5} height="row" label="The trash is being listed" />}
      {phase.name === 'error' && (
        <ErrorState title="The trash could not be listed." message={phase.message} onRetry={reload} />
      )}
      {phase.name === 'ready' && total === 0 && (
        <EmptyState icon={<Trash2 size={20} aria-hidden />} title="The trash is empty" />
      )}
      {items.length > 0 && (
        <ul className="trash-list">
          {items.map((item) => (
            <TrashItem key={item.recording.id} item={item} />
          ))}
        </ul>
      )}
      {items.length < total && <Button onClick={more}>Show {count(total - items.length, 'more', 'more')}</Button>}
    </Dialog>
  );
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function TrashItem({ item }: { readonly item: Trashed }): ReactElement {
  const { recording, reason, until } = item;
  const { id, sourceName, day, startedAt, offsetMinutes } = recording;
  const time = `${day} ${wallTime(startedAt, offsetMinutes)}`;
  const name = `${sourceName}, ${time}`;
  const now = useNow();
  // The last hour is told as such; what was deleted just now has all of its days.
  const left = Math.max(0, Math.ceil((until - now - HOUR_MS) / DAY_MS));
  return (
    <li className="trash-item">
      <span className="trash-name ellipsis" title={recording.path}>
        <strong>{sourceName}</strong> {time}
      </span>
      <span>{duration(nearestSecond(lengthMs(recording)))}</span>
      <span>{size(recording.bytes)}</span>
      <span className="trash-why ellipsis" title={`Deleted ${reasonWords(reason)}`}>
        {reasonWords(reason)}, {left === 0 ? 'gone within the hour' : `${count(left, 'day')} left`}
      </span>
      <IconButton label={`Restore ${name}`} onClick={() => attempt(restore([id]))}>
        <RotateCcw size={14} aria-hidden />
      </IconButton>
      <IconButton label={`Remove ${name} for good`} onClick={() => attempt(request('trash.empty', { ids: [id] }))}>
        <Trash2 size={14} aria-hidden />
      </IconButton>
    </li>
  );
}
