import { type ReactElement, type ReactNode, useId } from 'react';
import { classes } from './classes.ts';
import './Field.css';

/** What a control inside of a {@link Field} must carry. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

interface FieldProps {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  /** What is wrong, as a sentence. */
  readonly error?: string | undefined;
  readonly className?: string;
  readonly children: (control: FieldControl) => ReactNode;
}

export function Field({ label, hint, error, className, children }: FieldProps): ReactElement {
  const id = useId();
  const note = `${id}-note`;
  const hasNote = error !== undefined || hint !== undefined;
  return (
    <div className={classes('field', className)}>
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(hasNote ? { 'aria-describedby': note } : {}),
        ...(error === undefined ? {} : { 'aria-invalid': true as const }),
      })}
      {hasNote && (
        <p id={note} className={classes('field-note', error !== undefined && 'field-error')}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface GroupProps {
  readonly label: ReactNode;
  readonly children: ReactNode;
  readonly aside?: ReactNode;
}

/** A labelled group of controls. */
export function FieldGroup({ label, aside, children }: GroupProps): ReactElement {
  const id = useId();
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <div className="field-head">
        <span id={id} className="field-label">
          {label}
        </span>
        {aside}
      </div>
      {children}
    </div>
  );
}
