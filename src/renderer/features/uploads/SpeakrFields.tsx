import type { ReactElement } from 'react';
import { Segments, Select, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { Fold } from '../../elements/Fold.tsx';
import type { TargetFieldsProps } from './TargetDialog.tsx';

const WAYS = [
  { value: 'token', label: 'API token' },
  { value: 'login', label: 'E-mail and password' },
] as const;

const FLAC = [
  { value: 'opus', label: 'Opus (small; takes ffmpeg)' },
  { value: 'wav', label: 'WAV (as recorded, large)' },
] as const;

export function SpeakrFields({ form, errors, onChange }: TargetFieldsProps): ReactElement {
  return (
    <>
      <FieldGroup label="Log in by">
        <Segments
          label="Log in by"
          value={form.auth}
          choices={WAYS}
          onChoose={(auth) => onChange({ auth, secret: '' })}
        />
      </FieldGroup>
      {form.auth === 'login' && (
        <Field label="E-mail" error={errors.get('email')}>
          {(control) => (
            <TextInput
              {...control}
              type="email"
              value={form.email}
              onChange={(event) => onChange({ email: event.target.value })}
            />
          )}
        </Field>
      )}
      <Fold title="What Speakr does with it">
        <div className="fields">
          <div className="field-row">
            <Field label="Language" hint="Such as de. Empty: it finds out." error={errors.get('language')}>
              {(control) => (
                <TextInput
                  {...control}
                  value={form.language}
                  onChange={(event) => onChange({ language: event.target.value })}
                />
              )}
            </Field>
            <Field label="Folder" hint="Its number." error={errors.get('folderId')}>
              {(control) => (
                <TextInput
                  {...control}
                  inputMode="numeric"
                  value={form.folderId}
                  onChange={(event) => onChange({ folderId: event.target.value })}
                />
              )}
            </Field>
            <Field label="Tags" hint="Their numbers, with commas." error={errors.get('tagIds')}>
              {(control) => (
                <TextInput
                  {...control}
                  value={form.tagIds}
                  onChange={(event) => onChange({ tagIds: event.target.value })}
                />
              )}
            </Field>
          </div>
          <Field label="Send FLAC as" hint="Speakr takes no FLAC unless its owner allows it.">
            {(control) => (
              <Select {...control} value={form.flacAs} choices={FLAC} onChoose={(flacAs) => onChange({ flacAs })} />
            )}
          </Field>
        </div>
      </Fold>
    </>
  );
}
