import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';

/** Leads to the failure drill, among the settings. */
export function DrillSetting(): ReactElement {
  return (
    <FieldGroup label="Failure drill">
      <div className="settings-line">
        <Button onClick={() => dialogsStore.getState().show({ name: 'drill' })}>Failure drill…</Button>
        <p className="settings-outcome">
          Makes everything go wrong beside the real recordings, and shows what each fault costs.
        </p>
      </div>
    </FieldGroup>
  );
}
