import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { FieldGroup } from '../../elements/Field.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';

/** Leads to the dialog that takes over what ISR recorded. */
export function ImportButton({ look = 'plain' }: { readonly look?: 'plain' | 'quiet' }): ReactElement {
  return (
    <Button look={look} onClick={() => dialogsStore.getState().show({ name: 'importIsr' })}>
      Import an ISR configuration
    </Button>
  );
}

/** The same, among the settings. */
export function ImportSetting(): ReactElement {
  return (
    <FieldGroup label="Coming from ISR">
      <div className="settings-line">
        <ImportButton />
        <p className="settings-outcome">Takes over the sources of its config.ini.</p>
      </div>
    </FieldGroup>
  );
}
