import type { Verdict } from '../../../shared/domain/section.ts';
import type { SourceId } from '../../../shared/units.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { markersStore } from '../../stores/markers.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { judge } from '../../stores/playerVerdict.ts';
import { reviewStore } from '../../stores/review.ts';
import { undoStore } from '../../stores/undo.ts';
import { localOffset } from '../timeline/ticks.ts';

const tell = (message: string): void => noticesStore.getState().show('info', message);

/** What was played or chosen last gets the verdict. */
export function judgeCurrent(verdict: Verdict): void {
  const { current } = reviewStore.getState();
  if (current) attempt(judge(current, verdict));
  else tell('Choose a section first: J and K go through all of them.');
}

export function takeBack(): void {
  const step = undoStore.getState().undo();
  tell(step ? `Taken back: ${step.what}.` : 'There is nothing to take back.');
}

/** While something plays, at what is heard; else at the instant at which the key went down, ms since 1970 UTC. */
export function setMarker(pressedAt: number): void {
  const { recording, playing } = playerStore.getState();
  attempt(
    recording && playing
      ? addMarker({ at: recording.startedAt + deck.position * 1000, sourceId: recording.sourceId })
      : addMarker({ at: pressedAt }),
  );
}

async function addMarker({ at, sourceId }: { readonly at: number; readonly sourceId?: SourceId }): Promise<void> {
  const place = { at: Math.round(at), ...(sourceId === undefined ? {} : { sourceId }) };
  const marker = await markersStore.getState().add({ ...place, label: '' });
  noticesStore.getState().show('info', `Marker at ${wallTimeTenths(marker.at, localOffset(marker.at))}.`, {
    label: 'Name it',
    run: () => dialogsStore.getState().show({ name: 'marker', marker }),
  });
}
