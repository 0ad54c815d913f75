import { ContextMenu, DropdownMenu } from 'radix-ui';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import './Menu.css';

export type MenuItem =
  | {
      readonly label: string;
      readonly icon?: ReactNode;
      readonly keys?: string;
      readonly disabled?: boolean;
      onSelect(): void;
    }
  | 'separator';

/**
 * Runs what was chosen after the menu is gone and focus is back where it was, so that a dialog that opens then
 * knows where to return it. Menus are not modal: modal ones write a style element into the page, which the
 * content security policy refuses.
 */
function useChoice(): { choose(item: Exclude<MenuItem, 'separator'>): void; finish(event: Event): void } {
  const chosen = useRef<() => void>(undefined);
  return {
    choose: (item) => {
      chosen.current = () => item.onSelect();
    },
    finish: () => {
      const run = chosen.current;
      chosen.current = undefined;
      if (run) queueMicrotask(run);
    },
  };
}

/**
 * Menus are a part of the page like any other: those who go through it by its landmarks find them, too. The landmark is
 * looked for when the menu opens: the one of a moment before may have left the page. A menu of a dialog is beside it:
 * everything behind a dialog is out of reach.
 */
function useLandmark(): { readonly container: HTMLElement | null; onOpenChange(open: boolean): void } {
  const [container, setContainer] = useState<HTMLElement | null>(null);
  const onOpenChange = (open: boolean): void => {
    if (open) setContainer(document.querySelector(document.querySelector('.dialog') ? 'body' : 'main'));
  };
  return { container, onOpenChange };
}

type ItemComponent = typeof DropdownMenu.Item | typeof ContextMenu.Item;

function itemsOf(
  items: readonly MenuItem[],
  Item: ItemComponent,
  Separator: typeof DropdownMenu.Separator | typeof ContextMenu.Separator,
  choose: (item: Exclude<MenuItem, 'separator'>) => void,
): ReactElement[] {
  return items.map((item, index) =>
    item === 'separator' ? (
      <Separator key={`separator-${index}`} className="menu-separator" />
    ) : (
      <Item key={item.label} className="menu-item" disabled={item.disabled ?? false} onSelect={() => choose(item)}>
        <span className="menu-icon" aria-hidden>
          {item.icon}
        </span>
        <span className="menu-label">{item.label}</span>
        {item.keys !== undefined && <kbd className="keys">{item.keys}</kbd>}
      </Item>
    ),
  );
}

interface MenuProps {
  readonly items: readonly MenuItem[];
  /** The button that opens the menu. */
  readonly children: ReactElement;
  readonly label: string;
  readonly align?: 'start' | 'end';
}

export function Menu({ items, children, label, align = 'end' }: MenuProps): ReactElement {
  const { choose, finish } = useChoice();
  const { container, onOpenChange } = useLandmark();
  return (
    <DropdownMenu.Root modal={false} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={container}>
        <DropdownMenu.Content
          className="menu"
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={finish}
        >
          {itemsOf(items, DropdownMenu.Item, DropdownMenu.Separator, choose)}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

interface RightClickMenuProps extends Omit<MenuProps, 'align'> {
  /** Nothing is opened where there is nothing to choose. */
  readonly disabled?: boolean;
}

/** The same menu on a right click, or on the menu key. */
export function RightClickMenu({ items, children, label, disabled = false }: RightClickMenuProps): ReactElement {
  const { choose, finish } = useChoice();
  const { container, onOpenChange } = useLandmark();
  return (
    <ContextMenu.Root modal={false} onOpenChange={onOpenChange}>
      <ContextMenu.Trigger asChild disabled={disabled}>
        {children}
      </ContextMenu.Trigger>
      <ContextMenu.Portal container={container}>
        <ContextMenu.Content className="menu" aria-label={label} collisionPadding={8} onCloseAutoFocus={finish}>
          {itemsOf(items, ContextMenu.Item, ContextMenu.Separator, choose)}
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
