import type { SoundEvent, Verdict } from '../../shared/domain/section.ts';
import { playerStore } from './player.ts';
import { reviewStore } from './review.ts';

/** What a person says of an event; the same once more takes it back. With auto-advance, the next one is played. */
export async function judge(event: SoundEvent, verdict: Verdict): Promise<void> {
  const { events, current, judge: say } = reviewStore.getState();
  const known = [current, ...events].find((one) => one?.id === event.id) ?? event;
  await say(known, verdict);
  if (known.verdict !== verdict && playerStore.getState().autoAdvance) await playerStore.getState().stepEvent(1);
}
