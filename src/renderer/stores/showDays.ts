import { jumpStore } from './jump.ts';
import { libraryStore } from './library.ts';
import { attempt } from './notices.ts';
import { orderedPeriod } from './period.ts';
import { reviewStore } from './review.ts';

/** Shows the highlights of a day, or of all days up to another one, and goes to the last of them in the list. */
export function showDays(day: string, other = day): void {
  const period = orderedPeriod(day, other);
  reviewStore.getState().show(period);
  attempt(
    libraryStore
      .getState()
      .reach(period.toDay)
      .then(() => jumpStore.getState().go({ day: period.toDay, quiet: true })),
  );
}
