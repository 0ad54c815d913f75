import { X } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import { IconButton } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { request } from '../../bridge/bridge.ts';
import { exactTime, parseTime } from '../../format/exactTime.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { usePlayer } from '../../stores/player.ts';
import { useLength } from '../../stores/playerLength.ts';
import { type Selection, selectionStore, useSelection } from '../../stores/selection.ts';
import { CutButtons, SelectionExport } from '../exports/SelectionExport.tsx';
import './waveformStatus.css';

/** Below the waveform: what is selected, to the millisecond. */
export function WaveformStatus({ recording }: { readonly recording: Recording }): ReactElement | null {
  const selection = useSelection(({ selection: all }) => (all?.recordingId === recording.id ? all : undefined));
  const isClip = usePlayer(({ clip }) => clip !== undefined);
  // A section has its own row, which cuts it.
  if (!selection) return isClip ? null : <Unselected isOpen={recording.state === 'recording'} />;
  return (
    <div className="waveform-status" role="group" aria-label="Selection">
      <Bound selection={selection} recording={recording} end="from" />
      <Bound selection={selection} recording={recording} end="to" />
      <p className="waveform-status-length">
        <span className="field-label">Length</span> {exactTime(selection.to - selection.from)}
      </p>
      <SelectionExport selection={selection} container={recording.container} />
      <IconButton label="Select nothing" keys="X" onClick={() => selectionStore.getState().clear()}>
        <X size={14} aria-hidden />
      </IconButton>
    </div>
  );
}

/** Nothing is selected: how that is done, and what can be done with all of it, once it is there. */
function Unselected({ isOpen }: { readonly isOpen: boolean }): ReactElement {
  return (
    <div className="waveform-status" role="group" aria-label="Recording">
      <p className="waveform-status-hint">
        Drag over the waveform, or press <kbd className="key">I</kbd> and <kbd className="key">O</kbd>, to select a
        part.
      </p>
      {!isOpen && (
        <div className="selection-export">
          <CutButtons what="the whole recording" />
        </div>
      )}
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
  // What is still being recorded ends now.
  const most = recording.state === 'recording' || end === 'from' ? length : Infinity;
  const problem = typed === undefined ? undefined : problemOf(typed, selection, end, most);

  const take = (): void => {
    const seconds = typed === undefined ? undefined : parseTime(typed);
    if (seconds === undefined || problem !== undefined) return;
    const { select } = selectionStore.getState();
    if (end === 'from') select(recording.id, seconds, selection.to);
    else if (seconds <= length) select(recording.id, selection.from, seconds);
    else attempt(selectBeyond(recording, selection.from, seconds, length));
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

/** Selects on into the recordings that follow without a gap, as far as they go. */
async function selectBeyond(recording: Recording, from: number, to: number, length: number): Promise<void> {
  const range = { recordingId: recording.id, fromSeconds: from, toSeconds: to };
  const plan = await request('exports.plan', { range });
  const end = plan.recordings > 1 ? (plan.to - recording.startedAt) / 1000 : length;
  selectionStore.getState().select(recording.id, from, end);
  const words =
    plan.recordings > 1
      ? `Selected over ${plan.recordings} recordings, to ${wallTimeTenths(plan.to, recording.offsetMinutes)}. Cut and Export make one file of them.`
      : `No recording goes on from this one without a gap: it ends at ${exactTime(length)}.`;
  noticesStore.getState().show('info', words);
}

function problemOf(text: string, { from, to }: Selection, end: 'from' | 'to', length: number): string | undefined {
  const seconds = parseTime(text);
  if (seconds === undefined) return 'Enter m:ss, h:mm:ss or seconds.';
  if (seconds > length) return `The recording ends at ${exactTime(length)}.`;
  if (end === 'from' && seconds >= to) return 'In must come before Out.';
  return end === 'to' && seconds <= from ? 'Out must come after In.' : undefined;
}
