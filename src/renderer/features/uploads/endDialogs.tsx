import type { ReactElement } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Note } from '../../elements/States.tsx';
import { count, size } from '../../format/quantity.ts';
import { targetsStore, useTargets } from '../../stores/targets.ts';
import { useUploads } from '../../stores/uploads.ts';
import { useRun } from '../../stores/useRun.ts';
import type { TargetId, UploadId } from '../../../shared/units.ts';

interface EndUploadProps {
  readonly id: UploadId;
  readonly how: 'finish' | 'discard';
  onClose(): void;
}

const QUESTIONS = {
  finish: {
    title: 'Finish with what is there?',
    text: 'The target makes its file of what it has. Nothing more of this recording is sent to it; the recording here is kept.',
    button: 'Finish the upload',
  },
  discard: {
    title: 'Give this upload up?',
    text: 'The target is told to throw away what it has of it. The recording here is kept, and may be uploaded again.',
    button: 'Give it up',
  },
} as const;

export function EndUploadDialog({ id, how, onClose }: EndUploadProps): ReactElement {
  const { busy, problem, run } = useRun(onClose);
  const upload = useUploads(({ list, recovered }) =>
    [...list, ...recovered.map((found) => found.upload)].find((one) => one.id === id),
  );
  const { title, text, button } = QUESTIONS[how];
  const what = upload
    ? ` ${upload.path}: ${size(upload.safeBytes)} of ${size(upload.bytes)} are on ${upload.targetName}.`
    : '';
  return (
    <Dialog
      title={title}
      description={`${text}${what}`}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button
            look="primary"
            disabled={busy}
            onClick={() => run(() => request(how === 'finish' ? 'uploads.finish' : 'uploads.discard', { id }))}
          >
            {button}
          </Button>
        </>
      }
    >
      {problem !== undefined && <Note tone="warning">{problem}</Note>}
    </Dialog>
  );
}

export function RemoveTargetDialog({ id, onClose }: { readonly id: TargetId; onClose(): void }): ReactElement | null {
  const view = useTargets(({ targets }) => targets.find(({ target }) => target.id === id));
  const transfer = useUploads(({ transfers }) => transfers.get(id));
  const { busy, problem, run } = useRun(onClose);
  if (!view) return null;
  const { target, sources } = view;
  const backlog = transfer?.backlogUploads ?? 0;
  const parts = [
    'What is on it stays there.',
    ...(sources.length > 0 ? [`${sources.join(', ')} will no longer upload to it.`] : []),
    ...(backlog > 0
      ? [`${count(backlog, 'upload')} to it that ${backlog === 1 ? 'is' : 'are'} not finished will be given up.`]
      : []),
  ];
  return (
    <Dialog
      title={`Remove ${target.name}?`}
      description={parts.join(' ')}
      width="narrow"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} onClick={() => run(() => targetsStore.getState().remove(id))}>
            Remove target
          </Button>
        </>
      }
    >
      {problem !== undefined && <Note tone="warning">{problem}</Note>}
    </Dialog>
  );
}
