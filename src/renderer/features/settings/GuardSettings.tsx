import { type ReactElement, useState } from 'react';
import { Checkbox, TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import type { Settings, SettingsPatch } from '../../../shared/domain/settings.ts';

const GB = 1e9;

interface GuardProps {
  readonly settings: Settings;
  onUpdate(patch: SettingsPatch): void;
}

/** What keeps a recording from ending badly: room on the disk, and a computer that is awake. */
export function GuardSettings({ settings, onUpdate }: GuardProps): ReactElement {
  return (
    <>
      <div className="field-row">
        <Gigabytes
          label="Keep free"
          hint="GB. With no more than this, recording ends until there is more; 0: never."
          bytes={settings.minFreeBytes}
          onCommit={(minFreeBytes) => onUpdate({ minFreeBytes })}
        />
        <Gigabytes
          label="Warn below"
          hint="GB. Before that, you are told; 0: never."
          bytes={settings.warnFreeBytes}
          onCommit={(warnFreeBytes) => onUpdate({ warnFreeBytes })}
        />
      </div>
      <Checkbox
        label="Keep the computer awake while recording"
        note="It does not go to sleep by itself. The screen may go dark."
        checked={settings.keepAwake}
        onChange={(keepAwake) => onUpdate({ keepAwake })}
      />
    </>
  );
}

interface GigabytesProps {
  readonly label: string;
  readonly hint: string;
  readonly bytes: number;
  onCommit(bytes: number): void;
}

function Gigabytes({ label, hint, bytes, onCommit }: GigabytesProps): ReactElement {
  const [text, setText] = useState(String(bytes / GB));
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const isGood = value >= 0 && value <= 1e6;
  const commit = (): void => {
    const typed = Math.round(value * GB);
    if (isGood && typed !== bytes) onCommit(typed);
  };
  return (
    <Field label={label} hint={hint} error={isGood ? undefined : 'Enter a number from 0 to 1000000.'}>
      {(control) => (
        <TextInput
          {...control}
          inputMode="decimal"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={commit}
          onKeyDown={(event) => event.key === 'Enter' && commit()}
        />
      )}
    </Field>
  );
}
