import type { Recording } from '../../../shared/domain/recording.ts';
import { recordingLink } from '../../../shared/domain/recordingLink.ts';
import { noticesStore } from '../../stores/notices.ts';
import { playerStore } from '../../stores/player.ts';
import { deck } from '../../stores/playerDeck.ts';
import { copyText } from './copyText.ts';

/** Puts a link to a recording on the clipboard; to the playhead, where that is in it. */
export function copyLink({ id }: Recording): void {
  const isOpen = playerStore.getState().recording?.id === id;
  copyText(recordingLink({ id, ...(isOpen ? { atSeconds: deck.position } : {}) }));
  noticesStore.getState().show('info', isOpen ? 'Copied a link to this moment.' : 'Copied a link to the recording.');
}
