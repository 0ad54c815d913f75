import { Download, GripVertical, Magnet, Scissors } from 'lucide-react';
import { type ReactElement, useMemo } from 'react';
import { Button } from '../../elements/Button.tsx';
import type { Container } from '../../../shared/domain/recording.ts';
import { type Selection, selectionStore, useSelection } from '../../stores/selection.ts';
import { runExportCommand } from './exportCommands.ts';
import { dragWords } from './readyWords.ts';
import { useDragOut } from './useDragOut.ts';
import { canSnap, selectionContent } from './selectionContent.ts';
import './exports.css';

interface SelectionExportProps {
  readonly selection: Selection;
  /** Of the recording in which it begins. */
  readonly container: Container;
}

/** What can be done with the selection: drag it out, cut it, export it. */
export function SelectionExport({ selection, container }: SelectionExportProps): ReactElement {
  const { from, to } = selection;
  const snaps = canSnap(container);
  const snap = useSelection((state) => state.snap);
  const content = useMemo(() => selectionContent(selection, snap && snaps), [selection, snap, snaps]);
  const drag = useDragOut(content, to - from);
  return (
    <div className="selection-export">
      {snaps && (
        <button
          type="button"
          className="toggle"
          aria-pressed={snap}
          title="Move both ends to where the sound crosses zero, by 10 ms at most, so that nothing clicks"
          onClick={() => selectionStore.getState().setSnap(!snap)}
        >
          <Magnet size={14} aria-hidden />
          <span>Snap to zero</span>
        </button>
      )}
      <span className="drag-out" title={dragWords(to - from)} {...drag}>
        <GripVertical size={14} aria-hidden /> Drag out
      </span>
      <CutButtons />
    </div>
  );
}

interface CutButtonsProps {
  /** What would be cut, where it is not the selection beside them. */
  readonly what?: string;
}

/** Cut and export of the selection, else of the section that is played, else of the recording that is open. */
export function CutButtons({ what }: CutButtonsProps): ReactElement {
  const more = what === undefined ? '' : ` ${what}. Drag over the waveform, or press I and O, to select another part`;
  return (
    <>
      <Button
        look="quiet"
        className="cut-button"
        title={`Save${more === '' ? ' the selection' : more}: as recorded, not re-encoded (C)`}
        onClick={() => runExportCommand('cut')}
      >
        <Scissors size={14} aria-hidden /> <span>Cut</span> <kbd className="key">C</kbd>
      </Button>
      <Button
        look="quiet"
        className="cut-button"
        title="Choose format, fades and loudness first (E)"
        onClick={() => runExportCommand('export')}
      >
        <Download size={14} aria-hidden /> <span>Export…</span> <kbd className="key">E</kbd>
      </Button>
    </>
  );
}
