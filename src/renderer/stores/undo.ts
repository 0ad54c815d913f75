import { createStore } from 'zustand';
import { attempt } from './notices.ts';

/** Older steps are forgotten. */
const MOST_STEPS = 200;

/** Something that a person did and may take back. */
export interface UndoStep {
  /** What was done, as in `Undo: Starred 14:02:11`. */
  readonly what: string;
  undo(): Promise<void>;
}

interface UndoState {
  /** The last one is taken back first. */
  readonly steps: readonly UndoStep[];
  did(step: UndoStep): void;
  /** Takes back what was done last; undefined when there is nothing. */
  undo(): UndoStep | undefined;
  /** It was taken back in another way. */
  forget(step: UndoStep): void;
}

export const undoStore = createStore<UndoState>()((set, get) => ({
  steps: [],
  did(step) {
    set({ steps: [...get().steps, step].slice(-MOST_STEPS) });
  },
  undo() {
    const step = get().steps.at(-1);
    if (!step) return undefined;
    get().forget(step);
    attempt(step.undo());
    return step;
  },
  forget(step) {
    set({ steps: get().steps.filter((other) => other !== step) });
  },
}));
