import type { ReactElement } from 'react';
import { Select, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { Note } from '../../elements/States.tsx';
import type { GeneratorConfig } from '../../../shared/domain/source.ts';
import type { Form } from './draft.ts';

const PROGRAMMES: readonly { readonly value: GeneratorConfig['programme']; readonly label: string }[] = [
  { value: 'mixed', label: 'Tones, noise bursts and silence in turn' },
  { value: 'tone', label: 'A steady tone' },
  { value: 'bursts', label: 'Noise bursts in silence' },
];

interface GeneratorFieldsProps {
  readonly form: Form;
  readonly seedError: string | undefined;
  onChange(change: Partial<Form>): void;
}

export function GeneratorFields({ form, seedError, onChange }: GeneratorFieldsProps): ReactElement {
  return (
    <>
      <Note tone="info">
        A signal that Longtake makes itself, in real time. Its recordings are real files and are marked as a test signal
        everywhere.
      </Note>
      <div className="field-row field-row-wide">
        <Field label="Programme">
          {(control) => (
            <Select
              {...control}
              value={form.generator.programme}
              choices={PROGRAMMES}
              onChoose={(programme) => onChange({ generator: { ...form.generator, programme } })}
            />
          )}
        </Field>
        <Field label="Seed" hint="The same seed plays the same timetable." error={seedError}>
          {(control) => (
            <TextInput
              {...control}
              inputMode="numeric"
              value={form.seed}
              onChange={(event) => onChange({ seed: event.target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}
