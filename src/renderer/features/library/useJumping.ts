import { useEffect, useEffectEvent } from 'react';
import { jumpStore, type JumpTarget, useJump } from '../../stores/jump.ts';
import { libraryStore } from '../../stores/library.ts';
import type { RowIndex } from './rows.ts';

/** Goes to where the list was asked to go: opens the day, loads it, and finds the line. */
export function useJumping(rows: RowIndex, activate: (index: number, quiet: boolean) => void): void {
  const target = useJump((state) => state.target);
  const arrive = useEffectEvent((wanted: JumpTarget, lines: RowIndex) => {
    const { entries, expanded, toggle, need } = libraryStore.getState();
    const entry = entries.get(wanted.day);
    if (!entry) {
      jumpStore.getState().arrived();
      return;
    }
    if (expanded.get(wanted.day) !== true) {
      toggle(wanted.day, true);
      return;
    }
    const quiet = wanted.quiet === true;
    const { at } = wanted;
    if (at === undefined) {
      const line = lines.indexOf(wanted.day, wanted.day);
      jumpStore.getState().arrived();
      if (line !== undefined) activate(line, quiet);
      return;
    }
    const gap = wanted.gapId === undefined ? undefined : lines.indexOf(wanted.day, wanted.gapId);
    if (gap === undefined && entry.slots.includes(undefined)) {
      need(wanted.day, 0, entry.slots.length);
      return;
    }
    const before = entry.slots.find((slot) => slot !== undefined && slot.startedAt <= at);
    const line = gap ?? lines.indexOf(wanted.day, before?.id ?? wanted.day);
    jumpStore.getState().arrived();
    if (line !== undefined) activate(line, quiet);
  });
  useEffect(() => {
    if (target) arrive(target, rows);
  }, [target, rows]);
}
