import { type ChildProcess, execFile, spawn } from 'node:child_process';
import type { Log } from '../shared/ports/log.ts';
import type { NoticeAction } from '../shared/ports/notifier.ts';

export interface OfferedNotice {
  readonly title: string;
  readonly body: string;
  readonly urgent: boolean;
  readonly actions: readonly NoticeAction[];
  readonly onClick: () => void;
}

const COMMAND = 'notify-send';
/** The action of a click on the notification itself (Desktop Notifications Specification). */
const CLICK = 'default';
/** So many wait for an answer; an older one can no longer be answered. */
const MOST_WAITING = 10;
const HELP_MS = 5000;

/**
 * Notifications with buttons on Linux, where Electron has none: by `notify-send`, which knows them since libnotify 0.8.
 */
export class NotifySend {
  readonly #log: Log;
  readonly #waiting = new Set<ChildProcess>();
  #isAble: Promise<boolean> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Shows a notice and runs what is chosen. False when it could not be shown. */
  async offer(notice: OfferedNotice): Promise<boolean> {
    this.#isAble ??= isAble();
    return (await this.#isAble) && this.#send(notice);
  }

  /** Nobody answers any more. */
  end(): void {
    for (const child of this.#waiting) child.kill();
    this.#waiting.clear();
  }

  /** It runs until the notification is answered or goes away. */
  #send({ title, body, urgent, actions, onClick }: OfferedNotice): Promise<boolean> {
    const offered = [`${CLICK}=Open Longtake`, ...actions.map(({ label }, index) => `${index}=${label}`)];
    const args = ['--app-name=Longtake', '--icon=longtake', `--urgency=${urgent ? 'critical' : 'normal'}`];
    const child = spawn(COMMAND, [...args, ...offered.map((one) => `--action=${one}`), '--', title, escaped(body)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [oldest] = this.#waiting;
    if (oldest && this.#waiting.size >= MOST_WAITING) {
      this.#waiting.delete(oldest);
      oldest.kill();
    }
    this.#waiting.add(child);
    let answer = '';
    child.stdout.on('data', (data: Buffer) => {
      answer += data.toString();
    });
    return new Promise((resolve) => {
      child.on('error', (error) => {
        this.#log.warn('A notification could not be shown.', { error: String(error) });
        this.#waiting.delete(child);
        resolve(false);
      });
      child.on('close', (code, signal) => {
        const isOurs = this.#waiting.delete(child);
        resolve(code === 0 || signal !== null);
        if (!isOurs || code !== 0) return;
        const chosen = answer.trim();
        if (chosen === CLICK) onClick();
        else if (chosen !== '') actions[Number(chosen)]?.run();
      });
    });
  }
}

function isAble(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(COMMAND, ['--help'], { timeout: HELP_MS }, (error, help) => resolve(!error && help.includes('--action')));
  });
}

/** Desktops read the text as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
