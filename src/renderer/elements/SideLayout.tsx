import type { ReactElement, ReactNode } from 'react';
import './SideLayout.css';

interface SideLayoutProps {
  readonly side: ReactNode;
  /** What scrolls beside it: one element of the class `side-layout-main`. */
  readonly children: ReactNode;
}

/** The inside of a large dialog: what there is to choose from at the side, and what was chosen. */
export function SideLayout({ side, children }: SideLayoutProps): ReactElement {
  return (
    <div className="side-layout">
      <div className="side-layout-side">{side}</div>
      {children}
    </div>
  );
}
