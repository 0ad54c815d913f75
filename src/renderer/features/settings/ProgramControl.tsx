import { type ReactElement, useState } from 'react';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { settingAt } from '../../../shared/domain/settingItems.ts';
import { checkedPatch, type ControlProps } from './control.ts';

/** The path of a program. It counts when its field is left, or with Enter. */
export function ProgramControl({ item, name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const value = String(settingAt(settings, item.id) ?? '');
  const [text, setText] = useState(value);
  const typed = text.trim();
  const checked = checkedPatch(settings, item.id, typed);
  const commit = (): void => {
    if ('patch' in checked && typed !== value) onUpdate(checked.patch);
  };
  return (
    <Field label={name} hint={sentence} error={'error' in checked ? checked.error : undefined}>
      {(control) => (
        <TextInput
          {...control}
          value={text}
          placeholder="The one that is found"
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
