import type { Recording } from '../../shared/domain/recording.ts';
import { selectionStore } from './selection.ts';

/** What is repeated, s from the start of the recording. */
export interface Loop {
  readonly from: number;
  readonly to: number;
}

/** A selection is taken once it has not changed for so long, ms: it is dragged in many steps. */
const SETTLED_MS = 250;
/** So near before its end it is over, s: a timer told of the end. */
const AT_END_S = 0.02;

export function loopOf(recording: Recording | undefined): Loop | undefined {
  const { selection } = selectionStore.getState();
  return recording && selection?.recordingId === recording.id ? selection : undefined;
}

export const isAtEnd = ({ to }: Loop, at: number): boolean => at >= to - AT_END_S;

/** Tells once the selection has settled. Returns the end of it. */
export function followSelection(settled: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = selectionStore.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(settled, SETTLED_MS);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
