import type { ReactElement } from 'react';
import { IconButton } from '../../elements/Button.tsx';
import { CountMark } from '../../elements/Strip.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { feeds, useTargets } from '../../stores/targets.ts';
import { useUploads } from '../../stores/uploads.ts';
import { overallWord, type UploadWord } from './uploadWords.ts';
import { ToneIcon } from './ToneIcon.tsx';
import './uploads.css';

const NONE: UploadWord = { tone: 'moving', short: '', long: 'Uploads' };

/** In the header: whether what is recorded is safe somewhere else. */
export function UploadsButton(): ReactElement {
  const hasTargets = useTargets(({ targets }) => targets.length > 0);
  const isFed = useTargets(feeds);
  const transfers = useUploads((state) => state.transfers);
  const { tone, short, long } = hasTargets ? overallWord([...transfers.values()], isFed) : NONE;
  return (
    <IconButton
      label={long}
      keys="B"
      className="uploads-button"
      data-tone={hasTargets ? tone : 'none'}
      onClick={() => dialogsStore.getState().show({ name: 'uploads' })}
    >
      <ToneIcon tone={tone} size={16} />
      {tone === 'attention' && <CountMark>{short}</CountMark>}
    </IconButton>
  );
}
