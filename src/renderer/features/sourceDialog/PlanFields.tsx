import { type ReactElement, useState } from 'react';
import { Select, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { splitLength } from '../../format/time.ts';
import { useSettings } from '../../stores/settings.ts';
import { SPLIT_PRESETS } from '../settings/split.ts';
import { type Form, withPlan } from './draft.ts';

/** Stands for the split of the settings. */
const AS_SET = 0;

interface PlanFieldsProps {
  readonly plan: Form['plan'];
  readonly errors: ReadonlyMap<string, string>;
  onChange(plan: Form['plan']): void;
}

/** How a source is recorded where it differs from the settings. It is open where it does. */
export function PlanFields({ plan, errors, onChange }: PlanFieldsProps): ReactElement {
  const pattern = useSettings((state) => state.settings?.filenamePattern);
  const { splitSeconds = AS_SET, filenamePattern = '', maxLengthSeconds } = plan;
  const [typed, setTyped] = useState(maxLengthSeconds === undefined ? '' : String(maxLengthSeconds / 60));
  const [open, setOpen] = useState(splitSeconds !== AS_SET || filenamePattern !== '' || maxLengthSeconds !== undefined);
  const splits = [...new Set([...SPLIT_PRESETS, splitSeconds])].filter((seconds) => seconds !== AS_SET);
  const wrong = errors.has('maxLengthSeconds') || errors.has('filenamePattern');
  return (
    <details className="advanced" open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Files of this source</summary>
      <div className="fields">
        <div className="field-row">
          <Field label="A new file every">
            {(control) => (
              <Select
                {...control}
                value={splitSeconds}
                choices={[
                  { value: AS_SET, label: 'As in the settings' },
                  ...splits.toSorted((a, b) => a - b).map((value) => ({ value, label: splitLength(value) })),
                ]}
                onChoose={(value) => onChange(withPlan(plan, 'splitSeconds', value === AS_SET ? undefined : value))}
              />
            )}
          </Field>
          <Field
            label="Stop after"
            hint="Minutes of audio in all, pauses left out. Empty: never."
            error={errors.get('maxLengthSeconds')}
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                placeholder="never"
                value={typed}
                onChange={({ target }) => {
                  setTyped(target.value);
                  const minutes = target.value.trim() === '' ? undefined : Number(target.value);
                  onChange(withPlan(plan, 'maxLengthSeconds', minutes === undefined ? undefined : minutes * 60));
                }}
              />
            )}
          </Field>
        </div>
        <Field label="File names" hint="Empty: as in the settings." error={errors.get('filenamePattern')}>
          {(control) => (
            <TextInput
              {...control}
              placeholder={pattern}
              value={filenamePattern}
              onChange={({ target }) =>
                onChange(withPlan(plan, 'filenamePattern', target.value === '' ? undefined : target.value))
              }
            />
          )}
        </Field>
      </div>
    </details>
  );
}
