import { Popover as Radix } from 'radix-ui';
import { type ReactElement, type ReactNode, useState } from 'react';
import { classes } from './classes.ts';
import './Popover.css';

interface PopoverProps {
  /** Name of the panel, for assistive technology. */
  readonly label: string;
  /** The button that opens the panel. */
  readonly trigger: ReactElement;
  readonly align?: 'start' | 'center' | 'end';
  readonly className?: string;
  /** `close` is for a panel that is done when something was chosen. */
  readonly children: (close: () => void) => ReactNode;
}

/** A panel beside a button. It is not modal: modal ones write a style element into the page. */
export function Popover({ label, trigger, align = 'start', className, children }: PopoverProps): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={classes('popover', className)}
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
        >
          {children(() => setOpen(false))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
