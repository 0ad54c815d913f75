import { CloudAlert } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { Strip } from '../../elements/Strip.tsx';
import { size } from '../../format/quantity.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { useTargets } from '../../stores/targets.ts';
import { useUploads } from '../../stores/uploads.ts';
import type { Transfer } from '../../../shared/domain/upload.ts';
import { problemOf } from './uploadWords.ts';
import './uploads.css';

/** Below the header: what only a person can put right, once for each reason, until it is right or was put away. */
export function UploadStrip(): ReactElement | null {
  const targets = useTargets((state) => state.targets);
  const transfers = useUploads((state) => state.transfers);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const { show } = dialogsStore.getState();
  const waiting = targets.flatMap(({ target }) => {
    const transfer = transfers.get(target.id);
    const problem = transfer?.waitingFor === 'person' ? transfer.problem : undefined;
    if (!transfer || !problem || !target.enabled) return [];
    const key = `${target.id} ${problem.code} ${problem.message}`;
    return seen.has(key) ? [] : [{ key, target, transfer, problem }];
  });
  const [first] = waiting;
  return (
    <>
      <p className="visually-hidden" role="alert">
        {first && problemOf(first.target.name, first.problem.message)}
      </p>
      {first && (
        <Strip
          className="upload-strip"
          label="An upload needs you"
          icon={<CloudAlert size={16} aria-hidden />}
          message={problemOf(first.target.name, first.problem.message)}
          advice={adviceOf(first.transfer)}
          buttons={
            <>
              <Button look="quiet" onClick={() => show({ name: 'uploads' })}>
                Uploads
              </Button>
              <Button look="quiet" onClick={() => show({ name: 'target', id: first.target.id })}>
                Edit the target
              </Button>
              <Button onClick={() => setSeen(new Set([...seen, first.key]))}>Seen</Button>
            </>
          }
        />
      )}
    </>
  );
}

function adviceOf({ backlogBytes }: Transfer): string {
  return backlogBytes === 0
    ? 'Recording goes on.'
    : `Recording goes on; ${size(backlogBytes)} wait here until this is right.`;
}
