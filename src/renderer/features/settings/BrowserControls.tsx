import { type ReactElement, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { sentence as sentenceOf } from '../../stores/notices.ts';
import { settingsStore } from '../../stores/settings.ts';
import type { SettingPath } from '../../../shared/domain/settingItems.ts';
import { ApiToken } from './ApiToken.tsx';
import type { ControlProps } from './control.ts';

/** What only a window has, and why. */
const ONLY_IN_WINDOW: Partial<Readonly<Record<SettingPath, string>>> = {
  whenClosed: 'A browser may be closed at any time: the studio goes on without it.',
  startAtLogin: 'The computer of the studio starts it as a service.',
  startHidden: 'There is no window here.',
  markShortcut: 'Keys for the whole desktop take the window; in the browser there is M.',
  splitShortcut: 'Keys for the whole desktop take the window.',
  pauseShortcut: 'Keys for the whole desktop take the window.',
  'alarms.notify': 'The computer of the studio has no desktop to show them on; the webhook tells them elsewhere.',
};

function NotHere({ item, name }: ControlProps): ReactElement {
  return (
    <>
      <p>{name}</p>
      <p className="field-note">{ONLY_IN_WINDOW[item.id]}</p>
    </>
  );
}

/** It is always there, beside this page. */
function OwnApi({ name }: ControlProps): ReactElement {
  return (
    <>
      <p>{name}</p>
      <p className="field-note">
        Start, stop, mark and status, with a token, at {new URL('/api/v1/', window.location.href).href}
      </p>
      <ApiToken />
    </>
  );
}

/** No dialog of a browser shows the folders of another computer: the path is typed, and checked there. */
function TypedFolder({ name, sentence, settings }: ControlProps): ReactElement {
  const [text, setText] = useState(settings.recordingsFolder);
  const [problem, setProblem] = useState<string>();
  const commit = (): void => {
    setProblem(undefined);
    settingsStore
      .getState()
      .update({ recordingsFolder: text.trim() })
      .catch((error: unknown) => setProblem(sentenceOf(error)));
  };
  return (
    <Field label={name} error={problem} hint={sentence}>
      {(control) => (
        <div className="settings-line">
          <TextInput
            {...control}
            value={text}
            maxLength={4000}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Enter' && commit()}
          />
          <Button disabled={text.trim() === settings.recordingsFolder} onClick={commit}>
            Use this folder
          </Button>
        </div>
      )}
    </Field>
  );
}

/** What stands for the control of a setting in a browser; those that are left out are as in the window. */
export const BROWSER_CONTROLS: Partial<Readonly<Record<SettingPath, (props: ControlProps) => ReactElement>>> = {
  ...Object.fromEntries(Object.keys(ONLY_IN_WINDOW).map((id) => [id, NotHere])),
  recordingsFolder: TypedFolder,
  automation: OwnApi,
};
