import type { Page } from 'playwright-core';

/**
 * Controls that a pointer cannot reach, though they are there: cut off, or covered by something else. What scrolls is
 * scrolled to them first. With a dialog open, those of the dialog.
 */
export function outOfReach(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const root = [...document.querySelectorAll('[role="dialog"]')].at(-1) ?? document;
    const lost: string[] = [];
    for (const control of root.querySelectorAll('button:not(:disabled), input, select, textarea, summary')) {
      // The buttons of a line are seen when it is pointed at; its menu has them, too.
      if (!control.checkVisibility({ visibilityProperty: true }) || control.closest('.line, [aria-hidden="true"]')) {
        continue;
      }
      control.scrollIntoView({ block: 'center', inline: 'center' });
      await new Promise(requestAnimationFrame);
      const { left, right, top, width, height } = control.getBoundingClientRect();
      if (width < 2 || height < 2) continue;
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      const isHit = hit !== null && (control.contains(hit) || hit.contains(control) || hit.closest('label') !== null);
      const name = control.getAttribute('aria-label') ?? control.textContent;
      if (!isHit || right > innerWidth + 1 || left < -1) lost.push(name);
    }
    return lost;
  });
}
