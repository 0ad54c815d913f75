import { Tooltip as Radix } from 'radix-ui';
import type { ReactElement } from 'react';
import './Tooltip.css';

export const TooltipProvider = Radix.Provider;

interface TooltipProps {
  readonly text: string;
  readonly keys?: string;
  readonly children: ReactElement;
}

/** Shows the name of a control, and its key, after a moment. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactElement {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tooltip" sideOffset={4} collisionPadding={8}>
          {text}
          {keys !== undefined && <kbd className="keys">{keys}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
