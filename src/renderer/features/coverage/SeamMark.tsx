import { Link2, Unlink2 } from 'lucide-react';
import type { ReactElement } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { seamNote } from './seamWords.ts';
import './coverage.css';

/** How a recording joins the one before it, as far as that was verified. */
export function SeamMark({ recording }: { readonly recording: Recording }): ReactElement {
  const note = seamNote(recording);
  // The times of all lines begin in one column.
  if (!note) return <span className="seam-mark" />;
  const Icon = note.tone === 'proven' ? Link2 : Unlink2;
  return (
    <span className={`seam-mark seam-mark-${note.tone}`} title={note.words}>
      <Icon size={12} role="img" aria-label={note.words} />
    </span>
  );
}
