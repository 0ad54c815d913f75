import { type ReactElement, useState } from 'react';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { attempt } from '../../stores/notices.ts';
import { settingsStore, useSettings } from '../../stores/settings.ts';

const KB = 1000;
const MOST_KB = 1e7;

/** How fast all uploads together may be. */
export function BandwidthField(): ReactElement | null {
  const settings = useSettings((state) => state.settings);
  return settings ? <Typed limit={settings.uploadBytesPerSecond ?? 0} /> : null;
}

function Typed({ limit }: { readonly limit: number }): ReactElement {
  const [text, setText] = useState(limit === 0 ? '' : String(limit / KB));
  const value = text.trim() === '' ? 0 : Number(text.trim().replace(',', '.'));
  const isGood = value >= 0 && value <= MOST_KB;
  const commit = (): void => {
    const bytes = Math.round(value * KB);
    if (isGood && bytes !== limit) attempt(settingsStore.getState().update({ uploadBytesPerSecond: bytes }));
  };
  return (
    <Field
      label="Speed limit"
      hint="kB/s for all uploads together. Empty: none."
      error={isGood ? undefined : 'Enter a number of kB/s, or nothing.'}
    >
      {(control) => (
        <TextInput
          {...control}
          className="uploads-limit"
          inputMode="decimal"
          placeholder="none"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
