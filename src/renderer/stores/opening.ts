import { on, request } from '../bridge/bridge.ts';
import { jumpStore } from './jump.ts';
import { attempt, noticesStore } from './notices.ts';
import { playerStore } from './player.ts';

/** Shows what was opened from outside of the window: the last of several plays, and the list leads to it. */
export async function showOpened(): Promise<void> {
  for (const opened of await request('opening.take', {})) {
    if (opened.kind === 'problem') {
      noticesStore.getState().show('error', opened.message);
      continue;
    }
    const { recording, atSeconds } = opened;
    jumpStore.getState().go({ day: recording.day, at: recording.startedAt, quiet: true });
    await playerStore.getState().openAt(recording, atSeconds ?? 0);
  }
}

/** Returns the end of it. */
export function followOpening(): () => void {
  return on('opening.changed', () => attempt(showOpened()));
}
