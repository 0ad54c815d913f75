import { createStore, useStore } from 'zustand';
import { request, type RequestOutput } from '../bridge/bridge.ts';
import { LongtakeError } from '../../shared/errors.ts';
import type { Recording } from '../../shared/domain/recording.ts';
import type { RecordingId } from '../../shared/units.ts';
import { playerStore } from './player.ts';

type Explanation = RequestOutput<'review.explain'>;

interface ExplanationState {
  readonly spot:
    | {
        readonly recordingId: RecordingId;
        /** s */
        readonly at: number;
        /** A sentence instead: why there is no explanation. */
        readonly explanation: Explanation | string;
      }
    | undefined;
  /** Why a spot is, or is not, in a section. */
  explain(recording: Recording, at: number): Promise<void>;
  clear(): void;
}

export const explanationStore = createStore<ExplanationState>()((set) => {
  /** Counts what was asked, so that a slow answer never replaces a newer one. */
  let asked = 0;
  return {
    spot: undefined,
    async explain({ id }, at) {
      asked += 1;
      const mine = asked;
      let explanation: Explanation | string;
      try {
        explanation = await request('review.explain', { recordingId: id, atSeconds: at });
      } catch (error) {
        if (!(error instanceof LongtakeError)) throw error;
        explanation = error.message;
      }
      if (mine === asked) set({ spot: { recordingId: id, at, explanation } });
    },
    clear() {
      asked += 1;
      set({ spot: undefined });
    },
  };
});

/** An explanation is of the recording that is open. Returns the end of it. */
export function followExplained(): () => void {
  return playerStore.subscribe(({ recording }, before) => {
    if (recording?.id !== before.recording?.id) explanationStore.getState().clear();
  });
}

export function useExplanation<Selected>(select: (state: ExplanationState) => Selected): Selected {
  return useStore(explanationStore, select);
}
