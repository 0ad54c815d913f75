import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Upload } from '../../../shared/domain/upload.ts';
import { request } from '../../bridge/bridge.ts';
import { IconButton } from '../../elements/Button.tsx';
import { Menu, type MenuItem } from '../../elements/Menu.tsx';
import { size } from '../../format/quantity.ts';
import { useNow } from '../../stores/clock.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { useUploads } from '../../stores/uploads.ts';
import { copyText } from '../library/copyText.ts';
import { uploadWord } from './uploadWords.ts';
import { ToneIcon } from './ToneIcon.tsx';

/** One recording on its way to one target. */
export function UploadLine({ upload }: { readonly upload: Upload }): ReactElement {
  const transfer = useUploads(({ transfers }) => transfers.get(upload.targetId));
  const word = uploadWord(upload, useNow(), transfer);
  const { path, part, targetName, bytes, safeBytes, state } = upload;
  const items = actionsFor(upload);
  const name = part > 1 ? `${path}, part ${part}` : path;
  return (
    <li className="upload-line">
      <ToneIcon tone={word.tone} />
      <div className="upload-what">
        <p className="upload-name">
          <span className="ellipsis selectable" title={name}>
            {name}
          </span>
          <span className="upload-target">{targetName}</span>
        </p>
        <p className="upload-long selectable">{word.long}</p>
      </div>
      <span className="upload-state">
        <span className="upload-short" data-tone={word.tone}>
          {word.short}
        </span>
        <span className="upload-bytes">
          {state === 'done' ? size(bytes) : `${size(safeBytes)} of ${size(Math.max(bytes, safeBytes))}`}
        </span>
      </span>
      {items.length > 0 && (
        <Menu items={items} label={`Actions for ${name} to ${targetName}`}>
          <IconButton label={`Actions for ${name} to ${targetName}`}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        </Menu>
      )}
    </li>
  );
}

function actionsFor({ id, state, live, link, liveLink, way }: Upload): readonly MenuItem[] {
  const ended = state === 'done' || state === 'discarded';
  const isStuck = state === 'needsPerson' || state === 'failed' || state === 'waiting' || state === 'sending';
  const items: MenuItem[] = [];
  const address = link ?? liveLink;
  if (link !== undefined) {
    items.push({
      label: 'Open in the browser',
      onSelect: () => attempt(request('uploads.openPage', { id })),
    });
  }
  if (address !== undefined) {
    items.push({
      label: liveLink !== undefined && live ? 'Copy the live link' : 'Copy the link',
      onSelect: () => copyLink(address),
    });
  }
  if (isStuck) items.push({ label: 'Try now', onSelect: () => attempt(request('uploads.retry', { ids: [id] })) });
  if (state === 'paused') {
    items.push({ label: 'Resume', onSelect: () => attempt(request('uploads.resume', { ids: [id] })) });
  } else if (!ended && state !== 'processing') {
    items.push({ label: 'Pause', onSelect: () => attempt(request('uploads.pause', { ids: [id] })) });
  }
  if (!ended && state !== 'processing' && way === 'session') {
    items.push('separator');
    if (!live) {
      items.push({ label: 'Send the whole file instead', onSelect: () => attempt(request('uploads.whole', { id })) });
    }
    items.push({
      label: 'Finish with what is there…',
      onSelect: () => dialogsStore.getState().show({ name: 'endUpload', id, how: 'finish' }),
    });
  }
  if (!ended) {
    items.push({
      label: 'Give up…',
      onSelect: () => dialogsStore.getState().show({ name: 'endUpload', id, how: 'discard' }),
    });
  }
  return items;
}

function copyLink(address: string): void {
  copyText(address);
  noticesStore.getState().show('info', 'The link is on the clipboard.');
}
