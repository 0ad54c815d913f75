import { createStore, useStore } from 'zustand';

/** Where the list is asked to go. */
export interface JumpTarget {
  readonly day: string;
  /** ms since 1970 UTC; without it, the line of the day. */
  readonly at?: number | undefined;
  /** A gap's line, where there is one; else the recording at that time. */
  readonly gapId?: string | undefined;
  /** Focus stays where it is. */
  readonly quiet?: boolean;
}

interface JumpState {
  readonly target: JumpTarget | undefined;
  go(target: JumpTarget): void;
  /** The list is there. */
  arrived(): void;
}

export const jumpStore = createStore<JumpState>()((set) => ({
  target: undefined,
  go: (target) => set({ target }),
  arrived: () => set({ target: undefined }),
}));

export function useJump<Selected>(select: (state: JumpState) => Selected): Selected {
  return useStore(jumpStore, select);
}
