import { type ReactElement, useState } from 'react';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';

/** Keys that set a marker from anywhere on the desktop. They count when the field is left. */
export function MarkShortcutField({ keys, onChange }: { keys: string; onChange(keys: string): void }): ReactElement {
  const [text, setText] = useState(keys);
  const commit = (): void => {
    if (text.trim() !== keys) onChange(text.trim());
  };
  return (
    <Field label="Keys for a marker, everywhere" hint="Such as CommandOrControl+Alt+M; none when empty.">
      {(control) => (
        <TextInput
          {...control}
          value={text}
          placeholder="None"
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
