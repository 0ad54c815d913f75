import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Note } from '../../elements/States.tsx';
import { isArmed, useSource, useSources, sourcesStore } from '../../stores/sources.ts';
import { useRun } from '../../stores/useRun.ts';
import { count } from '../../format/quantity.ts';
import type { SourceId } from '../../../shared/units.ts';

interface RemoveSourceDialogProps {
  readonly id: SourceId;
  onClose(): void;
}

export function RemoveSourceDialog({ id, onClose }: RemoveSourceDialogProps): ReactElement | null {
  const source = useSource(id);
  const { busy, problem, run } = useRun(onClose);
  if (!source) return null;
  const closing = isArmed(source) ? ' It stops recording first, and its open file is closed.' : '';
  return (
    <Dialog
      title={`Remove ${source.config.name}?`}
      description={`Its recordings stay on the disk and in the library.${closing}`}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} onClick={() => run(() => sourcesStore.getState().remove(id))}>
            Remove source
          </Button>
        </>
      }
    >
      {problem !== undefined && <Note tone="warning">{problem}</Note>}
    </Dialog>
  );
}

export function DisarmAllDialog({ onClose }: { onClose(): void }): ReactElement {
  const armed = useSources((state) => [...state.byId.values()].filter(isArmed).length);
  const { busy, problem, run } = useRun(onClose);
  return (
    <Dialog
      title={`Stop ${count(armed, 'source')}?`}
      description="Open files are closed and can be played at once. Nothing is recorded until you start again."
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Go on recording</Button>
          <Button look="primary" disabled={busy} onClick={() => run(() => sourcesStore.getState().disarm())}>
            Stop {count(armed, 'source')}
          </Button>
        </>
      }
    >
      {problem !== undefined && <Note tone="warning">{problem}</Note>}
    </Dialog>
  );
}
