import { type ReactElement, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Checkbox } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Note } from '../../elements/States.tsx';
import { count } from '../../format/quantity.ts';
import { noticesStore } from '../../stores/notices.ts';
import { useTargets } from '../../stores/targets.ts';
import { useRun } from '../../stores/useRun.ts';
import type { RecordingId, TargetId } from '../../../shared/units.ts';
import { KIND_NAMES } from './uploadWords.ts';

interface StartUploadProps {
  readonly ids: readonly RecordingId[];
  onClose(): void;
}

/** Uploads recordings from before to the targets that are chosen. */
export function StartUploadDialog({ ids, onClose }: StartUploadProps): ReactElement {
  const targets = useTargets((state) => state.targets);
  const [chosen, setChosen] = useState<ReadonlySet<TargetId>>(
    new Set(targets.length === 1 ? targets.map(({ target }) => target.id) : []),
  );
  const { busy, problem, run } = useRun(onClose);
  const start = async (): Promise<void> => {
    const { started } = await request('uploads.start', { recordingIds: [...ids], targetIds: [...chosen] });
    noticesStore
      .getState()
      .show('info', started === 0 ? 'All of it is there or on its way already.' : `${count(started, 'upload')} begun.`);
  };
  return (
    <Dialog
      title={`Upload ${count(ids.length, 'recording')}`}
      description="What is there or on its way already is left as it is."
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={busy || chosen.size === 0} onClick={() => run(start)}>
            Upload
          </Button>
        </>
      }
    >
      <div className="fields">
        {targets.map(({ target }) => (
          <Checkbox
            key={target.id}
            label={target.name}
            note={target.enabled ? KIND_NAMES[target.kind] : `${KIND_NAMES[target.kind]}; switched off, so it waits`}
            checked={chosen.has(target.id)}
            onChange={(on) => {
              const next = new Set(chosen);
              if (on) next.add(target.id);
              else next.delete(target.id);
              setChosen(next);
            }}
          />
        ))}
        {problem !== undefined && <Note tone="warning">{problem}</Note>}
      </div>
    </Dialog>
  );
}
