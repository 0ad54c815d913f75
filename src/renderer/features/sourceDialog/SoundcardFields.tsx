import type { ReactElement } from 'react';
import { Select } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { channelNames, rateName } from '../../format/audio.ts';
import type { Form } from './draft.ts';

import { OFFERED_SAMPLE_RATES } from '../../../shared/domain/source.ts';

const DEPTHS = [16, 24] as const;

type Pcm = Pick<Form['generator'], 'sampleRate' | 'bitDepth' | 'channels'>;

interface PcmFieldsProps {
  readonly value: Pcm;
  readonly maxChannels: number;
  onChange(value: Pcm): void;
}

/** What PCM is made of. */
export function PcmFields({ value, maxChannels, onChange }: PcmFieldsProps): ReactElement {
  const most = Math.max(value.channels, Math.min(64, maxChannels));
  return (
    <div className="field-row">
      <Field label="Sample rate">
        {(control) => (
          <Select
            {...control}
            value={value.sampleRate}
            choices={OFFERED_SAMPLE_RATES.map((rate) => ({ value: rate, label: rateName(rate) }))}
            onChoose={(sampleRate) => onChange({ ...value, sampleRate })}
          />
        )}
      </Field>
      <Field label="Bit depth">
        {(control) => (
          <Select
            {...control}
            value={value.bitDepth}
            choices={DEPTHS.map((depth) => ({ value: depth, label: `${depth} bit` }))}
            onChoose={(bitDepth) => onChange({ ...value, bitDepth })}
          />
        )}
      </Field>
      <Field label="Channels">
        {(control) => (
          <Select
            {...control}
            value={value.channels}
            choices={Array.from({ length: most }, (_, index) => ({
              value: index + 1,
              label: index < 2 ? `${index + 1} (${channelNames(index + 1)})` : String(index + 1),
            }))}
            onChoose={(channels) => onChange({ ...value, channels })}
          />
        )}
      </Field>
    </div>
  );
}
