import { Pencil, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { Checkbox } from '../../elements/controls.tsx';
import { useNow } from '../../stores/clock.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { type TargetView, targetsStore } from '../../stores/targets.ts';
import { useUploads } from '../../stores/uploads.ts';
import { draftOfTarget } from './targetForm.ts';
import { KIND_NAMES, overallWord, transferWords } from './uploadWords.ts';
import { ToneIcon } from './ToneIcon.tsx';

/** One target: where it is, who uploads there, and how that goes. */
export function TargetCard({ view }: { readonly view: TargetView }): ReactElement {
  const { target, sources } = view;
  const transfer = useUploads(({ transfers }) => transfers.get(target.id));
  const now = useNow();
  const { show } = dialogsStore.getState();
  const tone = target.enabled ? overallWord(transfer ? [transfer] : [], sources.length > 0).tone : 'off';
  const edit = (): void => show({ name: 'target', id: target.id });
  const isWaiting = transfer?.problem !== undefined && target.enabled;
  const address = target.kind === 's3' ? `${target.bucket}/${target.prefix}` : target.url;
  return (
    <li className="target" data-tone={tone}>
      <ToneIcon tone={tone} size={16} />
      <div className="target-text">
        <p className="target-head">
          <strong className="ellipsis">{target.name}</strong>
          <span className="target-kind ellipsis" title={address}>
            {KIND_NAMES[target.kind]}, {address}
          </span>
        </p>
        <p className="target-state selectable">{transferWords(transfer, target, now)}</p>
        <p className="target-sources" data-none={sources.length === 0}>
          {sources.length === 0 ? 'No source uploads here: nothing that is recorded arrives.' : sources.join(', ')}
        </p>
      </div>
      <div className="target-buttons">
        {isWaiting && (
          <Button onClick={() => attempt(request('uploads.retry', { targetId: target.id }))}>Try now</Button>
        )}
        {sources.length === 0 && <Button onClick={edit}>Choose sources…</Button>}
        <Checkbox
          label="On"
          name={`Upload to ${target.name}`}
          checked={target.enabled}
          onChange={(enabled) =>
            attempt(targetsStore.getState().update(target.id, { ...draftOfTarget(target), enabled }))
          }
        />
        <IconButton label={`Edit ${target.name}`} onClick={edit}>
          <Pencil size={14} aria-hidden />
        </IconButton>
        <IconButton label={`Remove ${target.name}`} onClick={() => show({ name: 'removeTarget', id: target.id })}>
          <Trash2 size={14} aria-hidden />
        </IconButton>
      </div>
    </li>
  );
}
