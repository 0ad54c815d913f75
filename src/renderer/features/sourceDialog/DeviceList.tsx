import { RefreshCw } from 'lucide-react';
import { type ReactElement, useId, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { SearchField } from '../../elements/SearchField.tsx';
import { Note } from '../../elements/States.tsx';
import { rateName } from '../../format/audio.ts';
import type { Phase } from '../../stores/phase.ts';
import type { Device } from '../../../shared/domain/source.ts';
import { DEFAULT_DEVICE } from '../../../shared/domain/sourceDefaults.ts';
import { deviceGroups } from './deviceGroups.ts';

/** From this number of devices on, a search helps. */
const SEARCH_FROM = 8;

interface DeviceListProps {
  readonly phase: Phase;
  readonly devices: readonly Device[];
  readonly chosen: string;
  onChoose(name: string, device: Device | undefined): void;
  onRefresh(): void;
}

export function DeviceList({ phase, devices, chosen, onChoose, onRefresh }: DeviceListProps): ReactElement {
  const [search, setSearch] = useState('');
  const group = useId();
  const [unfolded, setUnfolded] = useState<boolean>();
  const wanted = search.trim().toLocaleLowerCase();
  const shown = devices.filter(({ name, hostApi }) => `${name} ${hostApi}`.toLocaleLowerCase().includes(wanted));
  const { inputs, plugins } = deviceGroups(shown);
  const standard = devices.find(({ isDefault }) => isDefault);
  const present = chosen === DEFAULT_DEVICE || devices.some(({ name }) => name === chosen);

  const option = (value: string, name: string, detail: string, device: Device | undefined): ReactElement => (
    <label key={`${value}/${detail}`} className="device">
      <input
        type="radio"
        name={group}
        checked={chosen === value}
        aria-label={`${name}, ${detail}`}
        onChange={() => onChoose(value, device)}
      />
      <span className="device-name ellipsis">{name}</span>
      <span className="device-detail">{detail}</span>
    </label>
  );

  const listed = (device: Device): ReactElement => option(device.name, device.name, deviceDetail(device), device);

  return (
    <FieldGroup
      label="Device"
      aside={
        <Button look="quiet" className="device-refresh" disabled={phase.name === 'loading'} onClick={onRefresh}>
          <RefreshCw size={14} aria-hidden />
          Look again
        </Button>
      }
    >
      {devices.length >= SEARCH_FROM && (
        <SearchField
          value={search}
          placeholder={`Search ${devices.length} devices`}
          aria-label="Search devices"
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            // Enter would save the source.
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
      )}
      <div className="devices" role="radiogroup" aria-label="Device" aria-busy={phase.name === 'loading'}>
        {!present && option(chosen, chosen, 'not connected', undefined)}
        {wanted === '' &&
          option(
            DEFAULT_DEVICE,
            'System default',
            standard ? `now ${standard.name}` : 'chosen by the system',
            standard,
          )}
        {inputs.map(listed)}
        {wanted !== '' && plugins.map(listed)}
        {wanted === '' && plugins.length > 0 && (
          <details
            className="device-plugins"
            open={unfolded ?? (inputs.length === 0 || plugins.some(({ name }) => name === chosen))}
            onToggle={(event) => setUnfolded(event.currentTarget.open)}
          >
            <summary>Other ALSA devices ({plugins.length})</summary>
            {plugins.map(listed)}
          </details>
        )}
        {wanted !== '' && shown.length === 0 && <p className="devices-none">No device is called “{search.trim()}”.</p>}
      </div>
      {phase.name === 'error' && <Note tone="warning">{phase.message}</Note>}
      {phase.name === 'ready' && devices.length === 0 && (
        <Note tone="warning">
          No input was found. Connect a microphone or an audio interface, then choose “Look again”. To try Longtake
          without one, take the test signal.
        </Note>
      )}
    </FieldGroup>
  );
}

function deviceDetail({ hostApi, maxChannels, defaultSampleRate, backend }: Device): string {
  if (backend === 'arecord') return `${hostApi}, with arecord`;
  return `${hostApi} · ${maxChannels} in · ${rateName(defaultSampleRate)}`;
}
