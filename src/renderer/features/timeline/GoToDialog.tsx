import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { request } from '../../bridge/bridge.ts';
import { Button } from '../../elements/Button.tsx';
import { TextInput } from '../../elements/controls.tsx';
import { Dialog } from '../../elements/Dialog.tsx';
import { Field } from '../../elements/Field.tsx';
import { clockTime } from '../../format/clockTime.ts';
import { dayTitle } from '../../format/time.ts';
import { listenAt } from '../../stores/listening.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { reviewStore, useReview } from '../../stores/review.ts';
import { showDays } from '../../stores/showDays.ts';
import { timelineStore } from '../../stores/timeline.ts';

/** So much is seen on both sides of the time, ms. */
const BESIDE_MS = 30_000;

/** Plays what was recorded at a time of a day. */
export function GoToDialog({ onClose }: { onClose(): void }): ReactElement {
  const { fromDay, toDay } = useReview((state) => state.period);
  const [day, setDay] = useState(toDay);
  const [time, setTime] = useState('');
  const [tried, setTried] = useState(false);
  const form = useId();
  const ms = clockTime(time);
  const error = tried && ms === undefined ? 'Enter a time such as 14:02 or 14:02:11.' : undefined;

  const go = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const midnight = new Date(`${day}T00:00:00`);
    if (ms === undefined || Number.isNaN(midnight.getTime())) return;
    // By the clock and not by adding: a day may have 23 or 25 hours.
    const at = midnight.setHours(0, 0, 0, ms);
    onClose();
    if (day < fromDay || day > toDay) showDays(day);
    attempt(goTo(at, time.trim(), day));
  };

  return (
    <Dialog
      title="Go to a time"
      width="narrow"
      onClose={onClose}
      footer={
        <Button look="primary" type="submit" form={form}>
          Go
        </Button>
      }
    >
      <form id={form} className="fields" onSubmit={go}>
        <div className="field-row">
          <Field label="Time" error={error} hint="Such as 14:02 or 14:02:11.">
            {(control) => <TextInput {...control} value={time} onChange={(event) => setTime(event.target.value)} />}
          </Field>
          <Field label="Day">
            {(control) => (
              <TextInput {...control} type="date" value={day} onChange={(event) => setDay(event.target.value)} />
            )}
          </Field>
        </div>
      </form>
    </Dialog>
  );
}

/** Shows the instant and plays the source that is in the player, or else the first one that was recorded then. */
async function goTo(at: number, time: string, day: string): Promise<void> {
  if (!reviewStore.getState().shown) reviewStore.getState().toggle();
  timelineStore.getState().look({ from: at - BESIDE_MS, to: at + BESIDE_MS });
  const { lanes } = await request('review.timeline', { from: at, to: at + 1, resolutionMs: 0 });
  const open = playerStore.getState().recording?.sourceId;
  const found = lanes
    .toSorted((a, b) => Number(b.sourceId === open) - Number(a.sourceId === open))
    .flatMap(({ extents }) => extents)
    .find(({ from, to }) => from <= at && to > at);
  if (found) await listenAt(found, at);
  else noticesStore.getState().show('info', `Nothing was recorded on ${dayTitle(day)} at ${time}.`);
}
