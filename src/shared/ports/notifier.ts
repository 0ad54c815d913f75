/** What a person can do about a notice at once. */
export interface NoticeAction {
  readonly label: string;
  run(): void;
}

/** Tells a person something that cannot wait for them to look at the window. */
export interface Notifier {
  notify(notice: {
    readonly title: string;
    readonly body: string;
    readonly urgent: boolean;
    /** Offered where the desktop can, the most likely one first. */
    readonly actions?: readonly NoticeAction[];
  }): void;
}
