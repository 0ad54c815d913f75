import { assertNever } from '../../../shared/assertNever.ts';
import { explanationStore } from '../../stores/explanation.ts';
import { inspectorStore } from '../../stores/inspector.ts';
import { attempt, noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { lengthOf } from '../../stores/playerLength.ts';
import { playerMarksStore } from '../../stores/playerMarks.ts';
import { playerViewStore } from '../../stores/playerView.ts';
import { selectionStore } from '../../stores/selection.ts';
import { isNarrow } from '../inspector/useNarrow.ts';

const ZOOM = 1.6;
/** `,` and `.` move by this part of what is seen. */
const NUDGE = 0.01;
/** So near the playhead is at a marker that was gone to, s. */
const AT_MARKER_S = 0.05;
/** So much of a selection is seen on either side of it. */
const BESIDE = 0.1;

export type PlayerCommand =
  | 'previousEvent'
  | 'nextEvent'
  | 'nextUnreviewed'
  | 'loop'
  | 'autoAdvance'
  | 'openInFile'
  | 'fullView'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomAll'
  | 'zoomSelection'
  | 'selectFrom'
  | 'selectTo'
  | 'selectBetween'
  | 'selectNothing'
  | 'nudgeBack'
  | 'nudgeForward'
  | 'details'
  | 'explain';

/** What a key, or the button with the same name, does to what the player has open. */
export function runPlayerCommand(command: PlayerCommand): void {
  const player = playerStore.getState();
  const view = playerViewStore.getState();
  switch (command) {
    case 'previousEvent':
      return attempt(player.stepEvent(-1));
    case 'nextEvent':
      return attempt(player.stepEvent(1));
    case 'nextUnreviewed':
      return attempt(player.stepEvent(1, true));
    case 'loop':
      return player.setLoop(!player.loop);
    case 'autoAdvance':
      return player.setAutoAdvance(!player.autoAdvance);
    case 'openInFile':
      return player.openInFile();
    case 'fullView':
      return view.setFull(!view.full);
    case 'zoomIn':
      return zoom(1 / ZOOM);
    case 'zoomOut':
      return zoom(ZOOM);
    case 'zoomAll':
      return view.all();
    case 'zoomSelection':
      return zoomToSelection();
    case 'selectFrom':
    case 'selectTo':
      return selectHere(command);
    case 'selectBetween':
      return selectBetween();
    case 'selectNothing':
      return selectionStore.getState().clear();
    case 'nudgeBack':
      return nudge(-NUDGE);
    case 'nudgeForward':
      return nudge(NUDGE);
    case 'details':
      return inspectorStore.getState().toggle(isNarrow());
    case 'explain':
      return explainHere();
    default:
      return assertNever(command);
  }
}

/** Around the playhead, where it is in sight; else around the middle. */
function zoom(factor: number): void {
  const { span, zoom: zoomBy } = playerViewStore.getState();
  const at = deck.position;
  const isSeen = !span || (at >= span.from && at <= span.to);
  zoomBy(factor, isSeen ? at : (span.from + span.to) / 2);
}

function zoomToSelection(): void {
  const { recording, clip } = playerStore.getState();
  const { selection } = selectionStore.getState();
  const section = clip?.parts[clip.part];
  const [from, to] =
    selection && selection.recordingId === recording?.id
      ? [selection.from, selection.to]
      : [section?.fromSeconds, section?.toSeconds];
  if (from === undefined || to === undefined) return;
  const beside = (to - from) * BESIDE;
  playerViewStore.getState().show({ from: from - beside, to: to + beside });
}

function selectHere(which: 'selectFrom' | 'selectTo'): void {
  const { recording } = playerStore.getState();
  if (!recording) return;
  const { setIn, setOut } = selectionStore.getState();
  if (which === 'selectFrom') setIn(recording.id, deck.position, lengthOf(recording));
  else setOut(recording.id, deck.position);
}

/** From the marker before the playhead to the one after it; where there is none, from the start or to the end. */
function selectBetween(): void {
  const { recording } = playerStore.getState();
  if (!recording) return;
  const places = playerMarksStore.getState().markers.map(({ at }) => (at - recording.startedAt) / 1000);
  if (places.length === 0) {
    noticesStore.getState().show('info', 'This recording has no markers yet: M sets one at the playhead.');
    return;
  }
  const from = places.findLast((at) => at <= deck.position + AT_MARKER_S) ?? 0;
  const to = places.find((at) => at > from) ?? lengthOf(recording);
  selectionStore.getState().select(recording.id, Math.max(0, from), to);
}

function explainHere(): void {
  const { recording } = playerStore.getState();
  if (recording) attempt(explanationStore.getState().explain(recording, deck.position));
}

function nudge(part: number): void {
  const { recording, seekTo } = playerStore.getState();
  if (!recording) return;
  const { span, follow } = playerViewStore.getState();
  const size = span ? span.to - span.from : lengthOf(recording);
  const at = deck.position + size * part;
  seekTo(at);
  follow(at);
}
