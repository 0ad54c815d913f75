import type { ReactElement } from 'react';
import { Checkbox, Segments, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import type { TargetFieldsProps } from './TargetDialog.tsx';

const FORMS = [
  { value: 'cmaf', label: 'AAC that any player follows' },
  { value: 'slices', label: 'As recorded' },
] as const;

export function S3Fields({ form, errors, onChange }: TargetFieldsProps): ReactElement {
  const text = (key: 'endpoint' | 'region' | 'bucket' | 'prefix' | 'accessKeyId') => ({
    value: form[key],
    onChange: (event: { readonly target: { readonly value: string } }) => onChange({ [key]: event.target.value }),
  });
  return (
    <>
      <Field label="Endpoint" hint="Empty: Amazon S3." error={errors.get('endpoint')}>
        {(control) => <TextInput {...control} type="url" placeholder="https://s3.example.org" {...text('endpoint')} />}
      </Field>
      <div className="field-row">
        <Field label="Bucket" error={errors.get('bucket')}>
          {(control) => <TextInput {...control} {...text('bucket')} />}
        </Field>
        <Field label="Region" error={errors.get('region')}>
          {(control) => <TextInput {...control} {...text('region')} />}
        </Field>
      </div>
      <Field
        label="Folder"
        hint="Before every name. {source} is the source; %Y %m %d are the date."
        error={errors.get('prefix')}
      >
        {(control) => <TextInput {...control} {...text('prefix')} />}
      </Field>
      <Checkbox
        label="The bucket is in the path of the address"
        note="As most stores other than Amazon’s want it."
        checked={form.pathStyle}
        onChange={(pathStyle) => onChange({ pathStyle })}
      />
      <Field label="Access key" error={errors.get('accessKeyId')}>
        {(control) => <TextInput {...control} {...text('accessKeyId')} />}
      </Field>
      <FieldGroup label="What is stored">
        <Segments
          label="What is stored"
          value={form.form}
          choices={FORMS}
          onChoose={(next) => onChange({ form: next })}
        />
      </FieldGroup>
      {form.form === 'cmaf' && (
        <div className="field-row">
          <Field label="Bit rate" hint="kbit/s. AAC streams are taken as they are." error={errors.get('bitrate')}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="numeric"
                value={form.bitrate}
                onChange={(event) => onChange({ bitrate: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
      <Checkbox
        label="The whole file follows when a recording is closed"
        checked={form.wholeFile}
        onChange={(wholeFile) => onChange({ wholeFile })}
      />
    </>
  );
}
