import type { ReactElement } from 'react';
import { amount, count } from '../../format/quantity.ts';
import { useReview } from '../../stores/review.ts';

/** How far the review of the days in view is. */
export function ReviewLine(): ReactElement | null {
  const total = useReview((state) => state.total);
  const reviewed = useReview((state) => state.reviewed);
  const starred = useReview((state) => state.starred);
  const told = useReview((state) => state.told);
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
    </div>
  );
}
