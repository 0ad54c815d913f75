import { Download, GripVertical, Scissors } from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { Button } from '../../elements/Button.tsx';
import type { ExportContent } from '../../stores/exports.ts';
import type { Selection } from '../../stores/selection.ts';
import { runExportCommand } from './exportCommands.ts';
import { dragWords } from './readyWords.ts';
import { useDragOut } from './useDragOut.ts';
import './exports.css';

/** What can be done with the selection: drag it out, cut it, export it. */
export function SelectionExport({ selection }: { readonly selection: Selection }): ReactElement {
  const { recordingId, from, to } = selection;
  const content = useMemo(
    (): ExportContent => ({ kind: 'range', range: { recordingId, fromSeconds: from, toSeconds: to } }),
    [recordingId, from, to],
  );
  const drag = useDragOut(content, to - from);
  return (
    <div className="selection-export">
      <span className="drag-out" title={dragWords(to - from)} {...drag}>
        <GripVertical size={14} aria-hidden /> Drag out
      </span>
      <Button look="quiet" onClick={() => runExportCommand('cut')}>
        <Scissors size={14} aria-hidden /> Cut <kbd className="key">C</kbd>
      </Button>
      <Button look="quiet" onClick={() => runExportCommand('export')}>
        <Download size={14} aria-hidden /> Export… <kbd className="key">E</kbd>
      </Button>
    </div>
  );
}
