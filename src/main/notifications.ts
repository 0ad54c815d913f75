import { Notification } from 'electron';
import type { Log } from '../shared/ports/log.ts';
import type { Notifier } from '../shared/ports/notifier.ts';
import { NotifySend } from './notifySend.ts';

/** So many can be answered; an older one only goes away. */
const MOST_KEPT = 50;

type Notice = Parameters<Notifier['notify']>[0];

/**
 * Notifications of this desktop; a click brings the window to the front. Buttons are there where Electron offers them,
 * on macOS and with newer ones on Windows, and on Linux where {@link NotifySend} does.
 */
export class DesktopNotifier implements Notifier {
  readonly #onClick: () => void;
  readonly #log: Log;
  readonly #send: NotifySend | undefined;
  /** One that is collected as garbage is still shown, and no longer answered. */
  readonly #shown = new Set<Notification>();

  constructor(onClick: () => void, log: Log) {
    this.#onClick = onClick;
    this.#log = log;
    this.#send = process.platform === 'linux' ? new NotifySend(log) : undefined;
  }

  notify(notice: Notice): void {
    const { actions = [] } = notice;
    if (!this.#send || actions.length === 0) return this.#show(notice);
    void this.#send.offer({ ...notice, actions, onClick: this.#onClick }).then((isShown) => {
      if (!isShown) this.#show(notice);
    });
  }

  end(): void {
    this.#send?.end();
  }

  #show({ title, body, urgent, actions = [] }: Notice): void {
    if (!Notification.isSupported()) return;
    const notification = new Notification({
      title,
      body,
      urgency: urgent ? 'critical' : 'normal',
      actions: actions.map(({ label }) => ({ type: 'button', text: label })),
    });
    const [oldest] = this.#shown;
    if (oldest && this.#shown.size >= MOST_KEPT) this.#shown.delete(oldest);
    this.#shown.add(notification);
    notification.on('click', this.#onClick);
    notification.on('action', (_, index) => actions[index]?.run());
    notification.on('close', () => this.#shown.delete(notification));
    notification.on('failed', (_, error) => {
      this.#shown.delete(notification);
      this.#log.warn('A notification could not be shown.', { error });
    });
    notification.show();
  }
}
