import { type ReactElement, useState } from 'react';
import { Checkbox, Select } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { channelNames, rateName } from '../../format/audio.ts';
import { type Device, OFFERED_SAMPLE_RATES } from '../../../shared/domain/source.ts';
import { cardDetails, depthOf, type DepthName, depthNames, type Form, withDepth } from './draft.ts';

type Card = Form['soundcard'];

/** Channels that can be picked one by one. A PCM of a sound server claims many more than it has. */
const MOST_PICKED = 32;
const MOST_PICKED_OF_SERVER = 8;

const CONTAINERS: readonly { readonly value: NonNullable<Card['container']>; readonly label: string }[] = [
  { value: 'wav', label: 'WAV' },
  { value: 'flac', label: 'FLAC' },
];

const BACKENDS: readonly { readonly value: NonNullable<Card['backend']>; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'portaudio', label: 'PortAudio' },
  { value: 'arecord', label: 'arecord (Linux)' },
];

interface CardFieldsProps {
  readonly card: Card;
  /** The chosen one, if it is there. */
  readonly device: Device | undefined;
  readonly errors: ReadonlyMap<string, string>;
  onChange(card: Card): void;
}

/** How a soundcard is recorded. */
export function CardFields({ card, device, errors, onChange }: CardFieldsProps): ReactElement {
  const maxChannels = Math.min(64, device?.maxChannels ?? 2);
  return (
    <>
      <div className="field-row card-row">
        <Field label="Sample rate" error={errors.get('sampleRate')}>
          {(control) => (
            <Select
              {...control}
              value={card.sampleRate}
              choices={ratesWith(card.sampleRate).map((rate) => ({ value: rate, label: rateName(rate) }))}
              onChoose={(sampleRate) => onChange({ ...card, sampleRate })}
            />
          )}
        </Field>
        <Field label="Bit depth" error={errors.get('bitDepth')}>
          {(control) => (
            <Select
              {...control}
              value={depthOf(card)}
              choices={Object.entries(depthNames).map(([value, label]) => ({ value: value as DepthName, label }))}
              onChoose={(depth) => onChange(withDepth(card, depth))}
            />
          )}
        </Field>
        <Field label="Channels" error={card.pick ? undefined : errors.get('channels')}>
          {(control) => (
            <Select
              {...control}
              value={card.pick ? 0 : card.channels}
              choices={[
                ...Array.from({ length: Math.max(maxChannels, card.pick ? 0 : card.channels) }, (_, index) => ({
                  value: index + 1,
                  label: index < 2 ? `${index + 1} (${channelNames(index + 1)})` : String(index + 1),
                })),
                { value: 0, label: 'Chosen' },
              ]}
              onChoose={(channels) => onChange(channels === 0 ? withPick(card, [1]) : withoutPick(card, channels))}
            />
          )}
        </Field>
        <Field label="File" error={errors.get('container')}>
          {(control) => (
            <Select
              {...control}
              value={card.container ?? 'wav'}
              choices={CONTAINERS}
              onChoose={(container) => onChange({ ...card, container })}
            />
          )}
        </Field>
      </div>
      {card.pick && (
        <PickedChannels
          pick={card.pick}
          channels={offeredChannels(card.pick, device)}
          error={errors.get('pick')}
          onChange={(pick) => onChange(withPick(card, pick))}
        />
      )}
      <Advanced card={card} device={device} onChange={onChange} />
    </>
  );
}

interface PickedChannelsProps {
  readonly pick: readonly number[];
  readonly channels: number;
  readonly error: string | undefined;
  onChange(pick: readonly number[]): void;
}

function PickedChannels({ pick, channels, error, onChange }: PickedChannelsProps): ReactElement {
  return (
    <FieldGroup
      label="Channels of the device"
      aside={<span className="field-note">Recorded as {channelNames(pick.length)}, in this order.</span>}
    >
      <div className="picked-channels">
        {Array.from({ length: channels }, (_, index) => index + 1).map((channel) => (
          <Checkbox
            key={channel}
            label={channelLabel(channel)}
            checked={pick.includes(channel)}
            onChange={(wanted) =>
              onChange(wanted ? [...pick, channel].sort((a, b) => a - b) : pick.filter((picked) => picked !== channel))
            }
          />
        ))}
      </div>
      {error !== undefined && <p className="field-error">{error}</p>}
    </FieldGroup>
  );
}

function Advanced({ card, device, onChange }: Pick<CardFieldsProps, 'card' | 'device' | 'onChange'>): ReactElement {
  const [open, setOpen] = useState(card.backend !== undefined && card.backend !== 'auto');
  const details = cardDetails(device?.identity ?? card.identity);
  return (
    <details className="advanced" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Advanced</summary>
      <div className="fields">
        <Field label="Captured with" hint="Automatic takes PortAudio, and arecord for what PortAudio does not list.">
          {(control) => (
            <Select
              {...control}
              value={card.backend ?? 'auto'}
              choices={BACKENDS}
              onChoose={(backend) => onChange({ ...card, backend })}
            />
          )}
        </Field>
        {details.length > 0 && (
          <FieldGroup label="Found again by">
            <dl className="card-details selectable">
              {details.map(([term, value]) => (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </FieldGroup>
        )}
      </div>
    </details>
  );
}

function offeredChannels(pick: readonly number[], device: Device | undefined): number {
  const isServer = device?.hostApi === 'ALSA' && device.identity?.pcm === undefined;
  const most = Math.min(device?.maxChannels ?? 2, isServer ? MOST_PICKED_OF_SERVER : MOST_PICKED);
  return Math.max(2, most, ...pick);
}

function withPick(card: Card, pick: readonly number[]): Card {
  return { ...card, pick: [...pick], channels: Math.max(1, pick.length) };
}

function withoutPick(card: Card, channels: number): Card {
  const { pick: _, ...rest } = card;
  return { ...rest, channels };
}

const channelLabel = (channel: number): string =>
  channel === 1 ? '1 (left)' : channel === 2 ? '2 (right)' : String(channel);

/** Somebody may have entered another rate in a configuration file. */
function ratesWith(rate: number): readonly number[] {
  const offered: readonly number[] = OFFERED_SAMPLE_RATES;
  return offered.includes(rate) ? offered : [...offered, rate].sort((a, b) => a - b);
}
