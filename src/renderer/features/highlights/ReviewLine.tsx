import type { ReactElement } from 'react';
import { amount, count } from '../../format/quantity.ts';
import { Button } from '../../elements/Button.tsx';
import { dialogsStore } from '../../stores/dialogs.ts';
import { day as asDay } from '../../../shared/units.ts';
import { useReview } from '../../stores/review.ts';

const exportReel = (day: string): void =>
  dialogsStore.getState().show({ name: 'export', content: { kind: 'reel', day: asDay(day) } });

/** How far the review of the days in view is. */
export function ReviewLine(): ReactElement | null {
  const total = useReview((state) => state.total);
  const reviewed = useReview((state) => state.reviewed);
  const starred = useReview((state) => state.starred);
  const told = useReview((state) => state.told);
  const { fromDay, toDay } = useReview((state) => state.period);
  return (
    <div className="review-line">
      <p className="visually-hidden" role="status">
        {told}
      </p>
      {total > 0 && (
        <p title={`${count(total, 'section')}: ${reviewed} with a verdict, ${starred} starred`}>
          {reviewed === 0 ? (
            count(total, 'section')
          ) : (
            <>
              {amount(reviewed)} of {amount(total)} reviewed
              {starred > 0 && `, ${amount(starred)} starred`}
            </>
          )}
        </p>
      )}
      {starred > 0 && fromDay === toDay && (
        <Button
          look="quiet"
          onClick={() => exportReel(fromDay)}
          title="All starred sections of the day as files, one file or a table"
        >
          Reel…
        </Button>
      )}
    </div>
  );
}
