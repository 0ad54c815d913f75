import { Notification } from 'electron';
import type { Log } from '../shared/ports/log.ts';
import type { Notifier } from '../shared/ports/notifier.ts';

/** So many can be answered; an older one only goes away. */
const MOST_KEPT = 50;

/**
 * Notifications of this desktop; a click brings the window to the front. Buttons are there where Electron offers them:
 * on macOS, and on Windows from Electron 40 on.
 */
export function createNotifier(onClick: () => void, log: Log): Notifier {
  // One that is collected as garbage is still shown, and no longer answered.
  const shown = new Set<Notification>();
  return {
    notify: ({ title, body, urgent, actions = [] }) => {
      if (!Notification.isSupported()) return;
      const notification = new Notification({
        title,
        body,
        urgency: urgent ? 'critical' : 'normal',
        actions: actions.map(({ label }) => ({ type: 'button', text: label })),
      });
      const [oldest] = shown;
      if (oldest && shown.size >= MOST_KEPT) shown.delete(oldest);
      shown.add(notification);
      notification.on('click', onClick);
      notification.on('action', (_, index) => actions[index]?.run());
      notification.on('close', () => shown.delete(notification));
      notification.on('failed', (_, error) => {
        shown.delete(notification);
        log.warn('A notification could not be shown.', { error });
      });
      notification.show();
    },
  };
}
