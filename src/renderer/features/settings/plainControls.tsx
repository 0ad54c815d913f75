import { type ReactElement, useState } from 'react';
import { Checkbox, type Choice, Segments, TextInput } from '../../elements/controls.tsx';
import { Field, FieldGroup } from '../../elements/Field.tsx';
import { settingAt, settingPatch } from '../../../shared/domain/settingItems.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { checkedPatch, type ControlProps } from './control.ts';

export function SwitchControl({ item, name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  return (
    <Checkbox
      label={name}
      note={sentence}
      checked={settingAt(settings, item.id) === true}
      onChange={(checked) => onUpdate(settingPatch(settings, item.id, checked))}
    />
  );
}

interface NumberProps extends ControlProps {
  /** What one of the typed unit is in that of the setting. */
  readonly unit: number;
  /** What an empty field stands for; without it, a number must be there. */
  readonly empty?: number;
}

/** A number counts when its field is left, or with Enter: on its way to 15 it passes 1. */
export function NumberControl(props: NumberProps): ReactElement {
  const { item, name, sentence, settings, onUpdate, unit, empty } = props;
  const value = Number(settingAt(settings, item.id) ?? empty ?? 0);
  const [text, setText] = useState(() => (value === empty ? '' : String(value / unit)));
  const typed = text.trim() === '' ? (empty ?? Number.NaN) : Number(text.trim().replace(',', '.'));
  // Half a gigabyte is typed as 0.5; what is left over from a binary fraction is no fraction of a byte.
  const scaled = unit === 1 ? typed : Math.round(typed * unit);
  const checked = Number.isNaN(typed) ? { error: 'Enter a number.' } : checkedPatch(settings, item.id, scaled);
  const commit = (): void => {
    if ('patch' in checked && scaled !== value) onUpdate(checked.patch);
  };
  return (
    <Field
      label={name}
      hint={sentence}
      error={'error' in checked ? checked.error : undefined}
      className="setting-short"
    >
      {(control) => (
        <TextInput
          {...control}
          inputMode="decimal"
          placeholder={empty === undefined ? undefined : 'none'}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}

const GB = 1e9;
const KB = 1000;

export const GigabytesControl = (props: ControlProps): ReactElement => <NumberControl {...props} unit={GB} />;
export const PlainNumberControl = (props: ControlProps): ReactElement => <NumberControl {...props} unit={1} />;
export const SpeedControl = (props: ControlProps): ReactElement => <NumberControl {...props} unit={KB} empty={0} />;

interface ChoiceProps<Value extends string> extends ControlProps {
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
}

function ChoiceControl<Value extends string>(props: ChoiceProps<Value>): ReactElement {
  const { item, name, sentence, settings, onUpdate, value, choices } = props;
  return (
    <FieldGroup label={name}>
      <Segments
        label={item.name}
        value={value}
        choices={choices}
        onChoose={(chosen) => onUpdate(settingPatch(settings, item.id, chosen))}
      />
      <p className="field-note">{sentence}</p>
    </FieldGroup>
  );
}

const THEMES: readonly Choice<Settings['theme']>[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
];

export const ThemeControl = (props: ControlProps): ReactElement => (
  <ChoiceControl {...props} value={props.settings.theme} choices={THEMES} />
);

const WHEN_CLOSED: readonly Choice<Settings['whenClosed']>[] = [
  { value: 'stay', label: 'Longtake stays' },
  { value: 'quit', label: 'Longtake quits' },
];

export const WhenClosedControl = (props: ControlProps): ReactElement => (
  <ChoiceControl {...props} value={props.settings.whenClosed} choices={WHEN_CLOSED} />
);

const START_HIDDEN: readonly Choice<Settings['startHidden']>[] = [
  { value: 'never', label: 'Never' },
  { value: 'atLogin', label: 'At login' },
  { value: 'always', label: 'Always' },
];

export const StartHiddenControl = (props: ControlProps): ReactElement => (
  <ChoiceControl {...props} value={props.settings.startHidden} choices={START_HIDDEN} />
);
