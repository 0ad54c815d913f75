import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Field } from '../../elements/Field.tsx';
import { useBackground } from '../../stores/background.ts';
import { useSettings } from '../../stores/settings.ts';
import { areSameKeys, type GlobalAction, globalActions, problemOfKeys } from '../../../shared/domain/globalKeys.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { NoDesktopNote, useFollowedBackground } from './backgroundControls.tsx';
import type { ControlProps } from './control.ts';
import { keysOf } from './typedKeys.ts';

const ACTIONS = Object.keys(globalActions) as readonly GlobalAction[];

/** Keys that work from anywhere on the desktop. They can be pressed or typed, and say when they cannot be had. */
export function ShortcutControl({ item, name, sentence, settings, onUpdate }: ControlProps): ReactElement {
  const action = ACTIONS.find((one) => globalActions[one].setting === item.id) ?? 'mark';
  const { setting } = globalActions[action];
  const kept = settings[setting];
  const isMac = useSettings((state) => state.info?.platform === 'darwin');
  const taken = useBackground((state) => state.background?.shortcuts.find((one) => one.action === action));
  const note = useBackground((state) => state.background?.shortcutsNote);
  const [text, setText] = useState(kept);
  const [isListening, setIsListening] = useState(false);
  useFollowedBackground();

  const typed = text.trim();
  const problem = problemOf(typed, action, settings, isMac) ?? (taken?.keys === typed ? taken.problem : undefined);
  const commit = (keys: string): void => {
    if (keys !== kept && problemOf(keys, action, settings, isMac) === undefined) onUpdate({ [setting]: keys });
  };
  const listen = (event: KeyboardEvent): void => {
    // The way out for those who have no mouse.
    if (event.key === 'Tab' && !event.ctrlKey && !event.altKey) return setIsListening(false);
    event.preventDefault();
    event.stopPropagation();
    const keys = keysOf(event, isMac);
    if (keys === undefined) return;
    setIsListening(false);
    setText(keys);
    commit(keys);
  };

  return (
    <>
      <Field
        label={name}
        hint={
          <>
            {sentence}
            {note !== undefined && typed !== '' && ` ${note}`}
          </>
        }
        error={problem}
      >
        {(control) => (
          <div className="settings-line">
            <TextInput
              {...control}
              value={text}
              placeholder="None"
              maxLength={60}
              onChange={(event) => setText(event.target.value)}
              onBlur={() => commit(typed)}
              onKeyDown={(event) => event.key === 'Enter' && commit(typed)}
            />
            <Button
              aria-pressed={isListening}
              onClick={() => setIsListening(!isListening)}
              onKeyDown={isListening ? listen : undefined}
              onBlur={() => setIsListening(false)}
            >
              {isListening ? 'Press the keys…' : 'Press keys'}
            </Button>
            {kept !== '' && (
              <Button
                onClick={() => {
                  setText('');
                  commit('');
                }}
              >
                None
              </Button>
            )}
          </div>
        )}
      </Field>
      <NoDesktopNote />
    </>
  );
}

function problemOf(keys: string, action: GlobalAction, settings: Settings, isMac: boolean): string | undefined {
  if (keys === '') return undefined;
  const other = ACTIONS.find((one) => one !== action && areSameKeys(settings[globalActions[one].setting], keys, isMac));
  if (other) return `${keys} are the keys to ${globalActions[other].does}. Choose others.`;
  return problemOfKeys(keys, isMac);
}
