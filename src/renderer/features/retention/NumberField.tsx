import type { ReactElement } from 'react';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import type { ParsedRules } from './ruleWords.ts';

export const errorOf = (parsed: ParsedRules, field: string): string | undefined =>
  'error' in parsed && parsed.field === field ? parsed.error : undefined;

interface NumberFieldProps {
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly error: string | undefined;
  onChange(value: string): void;
}

export function NumberField({ label, unit, value, error, onChange }: NumberFieldProps): ReactElement {
  return (
    <Field label={`${label} (${unit})`} error={error}>
      {(control) => (
        <TextInput
          {...control}
          inputMode="decimal"
          value={value}
          placeholder="no limit"
          maxLength={12}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
