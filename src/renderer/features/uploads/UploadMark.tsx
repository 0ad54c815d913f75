import { type ReactElement, useEffect } from 'react';
import { useNow } from '../../stores/clock.ts';
import { useTargets } from '../../stores/targets.ts';
import { uploadsStore, useUploads } from '../../stores/uploads.ts';
import type { Upload } from '../../../shared/domain/upload.ts';
import type { RecordingId } from '../../../shared/units.ts';
import { recordingWord } from './uploadWords.ts';
import { ToneIcon } from './ToneIcon.tsx';
import './uploads.css';

/** In the line of a recording: whether it is safe somewhere else. Nothing where there are no targets. */
export function UploadMark({ id }: { readonly id: RecordingId }): ReactElement | null {
  const hasTargets = useTargets(({ targets }) => targets.length > 0);
  const uploads = useUploads(({ byRecording }) => byRecording.get(id));
  useEffect(() => {
    if (hasTargets) uploadsStore.getState().want(id);
  }, [hasTargets, id]);
  return uploads && uploads.length > 0 ? <Mark uploads={uploads} /> : null;
}

function Mark({ uploads }: { readonly uploads: readonly Upload[] }): ReactElement | null {
  const word = recordingWord(uploads, useNow());
  if (!word) return null;
  return (
    <span className="upload-mark" data-tone={word.tone} title={word.long}>
      <ToneIcon tone={word.tone} />
      <span className="upload-word">{word.short}</span>
    </span>
  );
}
