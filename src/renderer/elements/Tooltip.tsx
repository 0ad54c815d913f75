import { Tooltip as Radix } from 'radix-ui';
import { type ComponentProps, type FocusEvent, type ReactElement, useEffect } from 'react';
import './Tooltip.css';

/** Whether focus moves because of the Tab key. A dialog or menu that gives focus back does not ask for a tooltip. */
let isTabbing = false;

function noteInput(event: Event): void {
  isTabbing = event instanceof KeyboardEvent && event.key === 'Tab';
}

export function TooltipProvider(props: ComponentProps<typeof Radix.Provider>): ReactElement {
  useEffect(() => {
    const options = { capture: true } as const;
    document.addEventListener('keydown', noteInput, options);
    document.addEventListener('pointerdown', noteInput, options);
    return () => {
      document.removeEventListener('keydown', noteInput, options);
      document.removeEventListener('pointerdown', noteInput, options);
    };
  }, []);
  return <Radix.Provider {...props} />;
}

function openOnTab(event: FocusEvent): void {
  if (!isTabbing) event.preventDefault();
}

interface TooltipProps {
  readonly text: string;
  readonly keys?: string;
  readonly children: ReactElement;
}

/** Shows the name of a control, and its key, after a moment. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactElement {
  return (
    <Radix.Root>
      <Radix.Trigger asChild onFocus={openOnTab}>
        {children}
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tooltip" sideOffset={4} collisionPadding={8}>
          {text}
          {keys !== undefined && <kbd className="keys">{keys}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
