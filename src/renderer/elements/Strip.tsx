import type { ReactElement, ReactNode } from 'react';
import { classes } from './classes.ts';
import './Strip.css';

interface StripProps {
  readonly label: string;
  readonly icon: ReactElement;
  /** What happened. */
  readonly message: ReactNode;
  /** What can be done. */
  readonly advice: ReactNode;
  readonly buttons: ReactNode;
  readonly className?: string;
}

/** Below the header: one thing that wants attention, with what can be done about it. */
export function Strip({ label, icon, message, advice, buttons, className }: StripProps): ReactElement {
  return (
    <section className={classes('strip', className)} aria-label={label}>
      {icon}
      <div className="strip-text">
        <p className="strip-message selectable">{message}</p>
        <p className="strip-advice">{advice}</p>
      </div>
      <div className="strip-buttons">{buttons}</div>
    </section>
  );
}

/** In the corner of a button that stands in the header: how many there are. Its label says so, too. */
export function CountMark({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <span className="count-mark" aria-hidden>
      {children}
    </span>
  );
}
