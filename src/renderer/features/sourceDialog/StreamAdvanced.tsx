import { type ReactElement, useState } from 'react';
import { Checkbox, Select, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import type { StreamConfig } from '../../../shared/domain/source.ts';
import { DEFAULT_STALL_SECONDS } from '../../../shared/domain/sourceDefaults.ts';
import type { Form, Tags } from './draft.ts';

const FORMATS: readonly { readonly value: StreamConfig['format']; readonly label: string }[] = [
  { value: 'auto', label: 'Find out' },
  { value: 'mp3', label: 'MP3' },
  { value: 'aac', label: 'AAC' },
  { value: 'ogg', label: 'Ogg' },
  { value: 'opus', label: 'Opus' },
  { value: 'flac', label: 'FLAC' },
];

const TAGS: readonly { readonly value: Tags; readonly label: string }[] = [
  { value: 'as set', label: 'As in the settings' },
  { value: 'yes', label: 'Source, start and title' },
  { value: 'no', label: 'None: the stream alone' },
];

interface StreamAdvancedProps {
  readonly form: Form;
  readonly errors: ReadonlyMap<string, string>;
  onChange(change: Partial<Form['stream']>): void;
}

/** What most streams need nobody to set. It is open where somebody has set something. */
export function StreamAdvanced({ form, errors, onChange }: StreamAdvancedProps): ReactElement {
  const { format, stallSeconds, cue, tags } = form.stream;
  const [open, setOpen] = useState(format !== 'auto' || stallSeconds !== '' || cue || tags !== 'as set');
  const stallError = errors.get('stallSeconds');
  return (
    <details
      className="advanced"
      open={open || stallError !== undefined}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>Advanced</summary>
      <div className="fields">
        <div className="field-row">
          <Field label="Format" hint="Set it only if the server lies.">
            {(control) => (
              <Select
                {...control}
                value={format}
                choices={FORMATS}
                onChoose={(chosen) => onChange({ format: chosen })}
              />
            )}
          </Field>
          <Field label="Lost after" hint="Seconds without audio, 2 to 600." error={stallError}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="numeric"
                placeholder={String(DEFAULT_STALL_SECONDS)}
                value={stallSeconds}
                onChange={(event) => onChange({ stallSeconds: event.target.value })}
              />
            )}
          </Field>
        </div>
        <Field label="Tags in MP3 and AAC files">
          {(control) => (
            <Select {...control} value={tags} choices={TAGS} onChoose={(chosen) => onChange({ tags: chosen })} />
          )}
        </Field>
        <Checkbox
          label="Write a cue sheet beside each file"
          note="A small .cue file with the titles on air and their times."
          checked={cue}
          onChange={(wanted) => onChange({ cue: wanted })}
        />
      </div>
    </details>
  );
}
