import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactElement, type ReactNode, useState } from 'react';
import { classes } from './classes.ts';
import './Dialog.css';

interface DialogProps {
  readonly title: string;
  /** A sentence below the title. */
  readonly description?: string;
  /** `large`: a place with pages, as high as the window allows whatever it shows. */
  readonly width?: 'narrow' | 'medium' | 'wide' | 'large';
  /** Where focus goes when the element that had it before is gone. */
  readonly fallbackFocus?: string;
  /** There is nothing in it that takes focus, and it may be longer than the window: the keys must scroll it. */
  readonly isText?: boolean;
  readonly footer?: ReactNode;
  readonly children?: ReactNode;
  /** Takes Esc before the dialog does; true when it was meant for something else than closing. */
  onEscape?(): boolean;
  onClose(): void;
}

/** What had the focus before the first of the dialogs that led to each other. */
let opener: Element | null = null;

const CONTROL = ':is(button, input, select)';

/**
 * A dialog that keeps focus inside and gives it back. The backdrop is ours and not Radix's Overlay, which writes
 * a style element into the page that the content security policy refuses.
 */
export function Dialog(props: DialogProps): ReactElement {
  const { title, description, width = 'medium', footer, children, onClose, fallbackFocus = 'main' } = props;
  const reading = props.isText === true ? { tabIndex: 0, role: 'region', 'aria-label': title } : {};
  const [before] = useState(() => {
    const active = document.activeElement;
    if (active !== document.body && active?.closest('.dialog') === null) opener = active;
    return active;
  });

  const giveFocusBack = (event: Event): void => {
    event.preventDefault();
    // The dialog that this one led to, or came from, has it.
    if (document.querySelector('.dialog')) return;
    const target = [before, opener].find((element) => element?.isConnected === true && element !== document.body);
    (target instanceof HTMLElement ? target : document.querySelector<HTMLElement>(fallbackFocus))?.focus();
  };

  /**
   * Focus begins at what is marked for it, else in the body; without a control there, at the dialog itself and not at
   * the button that closes it.
   */
  const giveFocus = (event: Event): void => {
    const content = event.currentTarget;
    if (!(content instanceof HTMLElement)) return;
    const first = content.querySelector<HTMLElement>('[data-first-focus]');
    if (!first && content.querySelector(`.dialog-body ${CONTROL}, .dialog-foot ${CONTROL}`)) return;
    event.preventDefault();
    (first ?? content).focus();
  };

  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className="dialog-backdrop" />
        <div className="dialog-place">
          <Radix.Content
            className={classes('dialog', `dialog-${width}`)}
            // A click beside it must not throw away what was typed.
            onInteractOutside={(event) => event.preventDefault()}
            onEscapeKeyDown={(event) => props.onEscape?.() === true && event.preventDefault()}
            onOpenAutoFocus={giveFocus}
            onCloseAutoFocus={giveFocusBack}
            {...(description === undefined ? { 'aria-describedby': undefined } : {})}
          >
            <header className="dialog-head">
              <Radix.Title className="dialog-title">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="dialog-description">{description}</Radix.Description>
              )}
            </header>
            {children !== undefined && (
              <div className="dialog-body" {...reading}>
                {children}
              </div>
            )}
            {footer !== undefined && <footer className="dialog-foot">{footer}</footer>}
            {/* No tooltip: it would take the first Esc for itself when this button has the focus. */}
            <Radix.Close className="icon-button dialog-close" aria-label="Close" title="Close (Esc)">
              <X size={16} aria-hidden />
            </Radix.Close>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}
