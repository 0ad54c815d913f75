import { X } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { IconButton } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { exactTime, parseTime } from '../../format/exactTime.ts';
import { useLength } from '../../stores/playerLength.ts';
import { type Selection, selectionStore, useSelection } from '../../stores/selection.ts';
import { SelectionExport } from '../exports/SelectionExport.tsx';
import './waveformStatus.css';

/** Below the waveform: what is selected, to the millisecond. */
export function WaveformStatus({ recording }: { readonly recording: Recording }): ReactElement | null {
  const selection = useSelection(({ selection: all }) => (all?.recordingId === recording.id ? all : undefined));
  if (!selection) return null;
  return (
    <div className="waveform-status" role="group" aria-label="Selection">
      <Bound selection={selection} recording={recording} end="from" />
      <Bound selection={selection} recording={recording} end="to" />
      <p className="waveform-status-length">
        <span className="field-label">Length</span> {exactTime(selection.to - selection.from)}
      </p>
      <SelectionExport selection={selection} />
      <IconButton label="Select nothing" keys="X" onClick={() => selectionStore.getState().clear()}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}

interface BoundProps {
  readonly selection: Selection;
  readonly recording: Recording;
  readonly end: 'from' | 'to';
}

/** A time that is typed; taken when the person leaves it or presses Enter. */
function Bound({ selection, recording, end }: BoundProps): ReactElement {
  const length = useLength(recording);
  const [typed, setTyped] = useState<string>();
  const problem = typed === undefined ? undefined : problemOf(typed, selection, end, length);

  const take = (): void => {
    const seconds = typed === undefined ? undefined : parseTime(typed);
    if (seconds === undefined || problem !== undefined) return;
    const { select } = selectionStore.getState();
    if (end === 'from') select(recording.id, seconds, selection.to);
    else select(recording.id, selection.from, seconds);
    setTyped(undefined);
  };

  return (
    <label className="waveform-status-bound">
      <span className="field-label">
        {end === 'from' ? 'In' : 'Out'} <kbd className="key">{end === 'from' ? 'I' : 'O'}</kbd>
      </span>
      <TextInput
        size={12}
        value={typed ?? exactTime(selection[end])}
        {...(problem === undefined ? {} : { 'aria-invalid': true })}
        title={problem ?? 'm:ss, h:mm:ss or seconds, with decimals'}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => {
          take();
          setTyped(undefined);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key === 'Escape') setTyped(undefined);
        }}
      />
      {problem !== undefined && (
        <span className="waveform-status-problem" role="alert">
          {problem}
        </span>
      )}
    </label>
  );
}

function problemOf(text: string, { from, to }: Selection, end: 'from' | 'to', length: number): string | undefined {
  const seconds = parseTime(text);
  if (seconds === undefined) return 'Enter m:ss, h:mm:ss or seconds.';
  if (seconds > length) return `The recording ends at ${exactTime(length)}.`;
  if (end === 'from' && seconds >= to) return 'In must come before Out.';
  return end === 'to' && seconds <= from ? 'Out must come after In.' : undefined;
}
