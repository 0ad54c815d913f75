import type { ComponentProps, ReactElement } from 'react';
import { classes } from './classes.ts';
import { Tooltip } from './Tooltip.tsx';
import './Button.css';

interface ButtonProps extends ComponentProps<'button'> {
  /** `primary`: the one action that a person most likely wants here. */
  readonly look?: 'primary' | 'plain' | 'quiet';
}

export function Button({ look = 'plain', className, type = 'button', ...rest }: ButtonProps): ReactElement {
  return <button type={type} className={classes('button', `button-${look}`, className)} {...rest} />;
}

interface IconButtonProps extends ComponentProps<'button'> {
  /** What the button does; its name and its tooltip. */
  readonly label: string;
  /** The key that does the same, shown in the tooltip. */
  readonly keys?: string;
}

export function IconButton({ label, keys, className, type = 'button', ...rest }: IconButtonProps): ReactElement {
  return (
    <Tooltip text={label} {...(keys === undefined ? {} : { keys })}>
      <button type={type} aria-label={label} className={classes('icon-button', className)} {...rest} />
    </Tooltip>
  );
}
