import { Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import type { Recording } from '../../../shared/domain/recording.ts';
import type { Marker } from '../../../shared/domain/section.ts';
import { request } from '../../bridge/bridge.ts';
import { Button, IconButton } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { wallTimeTenths } from '../../format/time.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { usePlayerMarks } from '../../stores/playerMarks.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { runPlayerCommand } from '../player/playerCommands.ts';

const LONGEST_LABEL = 80;

/** The markers in the recording: go to one, name it, remove it. */
export function MarkerList({ recording }: { readonly recording: Recording }): ReactElement {
  const markers = usePlayerMarks((state) => state.markers);
  return (
    <section className="inspector-part">
      <h3>Markers</h3>
      {markers.length === 0 ? (
        <p className="inspector-empty">
          Press <kbd className="key">M</kbd> to mark a place.
        </p>
      ) : (
        <ul className="marker-list">
          {markers.map((marker) => (
            <Entry key={marker.id} marker={marker} recording={recording} />
          ))}
        </ul>
      )}
      {markers.length > 0 && (
        <Button
          look="quiet"
          title="From the marker before the playhead to the one after it"
          onClick={() => runPlayerCommand('selectBetween')}
        >
          Select between markers <kbd className="key">H</kbd>
        </Button>
      )}
    </section>
  );
}

function Entry({ marker, recording }: { readonly marker: Marker; readonly recording: Recording }): ReactElement {
  const [label, setLabel] = useState<string>();
  const time = wallTimeTenths(marker.at, recording.offsetMinutes);

  const save = (): void => {
    if (label === undefined) return;
    setLabel(undefined);
    if (label.trim() !== marker.label) attempt(request('markers.update', { id: marker.id, label }));
  };

  return (
    <li className="marker-entry">
      <button type="button" className="marker-time" onClick={() => goTo(marker, recording)} title="Go there">
        {time}
      </button>
      <TextInput
        aria-label={`Name of the marker at ${time}`}
        placeholder="Unnamed"
        maxLength={LONGEST_LABEL}
        value={label ?? marker.label}
        onChange={(event) => setLabel(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save();
          if (event.key === 'Escape') setLabel(undefined);
        }}
      />
      <IconButton label={`Remove the marker at ${time}`} onClick={() => remove(marker, time)}>
        <Trash2 size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

function goTo(marker: Marker, recording: Recording): void {
  const at = (marker.at - recording.startedAt) / 1000;
  playerStore.getState().seekTo(at);
  playerViewStore.getState().follow(at);
}

function remove(marker: Marker, time: string): void {
  const { at, label, sourceId } = marker;
  const again = { at, label, ...(sourceId === undefined ? {} : { sourceId }) };
  attempt(
    request('markers.remove', { id: marker.id }).then(() =>
      noticesStore.getState().show('info', `The marker at ${time} was removed.`, {
        label: 'Undo',
        run: () => attempt(request('markers.add', again)),
      }),
    ),
  );
}
