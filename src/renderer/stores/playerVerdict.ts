import { request } from '../bridge/bridge.ts';
import type { SoundEvent, Verdict } from '../../shared/domain/section.ts';
import { playerMarksStore } from './playerMarks.ts';
import { playerStore } from './player.ts';

/** What a person says of an event; the same once more takes it back. With auto-advance, the next one is played. */
export async function judge(event: SoundEvent, verdict: Verdict): Promise<void> {
  const ids = event.sections.map(({ id }) => id);
  const known = playerMarksStore.getState().sections.find(({ id }) => ids.includes(id)) ?? event;
  const next = known.verdict === verdict ? null : verdict;
  await request('review.setVerdict', { ids, verdict: next });
  if (next !== null && playerStore.getState().autoAdvance) await playerStore.getState().stepEvent(1);
}
