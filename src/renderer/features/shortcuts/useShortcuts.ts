import { useEffect } from 'react';
import { assertNever } from '../../../shared/assertNever.ts';
import { dialogsStore } from '../../stores/dialogs.ts';
import { attempt } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { toggleAllPaused } from '../sources/sourceActions.tsx';
import { runExportCommand } from '../exports/exportCommands.ts';
import { runPlayerCommand } from '../player/playerCommands.ts';
import { reviewStore } from '../../stores/review.ts';
import { judgeCurrent, setMarker, setMarkerNow, takeBack } from '../highlights/reviewActions.ts';
import { type Command, commandOf, type Focus, isRepeated } from './shortcuts.ts';

/** The parts of the window that F6 goes through. */
const PARTS = ['#sources', '#recordings', '#inspector', '#player'] as const;
const FOCUSABLE = 'button:not(:disabled), input, select, [tabindex="0"]';

/** `clicked`: focus came by the pointer. Space then means the player, and not once more the button that was clicked. */
function focusOf(target: EventTarget | null, clicked: boolean): Focus {
  if (!(target instanceof HTMLElement)) return 'elsewhere';
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return 'text';
  if (target instanceof HTMLInputElement) {
    return ['checkbox', 'radio', 'range', 'button'].includes(target.type) ? 'control' : 'text';
  }
  return target.closest('button') && !clicked ? 'control' : 'elsewhere';
}

function goToNextPart(): void {
  const parts = PARTS.map((selector) => document.querySelector(selector)).filter((part) => part !== null);
  const here = parts.findIndex((part) => part.contains(document.activeElement));
  for (let step = 1; step <= parts.length; step += 1) {
    const part = parts[(here + step) % parts.length];
    const target =
      part?.querySelector<HTMLElement>('[role="treegrid"], .record-button') ??
      part?.querySelector<HTMLElement>(FOCUSABLE);
    if (target) {
      target.focus();
      return;
    }
  }
}

/** Without an open recording these keys are left to whatever else may take them. */
const needsRecording = ({ name }: Command): boolean =>
  name === 'toggle' || name === 'seek' || name === 'previous' || name === 'next';

/** `pressedAt`: when the key went down, ms since 1970 UTC. */
function run(command: Command, pressedAt: number): void {
  const player = playerStore.getState();
  const { show } = dialogsStore.getState();
  switch (command.name) {
    case 'toggle':
      return player.toggle();
    case 'seek':
      return player.seekBy(command.seconds);
    case 'slower':
      return player.stepRate(-1);
    case 'faster':
      return player.stepRate(1);
    case 'previous':
      return attempt(player.step(-1));
    case 'next':
      return attempt(player.step(1));
    case 'previousEvent':
    case 'nextEvent':
    case 'nextUnreviewed':
    case 'loop':
    case 'autoAdvance':
    case 'openInFile':
    case 'fullView':
    case 'zoomIn':
    case 'zoomOut':
    case 'zoomAll':
    case 'zoomSelection':
    case 'selectFrom':
    case 'selectTo':
    case 'selectBetween':
    case 'selectNothing':
    case 'nudgeBack':
    case 'nudgeForward':
    case 'details':
    case 'explain':
      return runPlayerCommand(command.name);
    case 'verdict':
      return judgeCurrent(command.verdict);
    case 'undo':
      return takeBack();
    case 'highlights':
      return reviewStore.getState().toggle();
    case 'goTo':
      return show({ name: 'goTo' });
    case 'marker':
      return setMarker(pressedAt);
    case 'markerNow':
      return setMarkerNow(pressedAt);
    case 'cut':
    case 'export':
    case 'copyCut':
      return runExportCommand(command.name);
    case 'shortcuts':
      return show({ name: 'shortcuts' });
    case 'help':
      return show({ name: 'help' });
    case 'uploads':
      return show({ name: 'uploads' });
    case 'settings':
      return show({ name: 'settings' });
    case 'addSource':
      return show({ name: 'addSource', kind: 'soundcard' });
    case 'search':
      return document.querySelector<HTMLInputElement>('#search')?.focus();
    case 'pauseAll':
      return toggleAllPaused();
    case 'nextPart':
      return goToNextPart();
    default:
      return assertNever(command);
  }
}

/** Listens for the keys that work everywhere. An open dialog or menu has all keys to itself. */
export function useShortcuts(): void {
  useEffect(() => {
    const end = new AbortController();
    let pointer = false;
    let clicked = false;
    const listen = { signal: end.signal, capture: true };
    document.addEventListener('pointerdown', () => (pointer = true), listen);
    document.addEventListener('keydown', () => (pointer = false), listen);
    document.addEventListener('focusin', () => (clicked = pointer), listen);

    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || dialogsStore.getState().open) return;
      if (document.querySelector('[role="menu"]')) return;
      if (event.target instanceof Element && event.target.closest('[role="dialog"]')) return;
      const command = commandOf(event, focusOf(event.target, clicked));
      if (!command || (needsRecording(command) && !playerStore.getState().recording)) return;
      event.preventDefault();
      if (event.repeat && !isRepeated(command)) return;
      // A busy window comes to a key later than the person did.
      run(command, Date.now() - (performance.now() - event.timeStamp));
    };
    document.addEventListener('keydown', onKeyDown, { signal: end.signal });
    return () => end.abort();
  }, []);
}
