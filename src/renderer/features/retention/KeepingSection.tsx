import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { useSettings } from '../../stores/settings.ts';
import { rulesWords } from './ruleWords.ts';

/** In the settings: what is deleted by itself, and the trash. */
export function KeepingSection(): ReactElement | null {
  const settings = useSettings((state) => state.settings);
  if (!settings) return null;
  const { show } = dialogsStore.getState();
  return (
    <FieldGroup label="Deleting old recordings">
      <div className="settings-line">
        <Button onClick={() => show({ name: 'retention' })}>Rules…</Button>
        <Button onClick={() => show({ name: 'trash' })}>Trash…</Button>
        <p className="settings-outcome">{rulesWords(settings.retention)}</p>
      </div>
    </FieldGroup>
  );
}
