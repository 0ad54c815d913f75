/** Tells a person something that cannot wait for them to look at the window. */
export interface Notifier {
  notify(notice: { readonly title: string; readonly body: string; readonly urgent: boolean }): void;
}
