import type { Verdict } from '../../../shared/domain/section.ts';
import type { Recording } from '../../../shared/domain/recording.ts';
import { wallTimeTenths } from '../../format/time.ts';
import { canPlay } from '../../format/recording.ts';
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

/**
 * At the playhead, playing or not, while a recording is open; else now, for all sources. `pressedAt`: when the key went
 * down, ms since 1970 UTC.
 */
export function setMarker(pressedAt: number): void {
  const { recording, playing, rate } = playerStore.getState();
  if (!recording || !canPlay(recording)) return setMarkerNow(pressedAt);
  const sinceMs = playing ? (Date.now() - pressedAt) * rate : 0;
  // A pre-roll may be audio of the recording before.
  const heard = deck.offset * 1000;
  attempt(addMarker(recording.startedAt + Math.max(Math.min(0, heard), heard - sinceMs), recording));
}

/** At the instant at which the key went down, ms since 1970 UTC, whatever is open. */
export function setMarkerNow(pressedAt: number): void {
  attempt(addMarker(pressedAt));
}

async function addMarker(at: number, recording?: Recording): Promise<void> {
  const place = { at: Math.round(at), ...(recording ? { sourceId: recording.sourceId } : {}) };
  const marker = await markersStore.getState().add({ ...place, label: '' });
  const time = wallTimeTenths(marker.at, recording?.offsetMinutes ?? localOffset(marker.at));
  const where = recording ? `, at the playhead in ${recording.sourceName}` : ', now';
  noticesStore.getState().show('info', `Marker at ${time}${where}.`, {
    label: 'Name it',
    run: () => dialogsStore.getState().show({ name: 'marker', marker }),
  });
}
