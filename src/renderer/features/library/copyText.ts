import { noticesStore } from '../../stores/notices.ts';

/**
 * Puts text on the clipboard, as the answer to a click or a key. The window is denied every permission, that of
 * the asynchronous clipboard too; the copy event needs none.
 */
export function copyText(text: string): void {
  const fill = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener('copy', fill, { capture: true });
  try {
    if (!document.execCommand('copy')) noticesStore.getState().show('error', 'Nothing could be copied.');
  } finally {
    document.removeEventListener('copy', fill, { capture: true });
  }
}
