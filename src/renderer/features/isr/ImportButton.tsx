import type { ReactElement } from 'react';
import { Button } from '../../elements/Button.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';

/** Leads to the dialog that takes over what ISR recorded. */
export function ImportButton({ look = 'plain' }: { readonly look?: 'plain' | 'quiet' }): ReactElement {
  return (
    <Button look={look} onClick={() => dialogsStore.getState().show({ name: 'importIsr' })}>
      Import an ISR configuration
    </Button>
  );
}
