import { createStore, useStore } from 'zustand';
import { clamped, leastSpan, panned, showing, type Span, zoomed } from '../format/span.ts';
import { lengthOf } from './playerLength.ts';
import { playerStore } from './player.ts';

interface PlayerViewState {
  /** What the waveform shows; undefined: all of it, however long it grows. */
  readonly span: Span | undefined;
  /** The waveform is large, with the level below it. */
  readonly full: boolean;
  /** A `factor` below 1 comes nearer; what is at `anchor`, s, stays where it is. */
  zoom(factor: number, anchor: number): void;
  /** By a part of what is seen; below 0: to the left. */
  pan(part: number): void;
  show(span: Span): void;
  /** Moves so that the position is in sight. */
  follow(at: number): void;
  /** Moves so that the position is in the middle. */
  centre(at: number): void;
  all(): void;
  setFull(full: boolean): void;
}

export const playerViewStore = createStore<PlayerViewState>()((set, get) => {
  /** The stretch, the length, and the shortest stretch there is; undefined without a recording. */
  const here = (): { span: Span; length: number; least: number } | undefined => {
    const { recording } = playerStore.getState();
    if (!recording) return undefined;
    const length = lengthOf(recording);
    return { span: get().span ?? { from: 0, to: length }, length, least: leastSpan(recording.format.sampleRate) };
  };
  const put = (span: Span, length: number): void => {
    set({ span: span.from <= 0 && span.to >= length ? undefined : span });
  };
  return {
    span: undefined,
    full: false,
    zoom(factor, anchor) {
      const now = here();
      if (now) put(zoomed(now.span, now.length, now.least, factor, anchor), now.length);
    },
    pan(part) {
      const now = here();
      if (now) put(panned(now.span, now.length, part * (now.span.to - now.span.from)), now.length);
    },
    show(span) {
      const now = here();
      if (now) put(clamped(span, now.length, now.least), now.length);
    },
    follow(at) {
      const now = here();
      if (!now || !get().span) return;
      const next = showing(now.span, now.length, at);
      if (next !== now.span) put(next, now.length);
    },
    centre(at) {
      const now = here();
      if (!now || !get().span) return;
      const half = (now.span.to - now.span.from) / 2;
      put(clamped({ from: at - half, to: at + half }, now.length, now.least), now.length);
    },
    all: () => set({ span: undefined }),
    setFull: (full) => set({ full }),
  };
});

/** Another recording is seen as a whole at first. Returns the end of it. */
export function followRecording(): () => void {
  return playerStore.subscribe((state, before) => {
    if (state.recording?.id !== before.recording?.id) playerViewStore.getState().all();
  });
}

export function usePlayerView<Selected>(select: (state: PlayerViewState) => Selected): Selected {
  return useStore(playerViewStore, select);
}
