import type { Alarm } from '../../shared/domain/alarm.ts';
import type { Notifier } from '../../shared/ports/notifier.ts';
import type { Scope } from '../../shared/scope.ts';

/** What is raised within this long is told together, ms: one cable can be the end of ten sources. */
const TOGETHER_MS = 1500;
/** Sentences in one notification; the others are counted. */
const MOST_SENTENCES = 4;

/** Tells raised alarms to a person by notifications of the desktop, and many at once by one. */
export class AlarmNotices {
  readonly #notifier: Notifier;
  readonly #scope: Scope;
  readonly #onSeen: (alarms: readonly Alarm[]) => void;
  #raised: Alarm[] = [];

  /** `onSeen`: the person says in the notification that they have seen these. */
  constructor(notifier: Notifier, scope: Scope, onSeen: (alarms: readonly Alarm[]) => void) {
    this.#notifier = notifier;
    this.#scope = scope;
    this.#onSeen = onSeen;
  }

  raised(alarm: Alarm): void {
    this.#raised.push(alarm);
    if (this.#raised.length === 1) this.#scope.timeout(TOGETHER_MS, () => this.#tell());
  }

  #tell(): void {
    const raised = this.#raised;
    const notice = noticeOf(raised);
    this.#raised = [];
    const seen = { label: raised.length > 1 ? 'Seen all' : 'Seen', run: () => this.#onSeen(raised) };
    if (notice) this.#notifier.notify({ ...notice, urgent: true, actions: [seen] });
  }
}

/** Title and text of the notification about these alarms. */
export function noticeOf(alarms: readonly Alarm[]): { readonly title: string; readonly body: string } | undefined {
  const [first] = alarms;
  if (!first) return undefined;
  if (alarms.length === 1) {
    return { title: `Alarm: ${first.sourceName ?? 'recordings folder'}`, body: `${first.message} ${first.advice}` };
  }
  const more = alarms.length - MOST_SENTENCES;
  const sentences = alarms.slice(0, MOST_SENTENCES).map(({ message }) => message);
  if (more > 0) sentences.push(`And ${more} more.`);
  return { title: `${alarms.length} alarms`, body: sentences.join('\n') };
}
