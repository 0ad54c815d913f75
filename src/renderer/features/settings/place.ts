import type { ReactNode } from 'react';

/** What something to do or to look at among the settings gets. */
export interface PlaceProps {
  readonly name: ReactNode;
  readonly sentence: ReactNode;
}
