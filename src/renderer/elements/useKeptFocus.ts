import { useEffect } from 'react';

/** No field is among them: the next key would be typed into it. */
const FOCUSABLE = 'button:not(:disabled), summary, a[href], [tabindex="0"]';

const isThere = (element: Element): boolean => element.isConnected && element.checkVisibility();

/** What can take focus next to an element that is still there, but cannot have it any more: after it, else before it. */
function beside(element: Element, all: readonly HTMLElement[]): HTMLElement | undefined {
  const comesAfter = (other: Element): boolean =>
    (element.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  return all.find(comesAfter) ?? all.findLast((other) => other !== element && !comesAfter(other));
}

/** The nearest place to go on from: in what still stands around the element that had focus. */
function nearest(path: readonly Element[]): HTMLElement | undefined {
  const [lost, ...around] = path;
  for (const container of around) {
    if (!isThere(container) || container.matches('body, html, .app, #root')) continue;
    if (container instanceof HTMLElement && container.matches('main')) return container;
    const all = [...container.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(isThere);
    const found = lost && isThere(lost) ? beside(lost, all) : all[0];
    if (found) return found;
  }
  return document.querySelector<HTMLElement>('main') ?? undefined;
}

/**
 * Who works by the keyboard never starts from the top of the window again because what had focus is gone: a button that
 * closed its panel, the entry that was removed, a control that cannot be used now.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let path: readonly Element[] = [];
    let frame: number | undefined;
    const remember = ({ target }: FocusEvent): void => {
      path = [];
      if (!(target instanceof Element)) return;
      const around: Element[] = [];
      for (let element: Element | null = target; element; element = element.parentElement) around.push(element);
      path = around;
    };
    const look = (): void => {
      frame = undefined;
      const [lost] = path;
      if (!lost || document.activeElement !== document.body) return;
      if (isThere(lost) && !lost.matches(':disabled')) return;
      nearest(path)?.focus({ preventScroll: true });
    };
    const observer = new MutationObserver(() => {
      if (document.activeElement === document.body || document.activeElement?.matches(':disabled') === true) {
        frame ??= requestAnimationFrame(() => {
          frame = requestAnimationFrame(look);
        });
      }
    });
    document.addEventListener('focusin', remember, { capture: true });
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['disabled', 'hidden'],
    });
    return () => {
      document.removeEventListener('focusin', remember, { capture: true });
      observer.disconnect();
      if (frame !== undefined) cancelAnimationFrame(frame);
    };
  }, []);
}
