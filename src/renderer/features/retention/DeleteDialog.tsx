import type { ReactElement } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { lengthMs } from '../../format/recording.ts';
import { count, size } from '../../format/quantity.ts';
import { duration } from '../../format/time.ts';
import { attempt } from '../../stores/notices.ts';
import { useSettings } from '../../stores/settings.ts';
import { moveToTrash } from './recordingActions.ts';

interface DeleteDialogProps {
  readonly recordings: readonly Recording[];
  onClose(): void;
}

/** Asks before many recordings are deleted. */
export function DeleteDialog({ recordings, onClose }: DeleteDialogProps): ReactElement {
  const days = useSettings((state) => state.settings?.trashDays ?? 0);
  const going = recordings.filter((recording) => recording.locked !== true && recording.state !== 'recording');
  const bytes = going.reduce((sum, recording) => sum + recording.bytes, 0);
  const ms = going.reduce((sum, recording) => sum + lengthMs(recording), 0);
  const locked = recordings.filter((recording) => recording.locked === true).length;
  const deleted = going.length;
  const open = recordings.length - deleted - locked;
  return (
    <Dialog
      title={`Delete ${count(deleted, 'recording')}?`}
      description={`${duration(ms)} of audio, ${size(bytes)}. They go to the trash and can be restored for ${count(days, 'day')}.`}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep them</Button>
          <Button
            look="primary"
            disabled={deleted === 0}
            onClick={() => {
              onClose();
              attempt(moveToTrash(recordings));
            }}
          >
            Delete {count(deleted, 'recording')}
          </Button>
        </>
      }
    >
      {locked + open > 0 && (
        <p>
          {[
            locked > 0 ? `${count(locked, 'locked recording')} will stay.` : '',
            open > 0 ? `${count(open, 'recording')} in progress will stay.` : '',
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      )}
    </Dialog>
  );
}
